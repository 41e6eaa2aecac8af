import type { Endpoint, EndpointPort, EndpointSlice } from '@kubetape/api/types/discovery/v1'
import { deepEqual } from '@kubetape/apimachinery'
import { triggeredAt } from '../endpoint/trigger-time.ts'

/** Labels of the API reference, discovery.k8s.io/v1 EndpointSlice. */
export const SERVICE_NAME = 'kubernetes.io/service-name'
export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by'

/** Index of slices: by who manages them and the Service that they are of. */
export const BY_MANAGER = 'managed-slices'

export const managedPlace = (manager: string, namespace: string, service: string): string => `${manager}/${namespace}/${service}`

export function placeOfSlice({ metadata }: Readonly<EndpointSlice>): string[] {
  const { [MANAGED_BY]: manager, [SERVICE_NAME]: service } = metadata.labels ?? {}
  return manager && service ? [managedPlace(manager, metadata.namespace ?? '', service)] : []
}

/** What becomes of slices. Those to be changed have the metadata of what is stored. */
export interface SliceActions {
  readonly create: readonly EndpointSlice[]
  readonly update: readonly EndpointSlice[]
  readonly remove: readonly EndpointSlice[]
}

/** Puts what would be made in the place of what would go: a slice keeps its name and its uid. */
export function reuse({ create, update, remove }: SliceActions, mayReuse: (slice: EndpointSlice) => boolean): SliceActions {
  const [made, changed, gone] = [[...create], [...update], [] as EndpointSlice[]]
  for (const old of remove) {
    const at = mayReuse(old) ? made.findLastIndex(({ addressType }) => addressType === old.addressType) : -1
    if (at < 0) gone.push(old)
    else for (const fresh of made.splice(at, 1)) changed.push({ ...fresh, metadata: changedMetadata(old, fresh) })
  }
  return { create: made, update: changed, remove: gone }
}

function changedMetadata({ metadata }: EndpointSlice, fresh: EndpointSlice): EndpointSlice['metadata'] {
  const { labels, annotations, ownerReferences } = fresh.metadata
  return {
    ...metadata,
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
    ...(ownerReferences === undefined ? {} : { ownerReferences }),
  }
}

/** The same, said to have been caused at this time. */
export function caused({ create, update, remove }: SliceActions, time: string | undefined): SliceActions {
  const mark = (slice: EndpointSlice): EndpointSlice => ({
    ...slice,
    metadata: { ...slice.metadata, annotations: triggeredAt(slice.metadata.annotations, time) },
  })
  return { create: create.map(mark), update: update.map(mark), remove }
}

/** Ports in whatever order, as one text. */
export function portsKey(ports: readonly EndpointPort[] | null | undefined): string {
  return (ports ?? [])
    .map(({ name, port, protocol, appProtocol }) => JSON.stringify([name ?? '', protocol ?? 'TCP', port ?? null, appProtocol ?? null]))
    .sort()
    .join()
}

/** What makes an endpoint the one it is; everything else of it may change. */
export function endpointKey({ addresses, hostname, targetRef }: Readonly<Endpoint>): string {
  return JSON.stringify([[...addresses].sort(), hostname ?? '', targetRef?.namespace ?? '', targetRef?.name ?? ''])
}

/** Whether two states of an endpoint say the same; which version of the Pod they were made from does not matter. */
export function sameEndpoint(a: Readonly<Endpoint>, b: Readonly<Endpoint>): boolean {
  return deepEqual(withoutVersion(a), withoutVersion(b))
}

function withoutVersion(endpoint: Readonly<Endpoint>): Readonly<Endpoint> {
  if (endpoint.targetRef?.resourceVersion === undefined) return endpoint
  const { resourceVersion: _version, ...targetRef } = endpoint.targetRef
  return { ...endpoint, targetRef }
}

/** `web-` for a Service `web`; a name that leaves no room for a hyphen stands alone. */
export const namePrefix = (name: string): string => (name.length < 253 ? `${name}-` : name)
