import { Service as ServiceKind } from '@kubetape/api/kinds'
import type { Node, Pod, Service } from '@kubetape/api/types/core/v1'
import type { Endpoint, EndpointPort, EndpointSlice } from '@kubetape/api/types/discovery/v1'
import { deepEqual } from '@kubetape/apimachinery'
import { controllerReference } from '@kubetape/runtime'
import { addressesOf, familiesOf, type Family, hostNameIn, isHeadless, readySince, targetPort } from '../endpoint/backend-pod.ts'
import { HEADLESS } from '../endpoint/plan.ts'
import { earliest } from '../endpoint/trigger-time.ts'
import { isReady } from '../job/job-pod.ts'
import { placeEndpoints } from './placement.ts'
import { caused, endpointKey, MANAGED_BY, namePrefix, portsKey, reuse, sameEndpoint, SERVICE_NAME, type SliceActions } from './slices.ts'

/** What slices of this controller are labelled as managed by. */
export const MANAGER = 'endpointslice-controller.k8s.io'
const ZONE = 'topology.kubernetes.io/zone'
/** Annotations by which a Service asks for hints by the share of each zone's CPUs; its newer field then says nothing. */
const TOPOLOGY_ANNOTATIONS = ['service.kubernetes.io/topology-aware-hints', 'service.kubernetes.io/topology-mode']

export interface SlicesObserved {
  readonly service: Readonly<Service>
  /** Those that its selector finds and that can be reached, in order. */
  readonly pods: readonly Readonly<Pod>[]
  readonly nodeOf: (name: string) => Readonly<Node> | undefined
  /** Those of this controller that are not being deleted. */
  readonly slices: readonly EndpointSlice[]
  /** Whether ServiceTrafficDistribution is on. */
  readonly hasDistribution: boolean
}

/** Endpoints with the same ports share slices. */
interface Group {
  readonly ports: EndpointPort[]
  readonly endpoints: Map<string, Endpoint>
}

/** What slices a Service with a selector should have (KEP-752, KEP-1672 for Pods on their way out, KEP-4444 for hints). */
export function plan(observed: SlicesObserved): SliceActions {
  const { service, slices } = observed
  const families = familiesOf(service)
  const strays = slices.filter(({ addressType }) => !families.includes(addressType as Family))
  const planned = families.map((family) => planFamily(observed, family))
  const all = {
    create: planned.flatMap(({ create }) => create),
    update: planned.flatMap(({ update }) => update),
    remove: [...strays, ...planned.flatMap(({ remove }) => remove)],
  }
  const actions = reuse(all, (slice) => isOwnedBy(slice, service))
  return caused(actions, earliest(triggers(observed, actions)))
}

function planFamily(observed: SlicesObserved, family: Family): SliceActions {
  const { service } = observed
  const slices = observed.slices.filter(({ addressType }) => addressType === family)
  const foreign = slices.filter((slice) => !isOwnedBy(slice, service))
  const own = Map.groupBy(
    slices.filter((slice) => isOwnedBy(slice, service)),
    ({ ports }) => portsKey(ports),
  )
  const labels = labelsOf(service)
  const parts: SliceActions[] = []
  for (const [key, { ports, endpoints }] of groupsOf(observed, family)) {
    const fresh = (): EndpointSlice => newSlice(service, family, labels, ports)
    parts.push(placeEndpoints({ slices: own.get(key) ?? [], wanted: endpoints, labels, fresh }))
    own.delete(key)
  }
  const create = parts.flatMap((part) => part.create)
  const remove = [...foreign, ...parts.flatMap((part) => part.remove), ...[...own.values()].flat()]
  const update = parts.flatMap((part) => part.update)
  if (create.length > 0 || remove.length < slices.length) return { create, update, remove }
  // There is always one, so that everybody sees that the Service has none rather than that nobody has looked yet.
  const placeholder = newSlice(service, family, labels, [])
  const [only] = remove
  const isThere = remove.length === 1 && isOwnedBy(only!, service) && isPlaceholder(only!, labels)
  return isThere ? { create, update, remove: [] } : { create: [placeholder], update, remove }
}

function groupsOf(observed: SlicesObserved, family: Family): Map<string, Group> {
  const groups = new Map<string, Group>()
  for (const pod of observed.pods) {
    const ports = portsOf(observed.service, pod)
    const key = portsKey(ports)
    let group = groups.get(key)
    if (group === undefined) groups.set(key, (group = { ports, endpoints: new Map() }))
    const endpoint = endpointOf(observed, pod, family)
    if (endpoint !== undefined) group.endpoints.set(endpointKey(endpoint), endpoint)
  }
  return groups
}

function portsOf({ spec }: Readonly<Service>, pod: Readonly<Pod>): EndpointPort[] {
  return (spec?.ports ?? []).flatMap((one): EndpointPort[] => {
    const port = targetPort(pod, one)
    if (port === undefined) return []
    const { name = '', protocol = 'TCP', appProtocol } = one
    return [{ name, port, protocol, ...(appProtocol ? { appProtocol } : {}) }]
  })
}

function endpointOf({ service, nodeOf, hasDistribution }: SlicesObserved, pod: Readonly<Pod>, family: Family): Endpoint | undefined {
  const { metadata, spec } = pod
  const addresses = addressesOf(pod, family)
  if (addresses.length === 0) return undefined
  const nodeName = spec?.nodeName
  const node = nodeName ? nodeOf(nodeName) : undefined
  const publishesAll = service.spec?.publishNotReadyAddresses === true
  // Where it runs is not known, so that nobody could tell how to reach it; it comes in when the node does.
  if (node === undefined && !publishesAll) return undefined
  const serving = isReady(pod)
  const terminating = metadata.deletionTimestamp !== undefined
  const ready = publishesAll || (serving && !terminating)
  const zone = node?.metadata.labels?.[ZONE]
  const hostname = hostNameIn(service, pod)
  const isHinted = hasDistribution && ready && zone && prefersClose(service)
  return {
    addresses,
    conditions: { ready, serving, terminating },
    targetRef: { kind: 'Pod', namespace: metadata.namespace!, name: metadata.name!, uid: metadata.uid! },
    ...(nodeName ? { nodeName } : {}),
    ...(zone ? { zone } : {}),
    ...(hostname === undefined ? {} : { hostname }),
    ...(isHinted ? { hints: { forZones: [{ name: zone }] } } : {}),
  }
}

function prefersClose({ metadata, spec }: Readonly<Service>): boolean {
  const mode = TOPOLOGY_ANNOTATIONS.map((name) => metadata.annotations?.[name]).find((value) => value !== undefined)
  return spec?.trafficDistribution === 'PreferClose' && mode !== 'Auto' && mode !== 'auto'
}

/** The Service's own, but for those by which slices are told apart. */
function labelsOf(service: Readonly<Service>): Record<string, string> {
  const { [SERVICE_NAME]: _name, [MANAGED_BY]: _manager, [HEADLESS]: _mark, ...own } = service.metadata.labels ?? {}
  const named = { ...own, [SERVICE_NAME]: service.metadata.name ?? '', [MANAGED_BY]: MANAGER }
  return isHeadless(service) ? { ...named, [HEADLESS]: '' } : named
}

function newSlice(service: Readonly<Service>, family: Family, labels: Record<string, string>, ports: EndpointPort[]): EndpointSlice {
  const { name = '', namespace = '' } = service.metadata
  const ownerReferences = [controllerReference(ServiceKind, service)]
  return { metadata: { generateName: namePrefix(name), namespace, labels, ownerReferences }, addressType: family, endpoints: [], ports }
}

const isOwnedBy = ({ metadata }: EndpointSlice, service: Readonly<Service>): boolean =>
  (metadata.ownerReferences ?? []).some(({ controller, uid }) => controller === true && uid === service.metadata.uid)

const isPlaceholder = ({ endpoints, ports, metadata }: EndpointSlice, labels: Record<string, string>): boolean =>
  (endpoints ?? []).length === 0 && (ports ?? []).length === 0 && deepEqual(metadata.labels ?? {}, labels)

/** When that happened which led to these writes. */
function triggers({ service, pods, slices }: SlicesObserved, { create, update }: SliceActions): (string | null | undefined)[] {
  const before = new Map(slices.flatMap(({ endpoints }) => (endpoints ?? []).map((one) => [one.targetRef?.uid, one])))
  const written = new Map([...create, ...update].flatMap(({ endpoints }) => endpoints.map((one) => [one.targetRef?.uid, one])))
  const times = pods.flatMap((pod) => {
    const [was, is] = [before.get(pod.metadata.uid), written.get(pod.metadata.uid)]
    return is === undefined || (was !== undefined && sameEndpoint(was, is)) ? [] : [readySince(pod)]
  })
  return slices.length === 0 ? [service.metadata.creationTimestamp, ...times] : times
}
