import { Endpoints as EndpointsKind, EndpointSlice as SliceKind, Service as ServiceKind } from '@kubetape/api/kinds'
import type { Endpoints, Service } from '@kubetape/api/types/core/v1'
import type { EndpointSlice } from '@kubetape/api/types/discovery/v1'
import { deepEqual } from '@kubetape/apimachinery'
import { type Controller, controllerFor, type ReconcileContext, type ReconcileResult } from '@kubetape/runtime'
import { isWorthALook, serviceOfSlice } from '../endpoint-slice/slice-changes.ts'
import { BY_MANAGER, managedPlace, placeOfSlice } from '../endpoint-slice/slices.ts'
import { writeSlices } from '../endpoint-slice/write-slices.ts'
import { ADDRESSES_MAX, MANAGER, plan } from './plan.ts'

/** kube-controller-manager's --mirroring-concurrent-service-endpoint-syncs. */
const CONCURRENT_ENDPOINTS = 5
const COMPONENT = 'endpoint-slice-mirroring-controller'

/**
 * Mirrors Endpoints that people or other controllers keep into EndpointSlices, where the Service has no selector (kube-controller-manager's
 * endpointslice-mirroring-controller). Mirrors go when the Service gets a selector, and with the Endpoints by garbage collection.
 */
export function endpointSliceMirroringController(): Controller {
  return controllerFor<Endpoints>(EndpointsKind)
    .named('endpointslice-mirroring-controller')
    .with({ concurrencyMax: CONCURRENT_ENDPOINTS })
    .watches<Service>(ServiceKind, ({ type, object, previous, initial }) => {
      const isSame = type === 'updated' && deepEqual(object.spec?.selector ?? {}, previous?.spec?.selector ?? {})
      return initial || isSame ? [] : [`${object.metadata.namespace}/${object.metadata.name}`]
    })
    .watches<EndpointSlice>(SliceKind, (change) => serviceOfSlice(MANAGER, change), { predicate: isWorthALook })
    .index<EndpointSlice>(SliceKind, BY_MANAGER, placeOfSlice)
    .reconcile(({ namespace, name }, context) => reconcile(namespace, name, context))
}

async function reconcile(namespace: string, name: string, context: ReconcileContext): Promise<ReconcileResult | void> {
  const endpoints = context.lister<Endpoints>(EndpointsKind).get(namespace, name)
  const service = context.lister<Service>(ServiceKind).get(namespace, name)
  const slices = context.lister<EndpointSlice>(SliceKind).byIndex(BY_MANAGER, managedPlace(MANAGER, namespace, name))
  const left = slices.filter(({ metadata }) => metadata.deletionTimestamp === undefined).sort(byName)
  const { invalid, skipped, ...actions } = plan({ endpoints, service, slices: left })
  if (endpoints !== undefined && invalid > 0)
    say(context, endpoints, 'InvalidIPAddress', `Skipped ${invalid} invalid IP addresses when mirroring to EndpointSlices`)
  if (endpoints !== undefined && skipped > 0)
    say(
      context,
      endpoints,
      'TooManyAddressesToMirror',
      `A max of ${ADDRESSES_MAX} addresses can be mirrored to EndpointSlices per Endpoints subset. ${skipped + invalid} addresses were skipped`,
    )
  try {
    return await writeSlices(actions, endpoints ?? {}, context)
  } catch (error) {
    if (endpoints !== undefined)
      say(
        context,
        endpoints,
        'FailedToUpdateEndpointSlices',
        `Error updating EndpointSlices for Endpoints ${namespace}/${name}: ${(error as Error).message}`,
      )
    throw error
  }
}

function say({ event }: ReconcileContext, endpoints: Readonly<Endpoints>, reason: string, text: string): void {
  event(endpoints, 'Warning', reason, text, { component: COMPONENT })
}

const byName = (a: EndpointSlice, b: EndpointSlice): number => (a.metadata.name! < b.metadata.name! ? -1 : 1)
