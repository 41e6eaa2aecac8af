import type { FieldError } from './field-error.ts'
import { formatGroupResource, type GroupResource } from './group-version.ts'
import type { Status, StatusDetails, StatusReason } from './status.ts'

/** A request that the API refused. The same class on every implementation of a client; `status` is what is on the wire. */
export class StatusError extends Error {
  readonly code = 'STATUS' as const
  readonly status: Status

  constructor(status: Status, options?: { cause?: unknown }) {
    super(status.message ?? status.reason ?? `HTTP ${status.code ?? 500}`, options)
    this.name = 'StatusError'
    this.status = status
  }

  get reason(): StatusReason | '' {
    return this.status.reason ?? ''
  }

  get httpCode(): number {
    return this.status.code ?? 500
  }
}

/** A Failure with this code and reason. */
export function failure(code: number, reason: StatusReason | undefined, message: string, details?: StatusDetails): StatusError {
  return new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason === undefined ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code,
  })
}

/** Details that name a resource; an empty group is left out, as on the wire. */
const naming = ({ group, resource }: GroupResource, name: string): StatusDetails => ({
  ...(name ? { name } : {}),
  ...(group ? { group } : {}),
  kind: resource,
})

export const notFound = (resource: GroupResource, name: string): StatusError =>
  failure(404, 'NotFound', `${formatGroupResource(resource)} ${JSON.stringify(name)} not found`, naming(resource, name))

export const alreadyExists = (resource: GroupResource, name: string): StatusError =>
  failure(409, 'AlreadyExists', `${formatGroupResource(resource)} ${JSON.stringify(name)} already exists`, naming(resource, name))

export const conflict = (resource: GroupResource, name: string, why: string): StatusError =>
  failure(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${formatGroupResource(resource)} ${JSON.stringify(name)}: ${why}`,
    naming(resource, name),
  )

/** What upstream says to an update whose resourceVersion is behind. */
export const OBJECT_MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again'

export const badRequest = (message: string): StatusError => failure(400, 'BadRequest', message)

export const forbiddenError = (resource: GroupResource, name: string, why: string): StatusError =>
  failure(
    403,
    'Forbidden',
    `${formatGroupResource(resource)}${name ? ` ${JSON.stringify(name)}` : ''} is forbidden: ${why}`,
    naming(resource, name),
  )

export const unauthorized = (message = 'Unauthorized'): StatusError => failure(401, 'Unauthorized', message)

export const methodNotSupported = (resource: GroupResource, verb: string): StatusError =>
  failure(
    405,
    'MethodNotAllowed',
    `${verb} is not supported on resources of kind ${JSON.stringify(formatGroupResource(resource))}`,
    naming(resource, ''),
  )

export const internalError = (message: string, options?: { cause?: unknown }): StatusError =>
  new StatusError(failure(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] }).status, options)

export const gone = (message: string): StatusError => failure(410, 'Expired', message)

export const tooManyRequests = (message: string, retryAfterSeconds: number): StatusError =>
  failure(429, 'TooManyRequests', message, retryAfterSeconds > 0 ? { retryAfterSeconds } : {})

export const serviceUnavailable = (message: string): StatusError => failure(503, 'ServiceUnavailable', message)

export const unsupportedMediaType = (message: string): StatusError => failure(415, 'UnsupportedMediaType', message)

export const notAcceptable = (message: string): StatusError => failure(406, 'NotAcceptable', message)

/** 422: the object of this kind and name has these field errors. The message aggregates them, each distinct one once. */
export function invalidObject(kind: { group: string; kind: string }, name: string, errors: readonly FieldError[]): StatusError {
  const texts = [...new Set(errors.map((error) => `${error.field}: ${error.message}`))]
  const list = texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`
  const what = `${kind.kind}${kind.group ? `.${kind.group}` : ''}`
  return failure(422, 'Invalid', `${what} ${JSON.stringify(name)} is invalid${texts.length > 0 ? `: ${list}` : ''}`, {
    ...(name ? { name } : {}),
    ...(kind.group ? { group: kind.group } : {}),
    ...(kind.kind ? { kind: kind.kind } : {}),
    ...(errors.length > 0 ? { causes: errors.map((error) => ({ reason: error.type, message: error.message, field: error.field })) } : {}),
  })
}

export const isStatusError = (error: unknown, reason?: StatusReason): error is StatusError =>
  error instanceof StatusError && (reason === undefined || error.reason === reason)
export const isNotFound = (error: unknown): error is StatusError => isStatusError(error, 'NotFound')
export const isAlreadyExists = (error: unknown): error is StatusError => isStatusError(error, 'AlreadyExists')
export const isConflict = (error: unknown): error is StatusError => isStatusError(error, 'Conflict')
export const isInvalid = (error: unknown): error is StatusError => isStatusError(error, 'Invalid')
/** 410: the resource version asked for is compacted; list again. */
export const isExpired = (error: unknown): error is StatusError => isStatusError(error, 'Expired') || isStatusError(error, 'Gone')
