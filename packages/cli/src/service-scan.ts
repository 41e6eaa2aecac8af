import type { Service } from '@kubetape/api/types/core/v1'
import type { IPAddress, ServiceCIDR } from '@kubetape/api/types/networking/v1beta1'
import { formatIp, type IpAddress, parseCidr, parseIp } from '@kubetape/apimachinery'
import { AddressRange } from '@kubetape/apiserver'

/** `Blocked`: it is being deleted, and stays until addresses of it are given up or are in another range. */
export type RangeState = 'Ready' | 'Pending' | 'Terminating' | 'Blocked'

/** One range of a ServiceCIDR; one of two families makes two of them. */
export interface RangeRow {
  readonly range: string
  /** The ServiceCIDR's. */
  readonly name: string
  /** Addresses that Services can have. */
  readonly size: number
  readonly used: number
  readonly free: number
  /** How many, the first ones, are given out last, so that they can be asked for (KEP-3070). */
  readonly staticBand: number
  readonly state: RangeState
}

/**
 * What is wrong with an address: several Services have it; a Service has it and no IPAddress says so (or says another); an IPAddress of a Service is left
 * over; it is in no range.
 */
export type AddressFinding = 'duplicate' | 'missing' | 'orphan' | 'outside'

export interface AddressRow {
  readonly address: string
  /** The ranges that have it. */
  readonly ranges: readonly string[]
  /** Services as `namespace/name`; what else an IPAddress names as `resource.group namespace/name`. */
  readonly owners: readonly string[]
  readonly finding?: AddressFinding
}

export interface ServiceScan {
  readonly ranges: readonly RangeRow[]
  readonly addresses: readonly AddressRow[]
}

export interface ScannedCluster {
  readonly services: readonly Service[]
  /** Undefined where ServiceCIDRs and IPAddresses are not served: then nothing is known of ranges, and no IPAddress is missed. */
  readonly objects: { readonly cidrs: readonly ServiceCIDR[]; readonly addresses: readonly IPAddress[] } | undefined
}

const MANAGED_BY = 'ipaddress.kubernetes.io/managed-by'
const ALLOCATOR = 'ipallocator.k8s.io'

/** Puts the ranges, addresses and Services of one moment together. Addresses come in their order, IPv4 first. */
export function scanServices({ services, objects }: ScannedCluster): ServiceScan {
  const ranges = (objects?.cidrs ?? []).flatMap(rangesOf)
  const found = new Map<string, Found>()
  const at = (text: string): Found => {
    const ip = parseIp(text)
    const address = ip === undefined ? text : formatIp(ip)
    const known = found.get(address) ?? { address, ip, services: [], object: undefined }
    found.set(address, known)
    return known
  }
  for (const service of services) for (const ip of clusterIpsOf(service)) at(ip).services.push(placeOf(service.metadata))
  for (const object of objects?.addresses ?? []) at(object.metadata.name ?? '').object = object
  for (const { ip } of found.values()) if (ip !== undefined) for (const { addresses } of ranges) addresses.take(ip)
  return {
    ranges: ranges.map(({ row, addresses: { size, used, band } }) => ({ ...row, size, used, free: size - used, staticBand: band })),
    addresses: [...found.values()].sort(byAddress).map((one) => addressRow(one, ranges, objects !== undefined)),
  }
}

interface Found {
  readonly address: string
  readonly ip: IpAddress | undefined
  readonly services: string[]
  object: IPAddress | undefined
}

interface ScannedRange {
  readonly row: Pick<RangeRow, 'range' | 'name' | 'state'>
  readonly addresses: AddressRange
}

function rangesOf(cidr: ServiceCIDR): ScannedRange[] {
  return (cidr.spec?.cidrs ?? []).flatMap((text) => {
    const range = parseCidr(text)
    if (range === undefined) return []
    return [{ row: { range: text, name: cidr.metadata.name ?? '', state: stateOf(cidr) }, addresses: new AddressRange(range) }]
  })
}

function stateOf({ metadata, status }: ServiceCIDR): RangeState {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status
  if (metadata.deletionTimestamp !== undefined) return ready === 'False' ? 'Blocked' : 'Terminating'
  return ready === 'True' ? 'Ready' : 'Pending'
}

function addressRow({ address, ip, services, object }: Found, ranges: readonly ScannedRange[], hasObjects: boolean): AddressRow {
  const holding = ip === undefined ? [] : ranges.filter(({ addresses }) => addresses.offers(ip))
  const parent = parentOf(object)
  const isForeign = object !== undefined && object.metadata.labels?.[MANAGED_BY] !== ALLOCATOR
  const owners = isForeign && parent !== undefined ? [...services, parent] : services
  const finding = findingOf({ services, parent, isForeign, isOutside: holding.length === 0 && services.length > 0, hasObjects })
  return { address, ranges: holding.map(({ row }) => row.range), owners, ...(finding === undefined ? {} : { finding }) }
}

interface Findable {
  readonly services: readonly string[]
  readonly parent: string | undefined
  readonly isForeign: boolean
  readonly isOutside: boolean
  readonly hasObjects: boolean
}

function findingOf({ services, parent, isForeign, isOutside, hasObjects }: Findable): AddressFinding | undefined {
  if (services.length > 1) return 'duplicate'
  if (!hasObjects) return undefined
  const [service] = services
  if (service === undefined) return isForeign ? undefined : 'orphan'
  if (isOutside) return 'outside'
  return parent === service && !isForeign ? undefined : 'missing'
}

/** What an IPAddress names: a Service as its place. */
function parentOf(object: IPAddress | undefined): string | undefined {
  const { group = '', resource, namespace = '', name = '' } = object?.spec?.parentRef ?? {}
  if (resource === undefined) return undefined
  const place = namespace === '' ? name : `${namespace}/${name}`
  return group === '' && resource === 'services' ? place : `${resource}${group === '' ? '' : `.${group}`} ${place}`
}

function clusterIpsOf({ spec }: Service): readonly string[] {
  if (spec?.type === 'ExternalName') return []
  const all = spec?.clusterIPs ?? (spec?.clusterIP ? [spec.clusterIP] : [])
  return all.filter((text) => text !== '' && text !== 'None')
}

const placeOf = ({ namespace = '', name = '' }: Service['metadata']): string => `${namespace}/${name}`

function byAddress({ ip: a, address: one }: Found, { ip: b, address: other }: Found): number {
  if (a === undefined || b === undefined) return a === b ? (one < other ? -1 : 1) : a === undefined ? 1 : -1
  if (a.family !== b.family) return a.family - b.family
  return a.value < b.value ? -1 : 1
}
