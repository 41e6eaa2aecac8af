import { badRequest, type FieldError, FieldPath, forbidden, invalidObject, type KubeObject, notFound, notSupported, parseFieldSelector, parseLabelSelector } from '@kubetape/apimachinery'
import { failure } from '@kubetape/apimachinery'
import type { ListRequest, StorageEvent, StoredObject } from '@kubetape/storage'
import type { ApiRequest, ApiResult, RequestOptions } from '../request/api-request.ts'
import type { RegistryEnvironment } from './environment.ts'
import type { ServedResource } from './served-resource.ts'

/** GET of one object: the newest one, but waiting for a resourceVersion that is asked for and not there yet. */
export async function getObject(environment: RegistryEnvironment, resource: ServedResource, request: ApiRequest): Promise<ApiResult> {
  const { resourceVersion } = request.options
  if (resourceVersion && resourceVersion !== '0') await environment.storage.waitFor(parseResourceVersion(resourceVersion))
  const stored = environment.storage.get(resource.stored, request.namespace, request.name)
  if (stored === undefined) throw notFound(resource.info, request.name)
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
    if (resourceVersionMatch !== 'Exact' && !(resourceVersionMatch === undefined && (options.limit ?? 0) > 0)) await environment.storage.waitFor(revision)
  }
  const wanted: ListRequest = {
    namespace: request.namespace,
    matches,
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(resourceVersionMatch === undefined ? {} : { resourceVersionMatch: resourceVersionMatch as 'Exact' | 'NotOlderThan' }),
    ...(options.limit === undefined ? {} : { limit: options.limit }),
    ...(options.continue === undefined ? {} : { continue: options.continue }),
    fromLog: !resourceVersion && !environment.gates.enabled('ConsistentListFromCache'),
  }
  return { type: 'list', code: 200, list: environment.storage.list(resource.stored, resource.info.namespaced, wanted) }
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
    matches,
    since: initial ? undefined : (since ?? storage.revision),
  }
  const stop = storage.watch(resource.stored, wanted, (event) => sink.event(event))
  if (sendInitialEvents === true) sink.initialEnd(storage.revision)
  return stop
}

/** Query options of LIST and WATCH that contradict each other (upstream's ValidateListOptions). */
export function checkListOptions(options: RequestOptions, environment: RegistryEnvironment, isWatch: boolean): void {
  const { resourceVersion = '', resourceVersionMatch = '', sendInitialEvents } = options
  const errors: FieldError[] = []
  const match = FieldPath.of('resourceVersionMatch')
  const initial = FieldPath.of('sendInitialEvents')
  if (isWatch) {
    if (resourceVersionMatch !== '' && sendInitialEvents === undefined) errors.push(forbidden(match, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'))
    if (sendInitialEvents !== undefined && resourceVersionMatch !== 'NotOlderThan') errors.push(forbidden(match, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'))
    else if (resourceVersionMatch !== '' && resourceVersionMatch !== 'NotOlderThan') errors.push(notSupported(match, resourceVersionMatch, ['NotOlderThan']))
    if (sendInitialEvents !== undefined && !environment.gates.enabled('WatchList')) errors.push(forbidden(initial, 'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled'))
    if (options.continue) errors.push(forbidden(FieldPath.of('continue'), 'continue is forbidden for watch'))
  } else {
    if (sendInitialEvents !== undefined) errors.push(forbidden(initial, 'sendInitialEvents is forbidden for list'))
    if (resourceVersionMatch !== '') {
      if (resourceVersion === '') errors.push(forbidden(match, 'resourceVersionMatch is forbidden unless resourceVersion is provided'))
      if (options.continue) errors.push(forbidden(match, 'resourceVersionMatch is forbidden when continue is provided'))
      if (!['Exact', 'NotOlderThan'].includes(resourceVersionMatch)) errors.push(notSupported(match, resourceVersionMatch, ['Exact', 'NotOlderThan', '']))
      if (resourceVersionMatch === 'Exact' && resourceVersion === '0') errors.push(forbidden(match, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'))
    }
  }
  if (errors.length > 0) throw invalidObject({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', errors)
}

/** Decimal, or the 500 that upstream answers (FACTS, "Generic API"). */
export function parseResourceVersion(text: string): number {
  if (!/^\d+$/.test(text)) {
    const quoted = JSON.stringify(text)
    throw failure(500, undefined, `resourceVersion: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: invalid syntax`)
  }
  return Number(text)
}

/** The predicate of the request's selectors; undefined when everything matches. */
export function matcher(resource: ServedResource, request: ApiRequest): ((object: StoredObject) => boolean) | undefined {
  const labels = request.options.labelSelector ? parseLabelSelector(request.options.labelSelector) : undefined
  const fields = request.options.fieldSelector ? parseFieldSelector(request.options.fieldSelector) : undefined
  const byLabel = labels === undefined || labels.empty ? undefined : labels
  const byField = fields === undefined || fields.empty ? undefined : fields
  if (byField !== undefined) checkFields(resource, byField.requirements.map((one) => one.field))
  if (byLabel === undefined && byField === undefined) return undefined
  return (stored) => {
    if (byField !== undefined && !byField.matches(selectableFields(resource, stored))) return false
    return byLabel === undefined || byLabel.matches(stored.object.metadata?.labels ?? {})
  }
}

/** metadata.name and metadata.namespace without parsing, other fields from the strategy. */
function selectableFields(resource: ServedResource, stored: StoredObject): Record<string, string> {
  return { 'metadata.name': stored.name, 'metadata.namespace': stored.namespace, ...resource.strategy.selectableFields?.(stored.object) }
}

/** Refuses fields that the kind cannot be selected by. */
function checkFields(resource: ServedResource, fields: readonly string[]): void {
  // Which fields there are does not depend on the object; it only has to have the usual parts.
  const probe: KubeObject = { metadata: {}, spec: {}, status: {}, involvedObject: {}, regarding: {}, source: {} }
  const known = new Set(['metadata.name', 'metadata.namespace', ...Object.keys(resource.strategy.selectableFields?.(probe) ?? {})])
  for (const field of fields) {
    if (known.has(field)) continue
    if (resource.strategy.selectableFields === undefined) throw badRequest(`${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`)
    throw badRequest(resource.strategy.fieldRefusal?.(field) ?? `field label not supported: ${field}`)
  }
}
