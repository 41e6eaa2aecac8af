import { IPAddress as AddressKind, Service as ServiceKind } from '@kubetape/api/kinds'
import type { Service } from '@kubetape/api/types/core/v1'
import type { IPAddress } from '@kubetape/api/types/networking/v1beta1'
import { isConflict, isNotFound } from '@kubetape/apimachinery'
import { ifFound } from '@kubetape/client'
import { type Controller, controllerFor, type ReconcileContext, type ReconcileResult } from '@kubetape/runtime'
import { addressNamesOf, planAddress } from './plan.ts'
import { COMPONENT } from './service-repair-controller.ts'

/**
 * Removes IPAddresses of Services that belong to no Service any more (upstream's IP repair loop, KEP-1880): at once where they name something else, after
 * a minute where there is no such Service. Whether there is one is asked for live. Does nothing while MultiCIDRServiceAllocator is off.
 */
export function addressRepairController(): Controller {
  return controllerFor<IPAddress>(AddressKind, { predicate: ({ type }) => type !== 'deleted' })
    .named('ip-address-repair')
    .watches<Service>(ServiceKind, ({ type, object }) => (type === 'deleted' ? addressNamesOf(object) : []))
    .reconcile(({ name }, context) => reconcile(name, context))
}

async function reconcile(name: string, context: ReconcileContext): Promise<ReconcileResult | void> {
  if (!context.gates.enabled('MultiCIDRServiceAllocator')) return
  const address = context.lister<IPAddress>(AddressKind).get('', name)
  if (address === undefined) return
  const { namespace = '', name: owner = '' } = address.spec?.parentRef ?? {}
  const seen = planAddress(address, context.lister<Service>(ServiceKind).get(namespace, owner), context.nowMs())
  if (seen.action === 'none') return
  const service = owner === '' ? undefined : await ifFound(context.client.get<Service>(ServiceKind, { namespace, name: owner }))
  const now = planAddress(address, service, context.nowMs())
  if (now.action === 'wait') return { requeueAfterMs: now.ms }
  if (now.action === 'none') return
  const { reason, message, action } = now.event
  context.event(address, 'Warning', reason, message, { action, component: COMPONENT })
  try {
    const { uid, resourceVersion } = address.metadata
    await context.client.delete(AddressKind, { name }, { preconditions: { uid: uid!, resourceVersion: resourceVersion! } })
  } catch (error) {
    // It has changed, or is gone: its event tells.
    if (!isNotFound(error) && !isConflict(error)) throw error
  }
}
