import type { Endpoint, EndpointSlice } from '@kubetape/api/types/discovery/v1'
import { deepEqual } from '@kubetape/apimachinery'
import { endpointKey, sameEndpoint, type SliceActions } from './slices.ts'

/** kube-controller-manager's --max-endpoints-per-slice. */
export const ENDPOINTS_MAX = 100

/** A slice as it is, and what of it is to stay. */
interface Kept {
  readonly slice: EndpointSlice
  readonly endpoints: Endpoint[]
  isChanged: boolean
}

export interface Placement {
  /** The slices that there are for these ports. */
  readonly slices: readonly EndpointSlice[]
  /** By `endpointKey`. What is in no slice yet is taken from it. */
  readonly wanted: ReadonlyMap<string, Endpoint>
  readonly labels: Readonly<Record<string, string>>
  /** A slice without endpoints. */
  readonly fresh: () => EndpointSlice
}

/**
 * Spreads endpoints over slices with as few writes as possible (KEP-752): every endpoint stays where it is; new ones go into slices that change anyway,
 * then all into one that has room for them, then into new ones. Slices are not evened out.
 */
export function placeEndpoints({ slices, wanted, labels, fresh }: Placement): SliceActions {
  const waiting = new Map(wanted)
  const remove: EndpointSlice[] = []
  const kept: Kept[] = []
  for (const slice of slices) {
    const one = keep(slice, waiting)
    const hasLost = one.endpoints.length < (slice.endpoints ?? []).length
    if (hasLost && one.endpoints.length === 0) remove.push(slice)
    else {
      one.isChanged ||= hasLost || !deepEqual(slice.metadata.labels ?? {}, labels)
      kept.push(one)
    }
  }
  const fullestFirst = (a: Kept, b: Kept): number => b.endpoints.length - a.endpoints.length
  for (const { endpoints } of kept.filter(({ isChanged }) => isChanged).sort(fullestFirst)) fill(endpoints, waiting)
  const create: EndpointSlice[] = []
  while (waiting.size > 0) {
    const withRoom = kept.filter((one) => !one.isChanged && one.endpoints.length + waiting.size <= ENDPOINTS_MAX).sort(fullestFirst)[0]
    const endpoints = withRoom?.endpoints ?? []
    fill(endpoints, waiting)
    if (withRoom === undefined) create.push({ ...fresh(), endpoints })
    else withRoom.isChanged = true
  }
  const update = kept
    .filter(({ isChanged }) => isChanged)
    .map(({ slice, endpoints }) => ({ ...slice, metadata: { ...slice.metadata, labels: { ...labels } }, endpoints }))
  return { create, update, remove }
}

/** The endpoints of a slice that are still wanted, as they should be now. */
function keep(slice: EndpointSlice, waiting: Map<string, Endpoint>): Kept {
  const kept: Kept = { slice, endpoints: [], isChanged: false }
  for (const endpoint of slice.endpoints ?? []) {
    const key = endpointKey(endpoint)
    const wanted = waiting.get(key)
    if (wanted === undefined) continue
    waiting.delete(key)
    kept.endpoints.push(wanted)
    if (!sameEndpoint(wanted, endpoint)) kept.isChanged = true
  }
  return kept
}

function fill(endpoints: Endpoint[], waiting: Map<string, Endpoint>): void {
  for (const [key, endpoint] of waiting) {
    if (endpoints.length >= ENDPOINTS_MAX) return
    endpoints.push(endpoint)
    waiting.delete(key)
  }
}
