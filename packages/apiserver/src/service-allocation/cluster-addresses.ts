import { formatCidr, formatIp, type IpRange, type KubeObject, parseCidr, parseIp } from '@kubetape/apimachinery'
import type { Random } from '@kubetape/determinism'
import type { Storage, StoredObject } from '@kubetape/storage'
import { AddressRange } from './address-range.ts'
import { Holdings } from './holdings.ts'

export type AddressFamily = 'IPv4' | 'IPv6'

export interface ClusterAddressesOptions {
  readonly storage: Storage
  readonly random: Random
  /** --service-cluster-ip-range: one range, or one of each family. */
  readonly flagRanges: readonly IpRange[]
  /** Whether ServiceCIDR objects form the pool (MultiCIDRServiceAllocator); otherwise it is the flag's ranges alone. */
  readonly fromObjects: boolean
}

/** Why an address cannot be had, in v1.31's words. */
export type AddressRefusal = 'the provided network does not match the current range' | 'provided IP is already allocated'

/** A range of the pool: of a ServiceCIDR object, or of the flag. */
interface PooledRange {
  readonly addresses: AddressRange
  readonly cidr: string
  /** Gives out addresses: its ServiceCIDR is Ready and not being deleted. */
  readonly isOpen: boolean
}

/** The holder of what is kept for a Service. */
const KEPT = 'kept'
const SERVICE_CIDRS = { group: 'networking.k8s.io', resource: 'servicecidrs' }
const IP_ADDRESSES = { group: 'networking.k8s.io', resource: 'ipaddresses' }
const SERVICES = { group: '', resource: 'services' }

/**
 * The addresses of Services (KEP-1880): which ranges there are and what of them is taken, as folds of what is stored. An address is taken by the
 * Service that has it in `clusterIPs`, by an IPAddress object of its name, and by a request that is about to store either. What a caller may rely on:
 *
 * - What `draw` and `reserve` gave is nobody else's until it is released or stored, however many requests are on their way.
 * - A range that is being deleted or is not Ready gives nothing out, from the commit on that says so.
 * - Both cost the same in an empty and in a full range, and do not grow with the number of Services.
 */
export class ClusterAddresses {
  readonly #options: ClusterAddressesOptions
  /** By the ServiceCIDR's name; the flag's ranges under an empty name. */
  readonly #ranges = new Map<string, readonly PooledRange[]>()
  readonly #holdings: Holdings
  readonly #stops: (() => void)[] = []
  /** All of them, the oldest first. */
  #pool: readonly PooledRange[] = []
  #requests = 0
  #kept: { readonly service: string; readonly address: string } | undefined

  constructor(options: ClusterAddressesOptions) {
    this.#options = options
    this.#holdings = new Holdings((address, isHeld) => this.#note(address, isHeld))
    const { flagRanges, fromObjects } = options
    if (fromObjects) {
      this.#follow(SERVICE_CIDRS, (key, object) => this.#setRanges(key, object))
      this.#follow(IP_ADDRESSES, (key, object) => this.#holdings.hold(`ipaddresses/${key}`, object === undefined ? [] : [canonical(key)]))
    } else {
      this.#put(
        '',
        flagRanges.map((range) => pooled(range, true)),
      )
    }
    this.#follow(SERVICES, (key, object) => this.#holdings.hold(`services/${key}`, clusterIps(object)))
  }

  /** The families of the cluster, the main one first: those of the flag. */
  get families(): readonly AddressFamily[] {
    return this.#options.flagRanges.map(({ family }) => `IPv${family}` as const)
  }

  /** Gives this address to nobody but the Service of this name, whether it exists or not. */
  keepFor({ namespace, name }: { readonly namespace: string; readonly name: string }, address: string): void {
    this.#kept = { service: `${namespace}/${name}`, address }
    this.#holdings.hold(KEPT, [address])
  }

  /** A free address of a family from any open range, the oldest first; undefined when all are full. Held until it is released or stored. */
  draw(family: AddressFamily, holder: string): string | undefined {
    for (const { addresses, isOpen } of this.#pool) {
      if (!isOpen || `IPv${addresses.range.family}` !== family) continue
      const address = addresses.draw(this.#options.random)
      if (address === undefined) continue
      this.#holdings.hold(holder, [address])
      return address
    }
    return undefined
  }

  /** Sets one address aside for a Service, as it is written; answers why that cannot be. */
  reserve(text: string, holder: string, service = ''): AddressRefusal | undefined {
    const address = parseIp(text)
    // Without its range the API server has to be found all the same.
    const isKept = address !== undefined && this.#kept?.service === service && this.#kept.address === formatIp(address)
    const offers = address !== undefined && (isKept || this.#pool.some((one) => one.isOpen && one.addresses.offers(address)))
    if (!offers) return 'the provided network does not match the current range'
    const name = formatIp(address)
    if (this.#holdings.holders(name) > (isKept ? 1 : 0)) return 'provided IP is already allocated'
    this.#holdings.hold(holder, [name])
    return undefined
  }

  /** Lets go of what `draw` or `reserve` gave. */
  release(holder: string): void {
    this.#holdings.hold(holder, [])
  }

  /** A name for the holder of what a request sets aside. */
  newHolder(): string {
    return `request ${++this.#requests}`
  }

  /** Open ranges of a family, and how many of their addresses are taken: for messages. */
  describe(family: AddressFamily): readonly { readonly cidr: string; readonly size: number; readonly used: number }[] {
    const open = this.#pool.filter(({ addresses, isOpen }) => isOpen && `IPv${addresses.range.family}` === family)
    return open.map(({ cidr, addresses: { size, used } }) => ({ cidr, size, used }))
  }

  /** Stops following what is stored. */
  close(): void {
    for (const stop of this.#stops) stop()
  }

  #put(name: string, ranges: readonly PooledRange[]): void {
    if (ranges.length === 0) this.#ranges.delete(name)
    else this.#ranges.set(name, ranges)
    this.#pool = [...this.#ranges.values()].flat()
  }

  #follow(resource: { group: string; resource: string }, change: (key: string, object: StoredObject['object'] | undefined) => void): void {
    this.#stops.push(
      this.#options.storage.watch(resource, { since: undefined }, ({ type, object }) =>
        change(object.key, type === 'DELETED' ? undefined : object.object),
      ),
    )
  }

  #setRanges(name: string, object: Readonly<KubeObject> | undefined): void {
    if (object === undefined) {
      this.#put(name, [])
      return
    }
    const isOpen = isReady(object) && object.metadata?.deletionTimestamp === undefined
    const before = this.#ranges.get(name)
    // The CIDRs of a ServiceCIDR never change; what is taken of them need not be counted again.
    if (before !== undefined) {
      this.#put(
        name,
        before.map((one) => ({ ...one, isOpen })),
      )
      return
    }
    const { cidrs = [] } = (object['spec'] ?? {}) as { cidrs?: readonly string[] }
    const ranges = cidrs.map(parseCidr).filter((range) => range !== undefined)
    const added = ranges.map((range) => pooled(range, isOpen))
    for (const address of this.#holdings.held()) takeIn(added, address)
    this.#put(name, added)
  }

  #note(text: string, isHeld: boolean): void {
    if (isHeld) return takeIn(this.#pool, text)
    const address = parseIp(text)
    if (address !== undefined) for (const { addresses } of this.#pool) addresses.free(address)
  }
}

function takeIn(ranges: readonly PooledRange[], text: string): void {
  const address = parseIp(text)
  if (address !== undefined) for (const { addresses } of ranges) addresses.take(address)
}

const pooled = (range: IpRange, isOpen: boolean): PooledRange => ({ addresses: new AddressRange(range), cidr: formatCidr(range), isOpen })

/** Addresses are compared in one notation; what is none is held as it stands and disturbs nobody. */
function canonical(text: string): string {
  const address = parseIp(text)
  return address === undefined ? text : formatIp(address)
}

function clusterIps(service: Readonly<KubeObject> | undefined): string[] {
  const { clusterIP, clusterIPs } = (service?.['spec'] ?? {}) as { clusterIP?: string; clusterIPs?: readonly string[] }
  const all = clusterIPs ?? (clusterIP === undefined ? [] : [clusterIP])
  return all.filter((one) => one !== '' && one !== 'None').map(canonical)
}

function isReady(serviceCidr: Readonly<KubeObject>): boolean {
  const { conditions = [] } = (serviceCidr['status'] ?? {}) as { conditions?: readonly { type: string; status: string }[] }
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
}
