import {
  type Configuration,
  createConfiguration,
  IsomorphicFetchHttpLibrary,
  type KubeConfig,
  type RequestContext,
  ResponseContext,
  ServerConfiguration,
  wrapHttpLibrary,
} from '@kubernetes/client-node'
import { failure, type KubeList, type KubeObject, parseExactJson, type Status } from '@kubetape/apimachinery'
import type { RunAnswer, RunRequest } from '@kubetape/journal'
import { parsePath } from './collection-path.ts'
import { HandlerRun } from './handler-run.ts'

/**
 * As `kubeconfig.makeApiClient(type)` of @kubernetes/client-node: `makeApiClient(kubeconfig, CoreV1Api)`. Requests that a handler of a recorded
 * informer makes through it stand on the tape with their answers, as requests of that call. Watches, and paths below an object that are no API
 * of objects (logs, proxies), pass unrecorded.
 */
export function makeApiClient<A>(kubeconfig: KubeConfig, type: new (configuration: Configuration) => A): A {
  const cluster = kubeconfig.getCurrentCluster()
  if (cluster === null) throw new Error('No active cluster!')
  const library = new IsomorphicFetchHttpLibrary()
  return new type(
    createConfiguration({
      baseServer: new ServerConfiguration(cluster.server, {}),
      authMethods: { default: kubeconfig },
      httpApi: wrapHttpLibrary({ send: (request) => recorded(request, (sent) => library.send(sent).toPromise()) }),
    }),
  )
}

type Send = (request: RequestContext) => Promise<ResponseContext>

async function recorded(request: RequestContext, send: Send): Promise<ResponseContext> {
  const asked = runRequest(request)
  const run = asked === undefined ? undefined : HandlerRun.current()
  if (asked === undefined || run === undefined) return send(request)
  const noteAnswer = run.request(asked)
  try {
    const response = await send(request)
    const text = await response.body.text()
    noteAnswer(answerOf(response.httpStatusCode, text))
    // A body can be read once only.
    const body = { ...response.body, text: () => Promise.resolve(text), binary: () => Promise.resolve(Buffer.from(text)) }
    return new ResponseContext(response.httpStatusCode, response.headers, body)
  } catch (error) {
    noteAnswer({ type: 'failed', message: error instanceof Error ? error.message : String(error) })
    throw error
  }
}

const PATCH_TYPES: Readonly<Record<string, string>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
}
/** Parameters that say how the answer is to look or be timed, not what is asked for. */
const BESIDE = new Set(['pretty', 'timeoutSeconds'])
/** What answers no object. */
const STREAMS = /^(log|proxy|exec|attach|portforward)(\/|$)/

/** The request in the words of the journal; undefined for what is none of objects. */
function runRequest(request: RequestContext): Omit<RunRequest, 'sequence'> | undefined {
  const url = new URL(request.getUrl())
  const parsed = parsePath(url.pathname)
  if (parsed === undefined || url.searchParams.get('watch') === 'true' || STREAMS.test(parsed.subresource)) return undefined
  const { kind, namespace, name, subresource } = parsed
  const sent = request.getBody()
  const body = typeof sent === 'string' && sent !== '' ? bodyOf(sent) : undefined
  const verb = verbOf(request.getHttpMethod(), name)
  if (verb === undefined) return undefined
  const named = name || (verb === 'create' ? (body as KubeObject | undefined)?.metadata?.name : undefined)
  const options: Record<string, unknown> = Object.fromEntries([...url.searchParams].filter(([key]) => !BESIDE.has(key)))
  if (verb === 'patch') options['patchType'] = PATCH_TYPES[contentType(request)] ?? contentType(request)
  return {
    verb,
    group: kind.group,
    version: kind.version,
    resource: kind.resource,
    ...(subresource === '' ? {} : { subresource }),
    ...(namespace === '' ? {} : { namespace }),
    ...(named === undefined || named === '' ? {} : { name: named }),
    ...(body === undefined ? {} : { body }),
    ...(Object.keys(options).length === 0 ? {} : { options }),
  }
}

/** Patches for server-side apply may be YAML; they stand on the tape as they are. */
function bodyOf(text: string): unknown {
  try {
    return parseExactJson(text)
  } catch {
    return text
  }
}

function verbOf(method: string, name: string): RunRequest['verb'] | undefined {
  switch (method) {
    case 'GET':
      return name === '' ? 'list' : 'get'
    case 'POST':
      return 'create'
    case 'PUT':
      return 'update'
    case 'PATCH':
      return 'patch'
    case 'DELETE':
      return name === '' ? 'deletecollection' : 'delete'
    default:
      return undefined
  }
}

function contentType(request: RequestContext): string {
  const headers = Object.entries(request.getHeaders())
  return headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1].split(';')[0] ?? ''
}

function answerOf(code: number, text: string): RunAnswer {
  let value: { readonly kind?: string; readonly items?: unknown }
  try {
    value = parseExactJson(text) as typeof value
  } catch {
    return code < 400
      ? { type: 'failed', message: 'the answer is no JSON' }
      : { type: 'refused', status: failure(code, undefined, text).status }
  }
  if (code >= 400) return { type: 'refused', status: value as Status }
  if (value.kind === 'Status') return { type: 'status', status: value as Status }
  return Array.isArray(value.items) ? { type: 'list', list: value as KubeList } : { type: 'object', object: value }
}
