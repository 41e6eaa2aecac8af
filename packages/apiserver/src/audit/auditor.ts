import type { Status } from '@kubetape/apimachinery'
import type { UserInfo } from '../registry/strategy.ts'
import type { RequestInfo } from '../request/request-info.ts'

/** A request as it comes in, once it is known whose it is. */
export interface ReceivedRequest {
  readonly auditId: string
  readonly user: UserInfo
  readonly info: RequestInfo
  /** Path and query as they were sent. */
  readonly uri: string
  readonly sourceIp: string
  readonly userAgent: string
}

/** One request in the audit log. Nothing here throws: who cannot be audited is logged, and served. */
export interface AuditRecord {
  /** Who is acted as. */
  impersonated(user: UserInfo): void
  /** What the request brought: JSON that was read, or its text. */
  requestObject(body: unknown): void
  /** What it was answered with, in JSON; called where the policy may want it. */
  responseObject(json: Uint8Array): void
  /** Later values of the same key are ignored. */
  annotate(key: string, value: string): void
  /** A watch has begun to answer. */
  started(): void
  /** The answer is complete, or the connection is gone; `status` is the refusal. */
  completed(code: number, status?: Status): void
}

/** Writes the audit log (audit.k8s.io/v1). Answers undefined for requests that its policy leaves out. */
export interface Auditor {
  received(request: ReceivedRequest): AuditRecord | undefined
}
