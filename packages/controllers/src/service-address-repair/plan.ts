import type { Service } from '@kubetape/api/types/core/v1'
import type { IPAddress, ServiceCIDR } from '@kubetape/api/types/networking/v1beta1'
import { formatIp, type IpAddress, parseIp } from '@kubetape/apimachinery'
import { ALLOCATOR, MANAGED_BY, offers, rangesOf } from '../service-cidr/cidr-ranges.ts'

/** Label of the IPAddresses of Services beside MANAGED_BY (KEP-1880). */
const IP_FAMILY = 'ipaddress.kubernetes.io/ip-family'
/** A Service may be on its way for as long as a request to the API server takes at the most. */
export const ORPHAN_MS = 60_000

export interface RepairEvent {
  readonly type: 'event'
  readonly reason: string
  readonly action: string
  readonly message: string
}

/** `existing`: what stands in its place and goes first. */
export type ServiceRepair = RepairEvent | { readonly type: 'make'; readonly address: IPAddress; readonly existing: IPAddress | undefined }

export interface ServiceObserved {
  readonly service: Service
  readonly cidrs: readonly ServiceCIDR[]
  readonly addressOf: (name: string) => IPAddress | undefined
  readonly serviceOf: (namespace: string, name: string) => Service | undefined
}

/** Whether each address of a Service has the IPAddress that it should have, and what to do where it has not (upstream's IP repair loop). */
export function planService({ service, cidrs, addressOf, serviceOf }: ServiceObserved): ServiceRepair[] {
  const { namespace = '', name = '' } = service.metadata
  return clusterIpsOf(service).flatMap((text): ServiceRepair[] => {
    const ip = parseIp(text)
    if (ip === undefined)
      return [event('ClusterIPNotValid', 'ClusterIPValidation', `Cluster IP ${text} is not a valid IP; please recreate Service`)]
    const family = `IPv${ip.family}`
    const say = (reason: string, message: string): RepairEvent => event(reason, 'ClusterIPAllocation', message)
    if (!cidrs.some((cidr) => rangesOf(cidr).some((range) => offers(range, ip))))
      return [
        say('ClusterIPOutOfRange', `Cluster IP [${family}]: ${text} is not within any configured Service CIDR; please recreate service`),
      ]
    const existing = addressOf(formatIp(ip))
    const make: ServiceRepair = { type: 'make', address: addressFor(ip, service), existing }
    if (existing === undefined) return [say('ClusterIPNotAllocated', `Cluster IP [${family}]: ${text} is not allocated; repairing`), make]
    if (isOf(existing, service) && hasLabels(existing, ip)) return []
    const owner = existing.spec?.parentRef
    const other = owner?.resource === 'services' ? serviceOf(owner.namespace ?? '', owner.name ?? '') : undefined
    if (other !== undefined && !isOf(existing, service) && addressNamesOf(other).includes(formatIp(ip)))
      return [
        say(
          'ClusterIPAlreadyAllocated',
          `Cluster IP [${family}]:${text} was assigned to multiple services ${namespace}/${name} and ${owner?.namespace}/${owner?.name}; please recreate service`,
        ),
      ]
    return [
      say('ClusterIPNotAllocated', `the ClusterIP [${family}]: ${text} for Service ${namespace}/${name} has a wrong reference; repairing`),
      make,
    ]
  })
}

export type AddressRepair =
  | { readonly action: 'none' }
  | { readonly action: 'wait'; readonly ms: number }
  | { readonly action: 'remove'; readonly event: RepairEvent }

/** Whether an IPAddress that the API server made still belongs to a Service; others are nobody's business. `service`: the one that it names. */
export function planAddress(address: Readonly<IPAddress>, service: Readonly<Service> | undefined, nowMs: number): AddressRepair {
  const { metadata, spec } = address
  if (metadata.labels?.[MANAGED_BY] !== ALLOCATOR) return { action: 'none' }
  const { group = '', resource = '', namespace = '', name = '' } = spec?.parentRef ?? {}
  const remove = (reason: string, message: string): AddressRepair => ({
    action: 'remove',
    event: event(reason, 'IPAddressAllocation', message),
  })
  const ip = metadata.name ?? ''
  if (group !== '' || resource !== 'services')
    return remove(
      'IPAddressNotAllocated',
      `IPAddress ${ip} appears to have been modified, not referencing a Service &ParentReference{Group:${group},Resource:${resource},Namespace:${namespace},Name:${name},}: cleaning up`,
    )
  if (service === undefined) {
    const ms = Date.parse(metadata.creationTimestamp ?? '') + ORPHAN_MS - nowMs
    if (ms > 0) return { action: 'wait', ms }
    return remove('IPAddressNotAllocated', `IPAddress: ${ip} for Service ${namespace}/${name} appears to have leaked: cleaning up`)
  }
  if (addressNamesOf(service).includes(ip)) return { action: 'none' }
  return remove('IPAddressWrongReference', `IPAddress: ${ip} for Service ${namespace}/${name} has a wrong reference; cleaning up`)
}

/** The IPAddress that stands for an address of a Service. */
function addressFor(ip: IpAddress, { metadata }: Readonly<Service>): IPAddress {
  const parentRef = { resource: 'services', namespace: metadata.namespace ?? '', name: metadata.name ?? '' }
  const labels = { [IP_FAMILY]: `IPv${ip.family}`, [MANAGED_BY]: ALLOCATOR }
  return { metadata: { name: formatIp(ip), labels }, spec: { parentRef } }
}

/** The addresses of a Service, as they are written; none of one without. */
export function clusterIpsOf({ spec }: Readonly<Service>): readonly string[] {
  if (spec?.type === 'ExternalName') return []
  const all = spec?.clusterIPs ?? (spec?.clusterIP ? [spec.clusterIP] : [])
  return all.filter((text) => text !== '' && text !== 'None')
}

/** The names of the IPAddresses that a Service should have: its addresses in their canonical form, however the Service writes them (RFC 5952). */
export function addressNamesOf(service: Readonly<Service>): readonly string[] {
  return clusterIpsOf(service)
    .map(parseIp)
    .filter((ip) => ip !== undefined)
    .map(formatIp)
}

function isOf({ spec }: Readonly<IPAddress>, { metadata }: Readonly<Service>): boolean {
  const { group = '', resource, namespace, name } = spec?.parentRef ?? {}
  return group === '' && resource === 'services' && namespace === metadata.namespace && name === metadata.name
}

const hasLabels = ({ metadata }: Readonly<IPAddress>, { family }: IpAddress): boolean =>
  metadata.labels?.[MANAGED_BY] === ALLOCATOR && metadata.labels[IP_FAMILY] === `IPv${family}`

const event = (reason: string, action: string, message: string): RepairEvent => ({ type: 'event', reason, action, message })
