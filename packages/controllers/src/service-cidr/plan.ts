import type { ServiceCIDR } from '@kubetape/api/types/networking/v1beta1'
import type { IpAddress } from '@kubetape/apimachinery'
import { contains, offers, rangesOf } from './cidr-ranges.ts'

/** What keeps a range until no Service would be left with an address that no range has (KEP-1880). */
export const SERVICE_CIDR_FINALIZER = 'networking.k8s.io/service-cidr-finalizer'
/** API servers that have not heard of the deletion yet may still give out an address of the range: it stays for so long. */
export const DELETION_GRACE_MS = 10_000

export interface ServiceCidrObserved {
  readonly cidr: ServiceCIDR
  /** All of them, this one too. */
  readonly cidrs: readonly ServiceCIDR[]
  /** Addresses of Services; asked for only where they matter, and as far as they do. */
  readonly addresses: Iterable<IpAddress>
}

export type ServiceCidrPlan =
  | { readonly action: 'none' }
  | { readonly action: 'protect' }
  | { readonly action: 'ready' }
  | { readonly action: 'block' }
  | { readonly action: 'wait'; readonly ms: number }
  | { readonly action: 'release' }

/** Decides what is next for one ServiceCIDR. */
export function plan(observed: ServiceCidrObserved, nowMs: number): ServiceCidrPlan {
  const { metadata } = observed.cidr
  const isProtected = metadata.finalizers?.includes(SERVICE_CIDR_FINALIZER) ?? false
  if (metadata.deletionTimestamp === undefined) {
    if (!isProtected) return { action: 'protect' }
    return isSaid(observed.cidr, 'True') ? { action: 'none' } : { action: 'ready' }
  }
  if (!isProtected) return { action: 'none' }
  if (!canGo(observed)) return isSaid(observed.cidr, 'False') ? { action: 'none' } : { action: 'block' }
  const ms = Date.parse(metadata.deletionTimestamp) + DELETION_GRACE_MS - nowMs
  return ms > 0 ? { action: 'wait', ms } : { action: 'release' }
}

/** Whether the Ready condition says this already. */
function isSaid({ status }: Readonly<ServiceCIDR>, value: string): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')
  return ready?.status === value && ready.message === MESSAGES[value]
}

/** What the Ready condition says, in v1.31's words. */
export const MESSAGES: Readonly<Record<string, string>> = {
  True: 'Kubernetes Service CIDR is ready',
  False: 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR',
}

/** Other ranges that stay, and whatever they offer, keep every Service's address within some range. */
function canGo({ cidr, cidrs, addresses }: ServiceCidrObserved): boolean {
  const others = cidrs
    .filter(({ metadata }) => metadata.name !== cidr.metadata.name && metadata.deletionTimestamp === undefined)
    .flatMap(rangesOf)
  const alone = rangesOf(cidr).filter((range) => !others.some((other) => contains(other, range)))
  if (alone.length === 0) return true
  for (const address of addresses)
    if (alone.some((range) => offers(range, address)) && !others.some((range) => offers(range, address))) return false
  return true
}
