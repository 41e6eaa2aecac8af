import { Endpoints as EndpointsKind, Pod as PodKind, Service as ServiceKind } from '@kubetape/api/kinds'
import type { Endpoints, Pod, Service } from '@kubetape/api/types/core/v1'
import { isAlreadyExists, isConflict, isNotFound, objectKey } from '@kubetape/apimachinery'
import { type Controller, controllerFor, type ReconcileContext, type ReconcileResult } from '@kubetape/runtime'
import { refusedAsTerminating } from '../namespace/refused-as-terminating.ts'
import { plan } from './plan.ts'
import { podsOf, SELECTION_INDEXES, selectsPods, servicesOfChange } from './selection.ts'

/** kube-controller-manager's --concurrent-endpoint-syncs. */
const CONCURRENT_SERVICES = 5
const AGAIN_MS = 20
/** Endpoints with this annotation are somebody's lock, from the time before there were Leases. */
const LEADER = 'control-plane.alpha.kubernetes.io/leader'
const COMPONENT = 'endpoint-controller'

/**
 * Keeps the Endpoints of every Service that has a selector: the addresses of its Pods (kube-controller-manager's endpoints-controller). Endpoints go
 * with their Service, and at the start those go whose Service is no more.
 */
export function endpointsController(): Controller {
  const [pods, services] = SELECTION_INDEXES
  return controllerFor<Service>(ServiceKind)
    .named('endpoints-controller')
    .with({ concurrencyMax: CONCURRENT_SERVICES })
    .watches<Pod>(PodKind, servicesOfChange)
    .watches<Endpoints>(EndpointsKind, ({ type, object, initial }) => {
      const isLeftOver = initial && object.metadata.annotations?.[LEADER] === undefined
      return type === 'deleted' || isLeftOver ? [objectKey(object)] : []
    })
    .index<Pod>(PodKind, pods.name, pods.fn)
    .index<Service>(ServiceKind, services.name, services.fn)
    .reconcile(({ namespace, name }, context) => reconcile(namespace, name, context))
}

async function reconcile(namespace: string, name: string, context: ReconcileContext): Promise<ReconcileResult | void> {
  const service = context.lister<Service>(ServiceKind).get(namespace, name)
  const current = context.lister<Endpoints>(EndpointsKind).get(namespace, name)
  const { client, event } = context
  if (service === undefined) {
    if (current !== undefined) await client.delete(EndpointsKind, { namespace, name }).catch(unlessGone)
    return
  }
  if (!selectsPods(service)) return
  const next = plan({ service, pods: podsOf(service, context.lister<Pod>(PodKind)), current })
  if (next.action === 'none') return
  try {
    if (next.action === 'create') await client.create<Endpoints>(EndpointsKind, next.endpoints)
    else await client.update<Endpoints>(EndpointsKind, next.endpoints)
  } catch (error) {
    if (next.action === 'create' && refusedAsTerminating(error)) return
    // Somebody was faster: it is looked at again with what there is then.
    if (isAlreadyExists(error) || isConflict(error) || isNotFound(error)) return { requeueAfterMs: AGAIN_MS }
    const { message } = error as Error
    const [reason, text] =
      next.action === 'create'
        ? ['FailedToCreateEndpoint', `Failed to create endpoint for service ${namespace}/${name}: ${message}`]
        : ['FailedToUpdateEndpoint', `Failed to update endpoint ${namespace}/${name}: ${message}`]
    event(next.endpoints, 'Warning', reason, text, { component: COMPONENT })
    throw error
  }
}

function unlessGone(error: unknown): void {
  if (!isNotFound(error)) throw error
}
