import { notFound } from '@kubetape/apimachinery'
import type { ListRequest, StorageEvent } from '@kubetape/storage'
import type { ApiRequest, ApiResult } from '../request/api-request.ts'
import type { RegistryEnvironment } from './environment.ts'
import { checkListOptions, parseResourceVersion } from './list-options.ts'
import { inServedForm, readList, readObject } from './object-store.ts'
import { matcher, selectedName } from './selectors.ts'
import type { ServedResource } from './served-resource.ts'

/** GET of one object: the newest one, but waiting for a resourceVersion that is asked for and not there yet. */
export async function getObject(environment: RegistryEnvironment, resource: ServedResource, request: ApiRequest): Promise<ApiResult> {
  const { resourceVersion } = request.options
  if (resourceVersion && resourceVersion !== '0') await environment.storage.waitFor(parseResourceVersion(resourceVersion))
  const stored = readObject(environment, resource, request.namespace, request.name)
  if (stored === undefined) throw notFound(resource.named, request.name)
  return { type: 'stored', code: 200, stored }
}

/** GET of a collection, at the revision that the options ask for. */
export async function listObjects(environment: RegistryEnvironment, resource: ServedResource, request: ApiRequest): Promise<ApiResult> {
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
  return { type: 'list', code: 200, list: readList(environment, resource, wanted) }
}

/** What a watch delivers: changes, and `initialEnd` once after the initial events of a streaming list. */
export interface WatchSink {
  event(event: StorageEvent): void
  initialEnd(revision: number): void
}

/** Starts a watch; delivery is synchronous and begins before this returns. The answer stops it. */
export function watchObjects(environment: RegistryEnvironment, resource: ServedResource, request: ApiRequest, sink: WatchSink): () => void {
  const { options } = request
  const { resourceVersion, sendInitialEvents } = options
  const matches = matcher(resource, request)
  const since = resourceVersion && resourceVersion !== '0' ? parseResourceVersion(resourceVersion) : undefined
  const initial = sendInitialEvents ?? since === undefined
  const { storage } = environment
  const wanted = {
    ...(resource.info.namespaced && request.namespace ? { namespace: request.namespace } : {}),
    ...(request.name ? { name: request.name } : {}),
    matches: inServedForm(resource, matches),
    since: initial ? undefined : (since ?? storage.revision),
  }
  const stop = storage.watch(
    resource.stored,
    wanted,
    resource.conversion === undefined
      ? (event) => sink.event(event)
      : (event) => sink.event({ ...event, object: resource.served(event.object) }),
  )
  if (sendInitialEvents === true) sink.initialEnd(storage.revision)
  return stop
}
