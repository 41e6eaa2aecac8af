import { isJsonObject, isStatusError, type JsonPatchOperation, printExactJson, type Status, StatusError } from '@kubetape/apimachinery'
import type { AdmissionOperation, AdmissionRequest } from './admission-request.ts'
import { base64 } from './base64.ts'
import { badReview } from './bad-review.ts'

const API_VERSION = 'admission.k8s.io/v1'
const OPERATIONS: readonly string[] = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'] satisfies AdmissionOperation[]

/** What an admission webhook decides. */
export interface Decision {
  readonly allowed: boolean
  /** Why not; where it is allowed, nothing. */
  readonly status?: Pick<Status, 'code' | 'message' | 'reason' | 'details'>
  /** Shown to the user who asked. */
  readonly warnings: readonly string[]
  /** For the audit log of the API server, under `<name of the webhook>/<key>`. */
  readonly auditAnnotations: Readonly<Record<string, string>>
  /** What to change; mutating webhooks only. */
  readonly patch: readonly JsonPatchOperation[]
  /** What was thrown, where that is why it is not allowed. */
  readonly error?: unknown
}

/** The request of a review. Throws a StatusError 400 for anything else. */
export function readAdmissionReview(review: unknown): AdmissionRequest {
  if (!isJsonObject(review) || review['kind'] !== 'AdmissionReview') throw badReview('the body is no AdmissionReview')
  if (review['apiVersion'] !== API_VERSION)
    throw badReview(`its apiVersion is ${JSON.stringify(review['apiVersion'])}, only ${API_VERSION} is spoken`)
  const { request } = review
  if (!isJsonObject(request)) throw badReview('the AdmissionReview has no request')
  const { uid, operation, kind } = request
  if (typeof uid !== 'string' || uid === '') throw badReview('the request has no uid')
  if (typeof operation !== 'string' || !OPERATIONS.includes(operation))
    throw badReview(`${JSON.stringify(operation)} is no operation of a request`)
  if (!isJsonObject(kind) || typeof kind['kind'] !== 'string') throw badReview('the request has no kind')
  return { ...request, kind: { group: '', version: '', ...kind }, userInfo: request['userInfo'] ?? {} } as unknown as AdmissionRequest
}

/** The JSON of a review that answers with a decision. */
export function printAdmissionReview(uid: string, decision: Decision): string {
  const { allowed, status, warnings, auditAnnotations, patch } = decision
  return JSON.stringify({
    apiVersion: API_VERSION,
    kind: 'AdmissionReview',
    response: {
      uid,
      allowed,
      ...(patch.length === 0 ? {} : { patchType: 'JSONPatch', patch: base64(printExactJson(patch)) }),
      ...(status === undefined ? {} : { status }),
      ...(warnings.length === 0 ? {} : { warnings }),
      ...(Object.keys(auditAnnotations).length === 0 ? {} : { auditAnnotations }),
    },
  })
}

/** A refusal that says why. Code 403 unless given: what controller-runtime answers where nothing else is said. */
export function denied(
  message: string,
  { code = 403, reason }: { readonly code?: number; readonly reason?: Status['reason'] } = {},
): StatusError {
  const known = reason ?? (code === 403 ? 'Forbidden' : undefined)
  return new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(known === undefined ? {} : { reason: known }),
    code,
  })
}

/** What the API server is told of a thrown value: a StatusError says it itself, all else is an error of the webhook, 500. */
export function statusOf(error: unknown): NonNullable<Decision['status']> {
  if (isStatusError(error)) {
    const { code = 500, message = '', reason, details } = error.status
    return { code, message, ...(reason === undefined ? {} : { reason }), ...(details === undefined ? {} : { details }) }
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return { code: 500, reason: 'InternalError', message: `the webhook failed: ${message}` }
}
