import { IPAddress as AddressKind, Service as ServiceKind, ServiceCIDR as CidrKind } from '@kubetape/api/kinds'
import type { Service } from '@kubetape/api/types/core/v1'
import type { IPAddress, ServiceCIDR } from '@kubetape/api/types/networking/v1beta1'
import { isAlreadyExists, isConflict, isNotFound } from '@kubetape/apimachinery'
import { ifFound } from '@kubetape/client'
import { type Controller, controllerFor, type ReconcileContext, type ReconcileResult } from '@kubetape/runtime'
import { addressNamesOf, clusterIpsOf, planService, type ServiceRepair } from './plan.ts'

/** Under which name upstream reports repairs. */
export const COMPONENT = 'ipallocator-repair-controller'

/**
 * Sees to it that every address of every Service has its IPAddress (upstream's IP repair loop, KEP-1880): a Service that is changed is looked at, and
 * what is missing or names somebody else is made anew. It frees nothing. Does nothing while MultiCIDRServiceAllocator is off.
 */
export function serviceRepairController(): Controller {
  return controllerFor<Service>(ServiceKind, { predicate: ({ type, object }) => type !== 'deleted' && clusterIpsOf(object).length > 0 })
    .named('service-address-repair')
    .reads(AddressKind)
    .reads(CidrKind)
    .reconcile(({ namespace, name }, context) => reconcile(namespace, name, context))
}

async function reconcile(namespace: string, name: string, context: ReconcileContext): Promise<ReconcileResult | void> {
  if (!context.gates.enabled('MultiCIDRServiceAllocator')) return
  const services = context.lister<Service>(ServiceKind)
  const service = services.get(namespace, name)
  if (service === undefined) return
  const addresses = context.lister<IPAddress>(AddressKind)
  const observed = {
    service,
    cidrs: context.lister<ServiceCIDR>(CidrKind).list(),
    addressOf: (ip: string) => addresses.get('', ip),
    serviceOf: (space: string, one: string) => services.get(space, one),
  }
  const seen = planService(observed)
  if (seen.length === 0) return
  // A Service and its addresses come in one commit, but informers show them one after the other: only what is so now is repaired.
  const now = await observeNow(service, context)
  if (now === undefined) return
  return carryOut(now.service, planService({ ...observed, ...now }), context)
}

async function observeNow(
  { metadata }: Service,
  { client }: ReconcileContext,
): Promise<{ service: Service; addressOf: (ip: string) => IPAddress | undefined; cidrs: readonly ServiceCIDR[] } | undefined> {
  const { namespace = '', name = '' } = metadata
  const service = await ifFound(client.get<Service>(ServiceKind, { namespace, name }))
  if (service === undefined || service.metadata.uid !== metadata.uid) return undefined
  const { items: cidrs } = await client.list<ServiceCIDR>(CidrKind)
  const found = new Map<string, IPAddress>()
  for (const name of addressNamesOf(service)) {
    const address = await ifFound(client.get<IPAddress>(AddressKind, { name }))
    if (address !== undefined) found.set(name, address)
  }
  return { service, cidrs, addressOf: (ip) => found.get(ip) }
}

async function carryOut(
  service: Service,
  repairs: readonly ServiceRepair[],
  { client, event }: ReconcileContext,
): Promise<ReconcileResult | void> {
  try {
    for (const repair of repairs) {
      if (repair.type === 'event') {
        event(service, 'Warning', repair.reason, repair.message, { action: repair.action, component: COMPONENT })
        continue
      }
      const { address, existing } = repair
      const { uid, resourceVersion } = existing?.metadata ?? {}
      if (existing !== undefined)
        await client.delete(
          AddressKind,
          { name: address.metadata.name ?? '' },
          { preconditions: { uid: uid!, resourceVersion: resourceVersion! } },
        )
      await client.create(AddressKind, address)
    }
  } catch (error) {
    // Somebody was faster: it is looked at again with what there is then.
    if (isAlreadyExists(error) || isConflict(error) || isNotFound(error)) return { requeue: true }
    throw error
  }
}
