import type { EndpointAddress, EndpointPort, Endpoints, EndpointSubset, Pod, Service } from '@kubetape/api/types/core/v1'
import { deepEqual, repackSubsets } from '@kubetape/apimachinery'
import { isReady } from '../job/job-pod.ts'
import { addressesOf, familiesOf, hostNameIn, isHeadless, readySince, targetPort } from './backend-pod.ts'
import { earliest, triggeredAt } from './trigger-time.ts'

/** How many addresses Endpoints have at the most, ready ones first (Kubernetes documentation, "Over-capacity endpoints"). */
export const ADDRESSES_MAX = 1000
export const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity'
export const HEADLESS = 'service.kubernetes.io/headless'

export interface EndpointsObserved {
  readonly service: Readonly<Service>
  /** Those that its selector finds and that can be reached. */
  readonly pods: readonly Readonly<Pod>[]
  readonly current: Readonly<Endpoints> | undefined
}

export type EndpointsPlan =
  | { readonly action: 'none' }
  | { readonly action: 'create'; readonly endpoints: Endpoints }
  | { readonly action: 'update'; readonly endpoints: Endpoints }

/** What the Endpoints of a Service with a selector should be. Whatever else is annotated on them stays. */
export function plan({ service, pods, current }: EndpointsObserved): EndpointsPlan {
  const all = repackSubsets(pods.flatMap((pod) => subsetsOf(service, pod)))
  const { subsets, isTruncated } = truncate(all)
  const { [HEADLESS]: _mark, ...own } = service.metadata.labels ?? {}
  const labels = isHeadless(service) ? { ...own, [HEADLESS]: '' } : own
  if (current !== undefined && isAsWanted(current, subsets, labels, isTruncated)) return { action: 'none' }
  const times = [...(current === undefined ? [service.metadata.creationTimestamp] : []), ...changedSince(pods, current?.subsets, subsets)]
  const { [OVER_CAPACITY]: _capacity, ...others } = triggeredAt(current?.metadata.annotations, earliest(times))
  const annotations = isTruncated ? { ...others, [OVER_CAPACITY]: 'truncated' } : others
  const { name = '', namespace = '' } = service.metadata
  const endpoints = { ...current, metadata: { ...(current?.metadata ?? { name, namespace }), labels, annotations }, subsets }
  return { action: current === undefined ? 'create' : 'update', endpoints }
}

function isAsWanted(
  { metadata, subsets }: Readonly<Endpoints>,
  wanted: EndpointSubset[],
  labels: Record<string, string>,
  isTruncated: boolean,
): boolean {
  return (
    deepEqual(subsets ?? [], wanted) &&
    deepEqual(metadata.labels ?? {}, labels) &&
    metadata.annotations?.[OVER_CAPACITY] === (isTruncated ? 'truncated' : undefined)
  )
}

/** One subset for each port of the Service that the Pod has. */
function subsetsOf(service: Readonly<Service>, pod: Readonly<Pod>): EndpointSubset[] {
  const { metadata, spec } = pod
  const [family = 'IPv4'] = familiesOf(service)
  const [ip] = addressesOf(pod, family)
  // What runs nowhere yet is left out even where unready addresses are published.
  if (ip === undefined || !spec?.nodeName || metadata.deletionTimestamp !== undefined) return []
  const hostname = hostNameIn(service, pod)
  const targetRef = { kind: 'Pod', namespace: metadata.namespace!, name: metadata.name!, uid: metadata.uid! }
  const address: EndpointAddress = { ip, nodeName: spec.nodeName, targetRef, ...(hostname === undefined ? {} : { hostname }) }
  const found = service.spec?.publishNotReadyAddresses || isReady(pod) ? { addresses: [address] } : { notReadyAddresses: [address] }
  const ports = service.spec?.ports ?? []
  if (ports.length === 0) return isHeadless(service) ? [found] : []
  return ports.flatMap((one) => {
    const port = targetPort(pod, one)
    if (port === undefined) return []
    const { name, protocol = 'TCP', appProtocol } = one
    const offered: EndpointPort = { port, protocol, ...(name ? { name } : {}), ...(appProtocol ? { appProtocol } : {}) }
    return [{ ...found, ports: [offered] }]
  })
}

/** No more than fit: ready addresses before others, and of each subset in proportion. */
function truncate(subsets: EndpointSubset[]): { subsets: EndpointSubset[]; isTruncated: boolean } {
  const count = (field: 'addresses' | 'notReadyAddresses'): number => subsets.reduce((sum, one) => sum + (one[field]?.length ?? 0), 0)
  const [ready, notReady] = [count('addresses'), count('notReadyAddresses')]
  if (ready + notReady <= ADDRESSES_MAX) return { subsets, isTruncated: false }
  const [field, total, room] =
    ready > ADDRESSES_MAX
      ? (['addresses', ready, ADDRESSES_MAX] as const)
      : (['notReadyAddresses', notReady, ADDRESSES_MAX - ready] as const)
  let left = room
  const kept = subsets.map(({ addresses, notReadyAddresses, ports }): EndpointSubset => {
    const list = (field === 'addresses' ? addresses : notReadyAddresses) ?? []
    const some = list.slice(0, Math.min(left, Math.ceil((list.length / total) * room)))
    left -= some.length
    return {
      ...nonEmpty('addresses', field === 'addresses' ? some : addresses),
      ...nonEmpty('notReadyAddresses', field === 'addresses' ? [] : some),
      ...nonEmpty('ports', ports),
    }
  })
  return { subsets: kept.filter(({ addresses, notReadyAddresses }) => addresses ?? notReadyAddresses), isTruncated: true }
}

const nonEmpty = <K extends string, T>(field: K, list: T[] | undefined): { [key in K]?: T[] } =>
  (list?.length ? { [field]: list } : {}) as { [key in K]?: T[] }

/** When the Pods changed whose addresses are new or are not where they were. */
function changedSince(
  pods: readonly Readonly<Pod>[],
  before: readonly EndpointSubset[] | undefined,
  after: readonly EndpointSubset[],
): (string | undefined)[] {
  const [was, is] = [standings(before ?? []), standings(after)]
  return pods.flatMap((pod) => {
    const { uid = '' } = pod.metadata
    return is.has(uid) && is.get(uid) !== was.get(uid) ? [readySince(pod)] : []
  })
}

/** Of each Pod whether it is ready, and its address. */
function standings(subsets: readonly EndpointSubset[]): Map<string, string> {
  const found = new Map<string, string>()
  for (const { addresses, notReadyAddresses } of subsets) {
    for (const { ip, targetRef } of addresses ?? []) found.set(targetRef?.uid ?? '', `ready ${ip}`)
    for (const { ip, targetRef } of notReadyAddresses ?? []) found.set(targetRef?.uid ?? '', ip)
  }
  return found
}
