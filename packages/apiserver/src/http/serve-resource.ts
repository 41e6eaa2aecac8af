import type { IncomingHttpHeaders } from 'node:http'
import { StatusError } from '@kubetape/apimachinery'
import type { Clock } from '@kubetape/determinism'
import type { AuditRecord } from '../audit/auditor.ts'
import { checkNotInNamespace, checkRequest } from '../registry/check-request.ts'
import type { Registry } from '../registry/registry.ts'
import type { ServedResource } from '../registry/served-resource.ts'
import type { UserInfo } from '../registry/strategy.ts'
import type { ApiAnswer, ApiRequest, Verb } from '../request/api-request.ts'
import type { RequestInfo } from '../request/request-info.ts'
import type { Exchange } from './api-server.ts'
import { sendNotFoundPage } from './refusals.ts'
import { acceptsGzip } from './compression.ts'
import { encodeResult } from './encode.ts'
import { allowedMs, within } from './deadline.ts'
import { mediaTypeOf, PATCH_TYPES, requestBody } from './request-body.ts'
import { requestOptions } from './request-options.ts'
import { sendLog } from './log-response.ts'
import { chooseRepresentation, type Representation } from './representation.ts'
import { warningHeaders, warningValue } from './warning-headers.ts'
import { writeAnswer } from './write-answer.ts'
import { WatchResponse } from './watch-response.ts'

type ResourceInfo = Extract<RequestInfo, { isResource: true }>

const VERBS = new Set<string>(['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'])
/** A watch without timeoutSeconds lasts this long (upstream: 30 to 60 minutes, drawn). */
const WATCH_DEFAULT_SECONDS = 1800

/** Serves one request to a resource: reads it, has the registry run it, and writes the answer in the form asked for. */
export async function serveResource(exchange: Exchange, info: ResourceInfo, registry: Registry, clock: Clock): Promise<void> {
  const { request, response, query, user, audit } = exchange
  if (registry.isNowhere(info)) {
    sendNotFoundPage(response)
    return
  }
  const resource = registry.find(info.group, info.version, info.resource)
  checkNotInNamespace(resource, info)
  // Only what is passed on to a proxy may go on after a subresource; custom resources are looked for less exactly, as upstream does.
  if (info.rest.length > 0 && info.subresource !== 'proxy' && !resource.custom) throw registry.notFound()
  const options = requestOptions(query)
  if (!VERBS.has(info.verb)) throw registry.notAllowed()
  const patchType = info.verb === 'patch' ? PATCH_TYPES[mediaTypeOf(request)] : undefined
  const base: ApiRequest = {
    verb: info.verb as Verb,
    group: info.group,
    version: info.version,
    resource: info.resource,
    subresource: info.subresource,
    namespace: resource.info.namespaced ? info.namespace : '',
    name: info.name,
    user,
    userAgent: request.headers['user-agent'] ?? '',
    options,
    ...(patchType === undefined ? {} : { patchType }),
    ...(info.subresource !== '' && query.size > 0 ? { query: Object.fromEntries([...query].reverse()) } : {}),
    ...(audit === undefined ? {} : { audit }),
    ...causeOf(request.headers, user),
  }
  // Upstream refuses these before it looks at what is accepted, and before the body is read.
  checkRequest(resource, base)
  // Nothing is served to HEAD; a watch would never end, and its client cannot tell that it goes on.
  if (request.method === 'HEAD') throw registry.notAllowed()
  const representation = chooseRepresentation(resource, {
    accept: request.headers.accept,
    userAgent: request.headers['user-agent'],
    isWatch: info.verb === 'watch',
    options,
    includeObject: query.get('includeObject'),
    nowMs: () => clock.wallMs(),
  })
  if (base.verb === 'watch') {
    serveWatch(exchange, base, registry, clock, representation)
    return
  }
  const limitMs = allowedMs(query)
  const full = request.method === 'GET' ? base : { ...base, ...(await requestBody(request, base.verb, resource)) }
  if (audit !== undefined && full.body !== undefined) audit.requestObject(full.body)
  const answer = await within(clock, limitMs, registry.handle(full))
  if (audit !== undefined) auditAnswer(audit, resource, answer)
  await send(exchange, answer, representation, clock)
}

/** What was answered, as the audit log has it: in the kind's own form, whatever the client asked for. */
function auditAnswer(audit: AuditRecord, resource: ServedResource, { result }: ApiAnswer): void {
  if (result.type === 'status') audit.answeredStatus(result.status)
  if (audit.wantsResponse && result.type !== 'empty' && result.type !== 'log') audit.responseObject(encodeResult(resource, result))
}

/**
 * A cause makes a write part of a reconcile run's tape, so only Kubetape's own components may name one (architecture decision 3): those that
 * authenticate themselves as a `system:` user in the group system:masters. The administrator is in that group too, and is none of them;
 * neither is whom somebody impersonates. The form is exactly `run:<id>/<sequence>`, counted from 1; anything else is ignored.
 */
export function causeOf(headers: IncomingHttpHeaders, user: UserInfo): { cause?: string } {
  const cause = headers['kubetape-cause']
  if (typeof cause !== 'string' || !CAUSE.test(cause)) return {}
  const isComponent = user.name.startsWith('system:') && user.groups.includes('system:masters')
  return isComponent && headers['impersonate-user'] === undefined ? { cause } : {}
}

const CAUSE = /^run:[^\s/]{1,200}\/[1-9]\d{0,14}$/

function serveWatch(
  { response, request, lasts, release, turns }: Exchange,
  wanted: ApiRequest,
  registry: Registry,
  clock: Clock,
  representation: Representation,
): void {
  // Refusals of the options must still be plain answers, so the stream opens only when the registry has accepted them.
  registry.checkWatch(wanted)
  const { deprecation } = registry.find(wanted.group, wanted.version, wanted.resource)
  if (deprecation !== undefined) response.appendHeader('warning', warningValue(deprecation))
  const stream = new WatchResponse(response, representation.watch(), turns.watches)
  wanted.audit?.started(200)
  lasts()
  if (request.httpVersionMajor === 1) request.socket.setTimeout(0)
  try {
    const running = registry.watch(wanted, stream)
    stream.run(() => running.stop(), clock, {
      timeoutMs: (wanted.options.timeoutSeconds ?? WATCH_DEFAULT_SECONDS) * 1000,
      bookmarks: wanted.options.allowWatchBookmarks === true,
      revision: () => running.revision(),
    })
    // From here on the watch waits for changes, which costs nothing.
    release()
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    stream.fail(error.status)
  }
}

async function send(exchange: Exchange, { result, warnings }: ApiAnswer, representation: Representation, clock: Clock): Promise<void> {
  const { request, response, turns } = exchange
  const headers = { 'cache-control': 'no-cache, private', ...warningHeaders(warnings) }
  if (result.type === 'empty') {
    response.writeHead(204, headers)
    response.end()
    return
  }
  if (result.type === 'log') {
    sendLog(exchange, result.log, headers)
    return
  }
  const gzip = acceptsGzip(request.headers['accept-encoding'])
  const sending = { response, code: result.code, headers, gzip, turns: gzip ? turns.compressed : turns.answers, clock }
  await writeAnswer(sending, representation.encode(result))
}
