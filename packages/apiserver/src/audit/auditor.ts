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
  /** The client and the proxies before it, the client first. */
  readonly sourceIps: readonly string[]
  readonly userAgent: string
  /** When it came, in Unix milliseconds; read by the auditor where it is not said. */
  readonly receivedMs?: number
}

/** One request in the audit log. Nothing here throws: who cannot be audited is logged, and served. */
export interface AuditRecord {
  /** Whether answers are wanted in full: they need not be made ready otherwise. */
  readonly wantsResponse: boolean
  /** Who is acted as. */
  impersonated(user: UserInfo): void
  /** What the request brought: JSON that was read, or its text. */
  requestObject(body: unknown): void
  /** What it was answered with, in JSON; called where the policy may want it. */
  responseObject(json: Uint8Array): void
  /** Later values of the same key are ignored. */
  annotate(key: string, value: string): void
  /** A watch has begun to answer. */
  started(code: number): void
  /** It was answered with this Status, of which a refusal has the reasons. */
  answeredStatus(status: Status): void
  /** The answer is complete, or the connection is gone. Only the first call counts. `code` undefined: nothing had been answered. */
  completed(code: number | undefined): void
}

/** Writes the audit log (audit.k8s.io/v1). */
export interface Auditor {
  /** Undefined for requests that the policy leaves out. */
  received(request: ReceivedRequest): AuditRecord | undefined
  /** A request whose credentials were refused: there is no user. `tried` names the methods. */
  unauthenticated(request: Omit<ReceivedRequest, 'user'>, tried: string): void
}
