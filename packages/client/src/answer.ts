import { failure, formatGroupResource, parseExactJson, type Status, StatusError, type StatusReason } from '@kubetape/apimachinery'
import { RequestFailed } from './client.ts'
import { type Answer, describeRequest, type WireRequest } from './wire-request.ts'

/** An answer's body longer than this is cut where it becomes part of an error. */
const QUOTED_BODY_CHARACTERS_MAX = 2048

/** The value of a successful answer. Throws the StatusError of a refusal, and RequestFailed when the body is no JSON. */
export function valueOf(request: WireRequest, answer: Answer): unknown {
  if (answer.code >= 300) throw refusalOf(request, answer)
  if (answer.body === '') return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: answer.code } satisfies Status
  try {
    return parseExactJson(answer.body)
  } catch (cause) {
    throw new RequestFailed(`Cannot ${describeRequest(request)}: the answer is no JSON`, { cause })
  }
}

/** What the server refused. A Status on the wire is kept as it is; other bodies (text pages, proxies) get the Status that client-go makes of them. */
export function refusalOf(request: WireRequest, answer: Answer): StatusError {
  const status = parsed(answer.body)
  if (isStatus(status)) return new StatusError(typeof status.code === 'number' ? status : { ...status, code: answer.code })
  return genericRefusal(request, answer)
}

/** Seconds that a `Retry-After` header asks for; the date form, which the API does not use, counts as none. */
export function retryAfterSeconds({ headers }: Answer): number | undefined {
  const text = headers['retry-after']?.trim()
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined
}

function isStatus(value: unknown): value is Status {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'Status'
}

function parsed(body: string): unknown {
  try {
    return parseExactJson(body)
  } catch {
    return undefined
  }
}

type Generic = readonly [reason: StatusReason | undefined, message: string]

/** Reasons and messages by HTTP code where the server said nothing itself. The messages are upstream's, since users match on them. */
const GENERIC: Readonly<Record<number, Generic>> = {
  400: ['BadRequest', 'the server rejected our request for an unknown reason'],
  401: ['Unauthorized', 'the server has asked for the client to provide credentials'],
  403: ['Forbidden', ''],
  404: ['NotFound', 'the server could not find the requested resource'],
  405: ['MethodNotAllowed', 'the server does not allow this method on the requested resource'],
  406: ['NotAcceptable', 'the server was unable to respond with a content type that the client supports'],
  409: ['Conflict', 'the server reported a conflict'],
  410: ['Gone', 'the server reported that the resource is gone'],
  413: ['RequestEntityTooLarge', 'the request is too large'],
  415: ['UnsupportedMediaType', 'the server was unable to process the content type of the request'],
  422: ['Invalid', 'the server rejected our request due to an error in our request'],
  429: ['TooManyRequests', 'the server has received too many requests and has asked us to try again later'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
  504: ['Timeout', 'the server was unable to return a response in the time allotted, but may still be processing the request'],
}

function genericRefusal(request: WireRequest, answer: Answer): StatusError {
  const body = answer.body.slice(0, QUOTED_BODY_CHARACTERS_MAX).trim()
  const [reason, message] = genericOf(request, answer.code, body)
  const { resource, name } = request
  const target = `${request.method.toLowerCase()} ${formatGroupResource(resource)}${name ? ` ${name}` : ''}`
  const wait = retryAfterSeconds(answer)
  return failure(answer.code, reason, `${message === '' ? body || 'unknown' : message} (${target})`, {
    ...(name ? { name } : {}),
    ...(resource.group ? { group: resource.group } : {}),
    kind: resource.resource,
    ...(body ? { causes: [{ reason: 'UnexpectedServerResponse', message: body }] } : {}),
    ...(wait ? { retryAfterSeconds: wait } : {}),
  })
}

function genericOf({ verb }: WireRequest, code: number, body: string): Generic {
  if (code === 409 && verb === 'create') return ['AlreadyExists', 'the server reported a conflict']
  const known = GENERIC[code]
  if (known !== undefined) return known
  if (code >= 500)
    return ['InternalError', `an error on the server (${JSON.stringify(body || 'unknown')}) has prevented the request from succeeding`]
  return [undefined, `the server responded with the status code ${code} but did not return more information`]
}
