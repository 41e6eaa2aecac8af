import { notFound, type Status } from '@kubetape/apimachinery'
import type { ListRequest, ListResult, StorageEvent } from '@kubetape/storage'
import type { ApiRequest, ApiResult } from '../request/api-request.ts'
import { ConvertedWatch } from './converted-watch.ts'
import type { RegistryEnvironment } from './environment.ts'
import { checkListOptions, parseResourceVersion } from './list-options.ts'
import { fetchObject, inServedForm, readList } from './object-store.ts'
import { matcher, selectedName } from './selectors.ts'
import type { ServedResource } from './served-resource.ts'

/** GET of one object: the newest one, but waiting for a resourceVersion that is asked for and not there yet. */
export async function getObject(environment: RegistryEnvironment, resource: ServedResource, request: ApiRequest): Promise<ApiResult> {
  const { resourceVersion } = request.options
  if (resourceVersion && resourceVersion !== '0') await environment.storage.waitFor(parseResourceVersion(resourceVersion))
  const found = fetchObject(environment, resource, request.namespace, request.name)
  const stored = found instanceof Promise ? await found : found
  if (stored === undefined) throw notFound(resource.named, request.name)
  return { type: 'stored', code: 200, stored }
}

/** GET of a collection, at the revision that the options ask for. */
export async function listObjects(environment: RegistryEnvironment, resource: ServedResource, request: ApiRequest): Promise<ApiResult> {
  return { type: 'list', code: 200, list: await requestedList(environment, resource, request) }
}

/** The list, or the page of one, that a request asks for, waiting for its revision. Throws what refuses its options. */
export async function requestedList(environment: RegistryEnvironment, resource: ServedResource, request: ApiRequest): Promise<ListResult> {
  const { options } = request
  checkListOptions(options, environment, false)
  const matches = matcher(resource, request)
  const { resourceVersion, resourceVersionMatch } = options
  if (resourceVersion && resourceVersion !== '0') {
    const revision = parseResourceVersion(resourceVersion)
    if (resourceVersionMatch !== 'Exact' && !(resourceVersionMatch === undefined && (options.limit ?? 0) > 0))
      await environment.storage.waitFor(revision)
  }
  const wanted: ListRequest = {
    namespace: request.namespace,
    matches,
    name: selectedName(request),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(resourceVersionMatch === undefined ? {} : { resourceVersionMatch: resourceVersionMatch as 'Exact' | 'NotOlderThan' }),
    ...(options.limit === undefined ? {} : { limit: options.limit }),
    ...(options.continue === undefined ? {} : { continue: options.continue }),
    fromLog: !resourceVersion && !environment.gates.enabled('ConsistentListFromCache'),
  }
  return readList(environment, resource, wanted)
}

/** What a watch delivers: changes, and `initialEnd` once after the initial events of a streaming list. */
export interface WatchSink {
  event(event: StorageEvent): void
  initialEnd(revision: number): void
  /** The watch ends, because of this. */
  fail(status: Status): void
  /** The watch ends, and may begin again where it was: what it delivered is served in another way from now on. */
  end(): void
}

/** A watch that is running. */
export interface RunningWatch {
  stop(): void
  /** Up to here everything has been delivered. */
  revision(): number
}

/** Starts a watch; delivery is synchronous and begins before this returns, except where somebody else converts what is stored. */
export function watchObjects(
  environment: RegistryEnvironment,
  resource: ServedResource,
  request: ApiRequest,
  sink: WatchSink,
): RunningWatch {
  const { options } = request
  const { resourceVersion, sendInitialEvents } = options
  const matches = matcher(resource, request)
  const since = resourceVersion && resourceVersion !== '0' ? parseResourceVersion(resourceVersion) : undefined
  const initial = sendInitialEvents ?? since === undefined
  const { storage } = environment
  const place = {
    ...(resource.info.namespaced && request.namespace ? { namespace: request.namespace } : {}),
    ...(request.name ? { name: request.name } : {}),
    since: initial ? undefined : (since ?? storage.revision),
  }
  if (resource.convertsElsewhere)
    return new ConvertedWatch(storage, resource, { ...place, matches, initialEnd: sendInitialEvents === true }, sink)
  const stop = storage.watch(
    resource.stored,
    { ...place, matches: inServedForm(resource, matches) },
    resource.conversion === undefined
      ? (event) => sink.event(event)
      : (event) => sink.event({ ...event, object: resource.served(event.object) }),
  )
  if (sendInitialEvents === true) sink.initialEnd(storage.revision)
  return { stop, revision: () => storage.revision }
}
