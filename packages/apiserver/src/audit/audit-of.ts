import type { ServerResponse } from 'node:http'
import type { AuditRecord } from './auditor.ts'

const records = new WeakMap<ServerResponse, AuditRecord>()

/** Notes which request in the audit log an answer is for. */
export function auditAs(response: ServerResponse, record: AuditRecord): void {
  records.set(response, record)
}

/** The request in the audit log that an answer is for: refusals are sent where nothing else of the request is known. */
export function auditOf(response: ServerResponse): AuditRecord | undefined {
  return records.get(response)
}
