import type { Status } from '@kubetape/apimachinery'
import type { ApiResult } from '../../request/api-request.ts'

/** What subresources answer that only do something: a Status of success. */
export function succeeded(code: number): ApiResult {
  const status: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code }
  return { type: 'status', code, status }
}
