import { Endpoints as EndpointsKind } from '@kubetape/api/kinds'
import type { EndpointAddress, EndpointPort as EndpointsPort, Endpoints, Service } from '@kubetape/api/types/core/v1'
import type { Endpoint, EndpointPort, EndpointSlice } from '@kubetape/api/types/discovery/v1'
import { deepEqual, parseIp, repackSubsets } from '@kubetape/apimachinery'
import { controllerReference } from '@kubetape/runtime'
import { TRIGGER_TIME } from '../endpoint/trigger-time.ts'
import {
  endpointKey,
  MANAGED_BY,
  namePrefix,
  portsKey,
  reuse,
  sameEndpoint,
  SERVICE_NAME,
  type SliceActions,
} from '../endpoint-slice/slices.ts'

/** What slices of this controller are labelled as managed by. */
export const MANAGER = 'endpointslicemirroring-controller.k8s.io'
/** kube-controller-manager's --mirroring-max-endpoints-per-subset. */
export const ADDRESSES_MAX = 1000
const SKIP = 'endpointslice.kubernetes.io/skip-mirror'
const LEADER = 'control-plane.alpha.kubernetes.io/leader'
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

export interface MirrorObserved {
  readonly endpoints: Readonly<Endpoints> | undefined
  readonly service: Readonly<Service> | undefined
  /** Those of this controller, in order. */
  readonly slices: readonly EndpointSlice[]
}

export interface MirrorPlan extends SliceActions {
  /** Addresses that are none. */
  readonly invalid: number
  /** Addresses beyond what is mirrored of one subset. */
  readonly skipped: number
}

interface Group {
  readonly addressType: 'IPv4' | 'IPv6'
  readonly ports: EndpointPort[]
  readonly endpoints: Map<string, Endpoint>
}

/** What slices mirror Endpoints that somebody else keeps, for a Service without a selector (KEP-752); none for others. */
export function plan({ endpoints, service, slices }: MirrorObserved): MirrorPlan {
  if (endpoints === undefined || !isMirrored(endpoints) || service === undefined || Object.keys(service.spec?.selector ?? {}).length > 0)
    return { create: [], update: [], remove: slices, invalid: 0, skipped: 0 }
  const { groups, invalid, skipped } = groupsOf(endpoints)
  const existing = Map.groupBy(slices, ({ addressType, ports }) => `${addressType} ${portsKey(ports)}`)
  const create: EndpointSlice[] = []
  const update: EndpointSlice[] = []
  const remove: EndpointSlice[] = []
  for (const [key, group] of groups) {
    const [first, ...others] = existing.get(key) ?? []
    existing.delete(key)
    remove.push(...others)
    const mirror = mirrorOf(endpoints, group)
    if (first === undefined) create.push(mirror)
    else if (!isSameMirror(first, mirror)) {
      const { labels, annotations } = mirror.metadata
      update.push({ ...mirror, metadata: { ...first.metadata, labels: labels!, annotations: annotations! } })
    }
  }
  remove.push(...[...existing.values()].flat())
  const isOwn = ({ metadata }: EndpointSlice): boolean =>
    (metadata.ownerReferences ?? []).some(({ uid, controller }) => controller === true && uid === endpoints.metadata.uid)
  return { ...reuse({ create, update, remove }, isOwn), invalid, skipped }
}

/** Locks of old that are Endpoints, and those that say so, are not mirrored. */
const isMirrored = ({ metadata }: Readonly<Endpoints>): boolean =>
  metadata.labels?.[SKIP] !== 'true' && metadata.annotations?.[LEADER] === undefined

function groupsOf({ subsets }: Readonly<Endpoints>): { groups: Map<string, Group>; invalid: number; skipped: number } {
  const groups = new Map<string, Group>()
  let invalid = 0
  let skipped = 0
  for (const { addresses, notReadyAddresses, ports } of repackSubsets(subsets ?? [])) {
    const offered = (ports ?? []).map(mirroredPort)
    const key = portsKey(offered)
    const all = [
      ...(addresses ?? []).map((address) => ({ address, ready: true })),
      ...(notReadyAddresses ?? []).map((address) => ({ address, ready: false })),
    ]
    let taken = 0
    for (const { address, ready } of all) {
      const family = parseIp(address.ip)?.family
      if (taken >= ADDRESSES_MAX) skipped++
      else if (family === undefined) invalid++
      else {
        taken++
        const endpoint = mirroredAddress(address, ready)
        const addressType = family === 4 ? 'IPv4' : 'IPv6'
        const id = `${addressType} ${key}`
        let group = groups.get(id)
        if (group === undefined) groups.set(id, (group = { addressType, ports: offered, endpoints: new Map() }))
        group.endpoints.set(endpointKey(endpoint), endpoint)
      }
    }
  }
  return { groups, invalid, skipped }
}

const mirroredPort = ({ name = '', port, protocol = 'TCP', appProtocol }: EndpointsPort): EndpointPort => ({
  name,
  port,
  protocol,
  ...(appProtocol ? { appProtocol } : {}),
})

const mirroredAddress = ({ ip, hostname, nodeName, targetRef }: EndpointAddress, ready: boolean): Endpoint => ({
  addresses: [ip],
  conditions: { ready },
  ...(targetRef ? { targetRef } : {}),
  ...(nodeName ? { nodeName } : {}),
  ...(hostname ? { hostname } : {}),
})

function mirrorOf({ metadata, ...rest }: Readonly<Endpoints>, { addressType, ports, endpoints }: Group): EndpointSlice {
  const { name = '', namespace = '' } = metadata
  const { [TRIGGER_TIME]: _time, [LAST_APPLIED]: _applied, ...annotations } = metadata.annotations ?? {}
  const labels = { ...metadata.labels, [SERVICE_NAME]: name, [MANAGED_BY]: MANAGER }
  const ownerReferences = [controllerReference(EndpointsKind, { metadata, ...rest })]
  return {
    metadata: { generateName: namePrefix(name), namespace, labels, annotations, ownerReferences },
    addressType,
    endpoints: [...endpoints.values()],
    ports,
  }
}

function isSameMirror(slice: EndpointSlice, mirror: EndpointSlice): boolean {
  const [now, wanted] = [slice.endpoints ?? [], mirror.endpoints]
  if (now.length !== wanted.length) return false
  const byKey = new Map(now.map((one) => [endpointKey(one), one]))
  return (
    wanted.every((one) => {
      const found = byKey.get(endpointKey(one))
      return found !== undefined && sameEndpoint(found, one)
    }) &&
    deepEqual(slice.metadata.labels ?? {}, mirror.metadata.labels ?? {}) &&
    deepEqual(slice.metadata.annotations ?? {}, mirror.metadata.annotations ?? {})
  )
}
