import type { IPAddress, ServiceCIDR } from '@kubetape/api/types/networking/v1beta1'
import { IPAddress as AddressKind, ServiceCIDR as CidrKind } from '@kubetape/api/kinds'
import { formatTime, type IpAddress, isConflict, isNotFound } from '@kubetape/apimachinery'
import { type Controller, controllerFor, type KindLookup, type ReconcileContext, type ReconcileResult } from '@kubetape/runtime'
import { removeFinalizer } from '../volume-protection/finalizer-writes.ts'
import { managedAddress, offers, rangesOf } from './cidr-ranges.ts'
import { MESSAGES, plan, SERVICE_CIDR_FINALIZER } from './plan.ts'

/** kube-controller-manager's workers for it. */
const CONCURRENT_CIDRS = 5
/** Who owns the condition, as upstream names it. */
const FIELD_MANAGER = 'service-cidr-controller'

/**
 * Makes ServiceCIDRs ready for use, and keeps those that are being deleted until no Service has an address that would then be in no range
 * (kube-controller-manager's service-cidr-controller; KEP-1880). Does nothing while MultiCIDRServiceAllocator is off.
 */
export function serviceCidrController(): Controller {
  return controllerFor<ServiceCIDR>(CidrKind)
    .named('service-cidr-controller')
    .with({ concurrencyMax: CONCURRENT_CIDRS })
    .watches<ServiceCIDR>(CidrKind, (_change, lookup) => leavingRanges(lookup).map(({ metadata }) => metadata.name ?? ''))
    .watches<IPAddress>(AddressKind, ({ object }, lookup) => leavingRangesWith(object, lookup))
    .reconcile(({ name }, context) => reconcile(name, context))
}

/** Only what is being deleted waits for others to change: a new range may cover it, an address may go. */
function leavingRanges(lookup: KindLookup): readonly ServiceCIDR[] {
  return lookup<ServiceCIDR>(CidrKind)
    .list()
    .filter(({ metadata }) => metadata.deletionTimestamp !== undefined)
}

function leavingRangesWith(object: Readonly<IPAddress>, lookup: KindLookup): string[] {
  const address = managedAddress(object)
  if (address === undefined) return []
  const holding = leavingRanges(lookup).filter((cidr) => rangesOf(cidr).some((range) => offers(range, address)))
  return holding.map(({ metadata }) => metadata.name ?? '')
}

async function reconcile(name: string, context: ReconcileContext): Promise<ReconcileResult | void> {
  if (!context.gates.enabled('MultiCIDRServiceAllocator')) return
  const cidrs = context.lister<ServiceCIDR>(CidrKind)
  const cidr = cidrs.get('', name)
  if (cidr === undefined) return
  const seen = context.lister<IPAddress>(AddressKind)
  const next = plan({ cidr, cidrs: cidrs.list(), addresses: addressesOf(seen) }, context.nowMs())
  switch (next.action) {
    case 'none':
      return
    case 'protect':
      return protect(cidr, context)
    case 'ready':
      return say(cidr, 'True', undefined, context)
    case 'block':
      return say(cidr, 'False', 'Terminating', context)
    case 'wait':
      return { requeueAfterMs: next.ms }
    case 'release':
      return release(cidr, context)
  }
}

/** First among the finalizers, as a strategic merge puts it. */
async function protect(cidr: ServiceCIDR, { client }: ReconcileContext): Promise<void> {
  const { name = '', uid, resourceVersion } = cidr.metadata
  const body = { metadata: { uid, resourceVersion, finalizers: [SERVICE_CIDR_FINALIZER] } }
  try {
    await client.patch<ServiceCIDR>(CidrKind, { name }, { type: 'strategic', body })
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) throw error
  }
}

/** The informers may be behind: an address that is not in sight yet, or a range that has just gone, would leave a Service with none. */
async function release(cidr: ServiceCIDR, context: ReconcileContext): Promise<void> {
  const { items: cidrs } = await context.client.list<ServiceCIDR>(CidrKind)
  const { items } = await context.client.list<IPAddress>(AddressKind)
  const now = plan({ cidr, cidrs, addresses: addressesOf({ list: () => items }) }, context.nowMs())
  if (now.action === 'release') await removeFinalizer(context.client, CidrKind, cidr, SERVICE_CIDR_FINALIZER)
  else if (now.action === 'block') await say(cidr, 'False', 'Terminating', context)
}

/** Parsed only as far as somebody asks. */
function* addressesOf(addresses: { list(): readonly IPAddress[] }): Iterable<IpAddress> {
  for (const object of addresses.list()) {
    const address = managedAddress(object)
    if (address !== undefined) yield address
  }
}

async function say(
  cidr: ServiceCIDR,
  status: 'True' | 'False',
  reason: string | undefined,
  { client, nowMs }: ReconcileContext,
): Promise<void> {
  const said = { message: MESSAGES[status] ?? '', lastTransitionTime: formatTime(nowMs()) }
  const condition = { type: 'Ready', status, ...(reason === undefined ? {} : { reason }), ...said }
  const { name = '' } = cidr.metadata
  const body = { apiVersion: 'networking.k8s.io/v1beta1', kind: 'ServiceCIDR', metadata: { name }, status: { conditions: [condition] } }
  try {
    await client.patch<ServiceCIDR>(
      CidrKind,
      { name },
      { type: 'apply', body },
      { subresource: 'status', fieldManager: FIELD_MANAGER, force: true },
    )
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}
