import { EndpointSlice as SliceKind, Node as NodeKind, Pod as PodKind, Service as ServiceKind } from '@kubetape/api/kinds'
import type { Node, Pod, Service } from '@kubetape/api/types/core/v1'
import type { EndpointSlice } from '@kubetape/api/types/discovery/v1'
import type { StoreChange } from '@kubetape/informers'
import { type Controller, controllerFor, type KindLookup, type ReconcileContext, type ReconcileResult } from '@kubetape/runtime'
import { isBackend } from '../endpoint/backend-pod.ts'
import { podsOf, SELECTION_INDEXES, selectsPods, servicesOf, servicesOfChange } from '../endpoint/selection.ts'
import { MANAGER, plan } from './plan.ts'
import { BY_MANAGER, managedPlace, placeOfSlice } from './slices.ts'
import { isWorthALook, serviceOfSlice } from './slice-changes.ts'
import { writeSlices } from './write-slices.ts'

/** kube-controller-manager's --concurrent-service-endpoint-syncs. */
const CONCURRENT_SERVICES = 5
const COMPONENT = 'endpoint-slice-controller'
const ZONE = 'topology.kubernetes.io/zone'
/** Index of Pods that can be reached: by their node. */
const BACKENDS_BY_NODE = 'backend-node'

/**
 * Keeps the EndpointSlices of every Service that has a selector (kube-controller-manager's endpointslice-controller): what others change in them is
 * undone. They go with their Service by garbage collection; one that becomes an ExternalName keeps what it had.
 */
export function endpointSliceController(): Controller {
  const [pods, services] = SELECTION_INDEXES
  return controllerFor<Service>(ServiceKind)
    .named('endpointslice-controller')
    .with({ concurrencyMax: CONCURRENT_SERVICES })
    .watches<Pod>(PodKind, servicesOfChange)
    .watches<Node>(NodeKind, servicesOfNode)
    .watches<EndpointSlice>(SliceKind, (change) => serviceOfSlice(MANAGER, change), { predicate: isWorthALook })
    .index<Pod>(PodKind, pods.name, pods.fn)
    .index<Service>(ServiceKind, services.name, services.fn)
    .index<Pod>(PodKind, BACKENDS_BY_NODE, (pod) => (isBackend(pod) && pod.spec?.nodeName ? [pod.spec.nodeName] : []))
    .index<EndpointSlice>(SliceKind, BY_MANAGER, placeOfSlice)
    .reconcile(({ namespace, name }, context) => reconcile(namespace, name, context))
}

/** Services of the Pods of a node that has come, or that is in another zone now. */
function servicesOfNode({ type, object, previous, initial }: StoreChange<Node>, lookup: KindLookup): string[] {
  if (initial || type === 'deleted' || (previous !== undefined && zoneOf(previous) === zoneOf(object))) return []
  const pods = lookup<Pod>(PodKind).byIndex(BACKENDS_BY_NODE, object.metadata.name ?? '')
  return [...new Set(pods.flatMap((pod) => servicesOf(pod, lookup)))]
}

const zoneOf = ({ metadata }: Readonly<Node>): string | undefined => metadata.labels?.[ZONE]

async function reconcile(namespace: string, name: string, context: ReconcileContext): Promise<ReconcileResult | void> {
  const service = context.lister<Service>(ServiceKind).get(namespace, name)
  if (service === undefined || !selectsPods(service)) return
  const nodes = context.lister<Node>(NodeKind)
  const slices = context.lister<EndpointSlice>(SliceKind).byIndex(BY_MANAGER, managedPlace(MANAGER, namespace, name))
  const actions = plan({
    service,
    pods: podsOf(service, context.lister<Pod>(PodKind)),
    nodeOf: (node) => nodes.get('', node),
    slices: slices.filter(({ metadata }) => metadata.deletionTimestamp === undefined).sort(byName),
    hasDistribution: context.gates.enabled('ServiceTrafficDistribution'),
  })
  try {
    return await writeSlices(actions, service, context)
  } catch (error) {
    const text = `Error updating Endpoint Slices for Service ${namespace}/${name}: ${(error as Error).message}`
    context.event(service, 'Warning', 'FailedToUpdateEndpointSlices', text, { component: COMPONENT })
    throw error
  }
}

const byName = (a: EndpointSlice, b: EndpointSlice): number => (a.metadata.name! < b.metadata.name! ? -1 : 1)
