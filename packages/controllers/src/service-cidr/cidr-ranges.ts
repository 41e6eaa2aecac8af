import type { IPAddress, ServiceCIDR } from '@kubetape/api/types/networking/v1beta1'
import { type IpAddress, type IpRange, parseCidr, parseIp, rangeHolds } from '@kubetape/apimachinery'

/** Labels that the API server puts on the IPAddresses of Services (KEP-1880). */
export const MANAGED_BY = 'ipaddress.kubernetes.io/managed-by'
export const ALLOCATOR = 'ipallocator.k8s.io'

/** The ranges of a ServiceCIDR. */
export function rangesOf({ spec }: Readonly<ServiceCIDR>): IpRange[] {
  return (spec?.cidrs ?? []).map(parseCidr).filter((range) => range !== undefined)
}

/** The address that an IPAddress stands for, if the API server made it for a Service: others block no range. */
export function managedAddress({ metadata }: Readonly<IPAddress>): IpAddress | undefined {
  return metadata.labels?.[MANAGED_BY] === ALLOCATOR ? parseIp(metadata.name ?? '') : undefined
}

/** Whether a Service can have the address from this range: not the network's and, of IPv4, not the broadcast address. */
export function offers(range: IpRange, address: IpAddress): boolean {
  return rangeHolds(range, address) && address.value !== range.first && (range.family === 6 || address.value !== range.last)
}

/** Whether every address that `inner` offers is one of `outer` too. */
export function contains(outer: IpRange, inner: IpRange): boolean {
  return outer.family === inner.family && outer.prefix <= inner.prefix && inner.first >= outer.first && inner.last <= outer.last
}
