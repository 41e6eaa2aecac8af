import type { Service } from '@kubetape/api/types/core/v1'
import {
  cloneJson,
  failure,
  type FieldError,
  FieldPath,
  formatIp,
  formatTime,
  invalid,
  invalidObject,
  parseIp,
} from '@kubetape/apimachinery'
import type { ObjectWrite, Storage } from '@kubetape/storage'
import type { AccompaniedChange, Accompaniment, Companions } from '../registry/companions.ts'
import { badClusterIps, CLUSTER_IPS } from '../registry/core/service/service-addresses-validation.ts'
import { settleFamilies } from '../registry/core/service/service-families.ts'
import { alignClusterIps, keepAllocated } from '../registry/core/service/service-kept-values.ts'
import {
  hasClusterIps,
  isHeadless,
  mayHaveNodePorts,
  needsHealthCheck,
  needsNodePorts,
  type Spec,
} from '../registry/core/service/service-kind.ts'
import type { RequestContext } from '../registry/environment.ts'
import type { AddressFamily, ClusterAddresses } from './cluster-addresses.ts'
import type { NodePorts } from './node-ports.ts'

const KIND = { group: '', kind: 'Service' }
const IP_ADDRESSES = { group: 'networking.k8s.io', resource: 'ipaddresses' }
const PORTS = FieldPath.of('spec').child('ports')
/** Labels of IPAddresses that belong to Services (KEP-1880). */
const MANAGED_BY = 'ipaddress.kubernetes.io/managed-by'
const IP_FAMILY = 'ipaddress.kubernetes.io/ip-family'
const ALLOCATOR = 'ipallocator.k8s.io'

export interface ServiceCompanionsOptions {
  readonly storage: Storage
  readonly addresses: ClusterAddresses
  readonly nodePorts: NodePorts
  /** Whether each address has an IPAddress object (MultiCIDRServiceAllocator). */
  readonly writesAddresses: boolean
}

/**
 * Gives Services their families, cluster addresses, node ports and ports for health checks, and writes the IPAddress objects that stand for the addresses
 * in the commit of the Service. What is given is set aside until the commit is made; what fails gives it back at once. A dry run is told what it might
 * get, and gets nothing.
 */
export class ServiceCompanions implements Companions {
  readonly #options: ServiceCompanionsOptions

  constructor(options: ServiceCompanionsOptions) {
    this.#options = options
  }

  accompany(change: AccompaniedChange, context: RequestContext): Accompaniment | undefined {
    if (change.operation === 'delete') return this.#removal(change.old as Readonly<Service>)
    if (context.subresource !== '') return undefined
    const allocation = new Allocation(this.#options, change.draft as Service, context.dryRun)
    const given = cloneJson(change.draft['spec'] ?? {})
    const before = (change.old as Readonly<Service> | undefined)?.spec
    try {
      allocation.fill(before)
    } catch (error) {
      allocation.release()
      throw error
    }
    const settle = (committed: boolean): void => {
      allocation.release()
      if (!committed && !context.dryRun) (change.draft as { spec?: unknown }).spec = given
    }
    return { writes: context.dryRun ? [] : this.#writes(change.draft as Service, before, context), settle }
  }

  #removal({ metadata, spec = {} }: Readonly<Service>): Accompaniment | undefined {
    const writes = clusterIpsOf(spec).flatMap((ip) => this.#release(ip, metadata))
    return writes.length === 0 ? undefined : { writes, settle: () => undefined }
  }

  #writes(service: Service, before: Readonly<Spec> | undefined, context: RequestContext): ObjectWrite[] {
    if (!this.#options.writesAddresses) return []
    const [ips, had] = [clusterIpsOf(service.spec ?? {}), clusterIpsOf(before ?? {})]
    // What becomes an ExternalName loses its addresses when it is prepared, after this.
    const kept = hasClusterIps(service.spec ?? {}) ? ips : []
    return [
      ...kept.filter((ip) => !had.includes(ip)).map((ip) => newAddress(ip, service.metadata, context)),
      ...had.filter((ip) => !kept.includes(ip)).flatMap((ip) => this.#release(ip, service.metadata)),
    ]
  }

  /** The IPAddress goes, if it is this Service's. */
  #release(ip: string, { namespace, name }: Service['metadata']): ObjectWrite[] {
    if (!this.#options.writesAddresses) return []
    const stored = this.#options.storage.get(IP_ADDRESSES, '', ip)
    const parent = (stored?.object as { spec?: { parentRef?: Record<string, string> } } | undefined)?.spec?.parentRef
    if (stored === undefined || parent?.['resource'] !== 'services' || parent['namespace'] !== namespace || parent['name'] !== name)
      return []
    return [{ ...IP_ADDRESSES, namespace: '', name: ip, operation: 'delete', expect: stored.revision, object: cloneJson(stored.object) }]
  }
}

/** What one request sets aside for one Service. */
class Allocation {
  readonly #options: ServiceCompanionsOptions
  readonly #service: Service
  readonly #spec: Spec
  readonly #dryRun: boolean
  readonly #addresses: string[] = []
  readonly #ports: string[] = []

  constructor(options: ServiceCompanionsOptions, service: Service, dryRun: boolean) {
    this.#options = options
    this.#service = service
    this.#spec = service.spec ??= {}
    this.#dryRun = dryRun
  }

  /** Everything that the Service is to have and has not. Throws what it is refused with. */
  fill(before: Readonly<Spec> | undefined): void {
    if (before !== undefined) keepAllocated(this.#spec, before)
    alignClusterIps(this.#spec, before)
    this.#refuse(settleFamilies(this.#spec, before, this.#options.addresses.families))
    this.#fillAddresses(before)
    this.#fillNodePorts(before)
    this.#fillHealthCheck(before)
  }

  release(): void {
    for (const holder of this.#addresses) this.#options.addresses.release(holder)
    for (const holder of this.#ports) this.#options.nodePorts.release(holder)
  }

  #refuse(errors: readonly FieldError[]): void {
    if (errors.length > 0) throw invalidObject(KIND, this.#service.metadata.name ?? '', errors)
  }

  #fillAddresses(before: Readonly<Spec> | undefined): void {
    const spec = this.#spec
    if (!hasClusterIps(spec) || isHeadless(spec)) return
    if (before !== undefined && hasClusterIps(before) && isHeadless(before)) return
    const had = before === undefined || !hasClusterIps(before) ? [] : (before.clusterIPs ?? [])
    const ips = [...(spec.clusterIPs ?? [])]
    for (const [at, family] of (spec.ipFamilies ?? []).entries()) {
      const asked = ips[at] ?? ''
      // A first address that differs from the one it had is refused by validation, whatever it is.
      if (asked !== '' && (had.includes(asked) || (at === 0 && had.length > 0))) continue
      ips[at] = asked === '' ? this.#draw(family as AddressFamily) : this.#reserve(asked)
    }
    spec.clusterIPs = ips
    spec.clusterIP = ips[0] ?? ''
  }

  #draw(family: AddressFamily): string {
    const { addresses } = this.#options
    const holder = addresses.newHolder()
    this.#addresses.push(holder)
    const ip = addresses.draw(family, holder)
    if (ip !== undefined) return ip
    const full = addresses.describe(family).map(({ cidr, size, used }) => `${cidr} has ${used} of ${size} in use`)
    const why = full.length === 0 ? `there is no range of ${family} that is ready` : full.join(', ')
    throw cannotServe(`failed to allocate a serviceIP: range is full: ${why}`)
  }

  #reserve(ip: string): string {
    const { addresses } = this.#options
    const holder = addresses.newHolder()
    this.#addresses.push(holder)
    const refusal = addresses.reserve(ip, holder, `${this.#service.metadata.namespace ?? ''}/${this.#service.metadata.name ?? ''}`)
    if (refusal === undefined) return ip
    const [range] = addresses.describe(parseIp(ip)?.family === 6 ? 'IPv6' : 'IPv4')
    const isOut = refusal === 'the provided network does not match the current range'
    // Where there is one range alone, and in dry runs, upstream says which.
    const detail =
      isOut && range !== undefined && (this.#dryRun || !this.#options.writesAddresses)
        ? `the provided IP (${ip}) is not in the valid range. The range of valid IPs is ${range.cidr}`
        : refusal
    throw invalidObject(KIND, this.#service.metadata.name ?? '', [
      badClusterIps(CLUSTER_IPS, this.#spec.clusterIPs, `failed to allocate IP ${ip}: ${detail}`),
    ])
  }

  #fillNodePorts(before: Readonly<Spec> | undefined): void {
    const spec = this.#spec
    if (!mayHaveNodePorts(spec)) return
    const had = new Set<number>((before?.ports ?? []).map(({ nodePort }) => nodePort ?? 0))
    const own = new Map<number, number>()
    const mine = new Set<number>()
    for (const [at, port] of (spec.ports ?? []).entries()) {
      const asked = port.nodePort ?? 0
      if (asked === 0 && !needsNodePorts(spec)) continue
      // Of one number with several protocols the node port is the same, where nothing else is asked for.
      const shared = before === undefined ? own.get(port.port) : undefined
      if (asked === 0) port.nodePort = shared ?? this.#laterPort(at, before) ?? this.#drawPort('failed to allocate a nodePort: ')
      else if (!had.has(asked) && !(mine.has(asked) && (shared === asked || before !== undefined))) this.#reservePort(at, asked)
      mine.add(port.nodePort!)
      if (!own.has(port.port)) own.set(port.port, port.nodePort!)
    }
  }

  /** The node port that a later entry of the same number asks for. */
  #laterPort(at: number, before: Readonly<Spec> | undefined): number | undefined {
    if (before !== undefined) return undefined
    const { ports = [] } = this.#spec
    const later = ports.findIndex(({ port, nodePort }, index) => index > at && port === ports[at]!.port && nodePort)
    if (later < 0) return undefined
    this.#reservePort(at, ports[later]!.nodePort!)
    return ports[later]!.nodePort
  }

  #reservePort(at: number, port: number): void {
    const holder = `node port of ${this.#options.addresses.newHolder()}`
    this.#ports.push(holder)
    const refusal = this.#options.nodePorts.reserve(port, holder)
    // A dry run of upstream looks only at what is taken.
    if (refusal === undefined || (this.#dryRun && refusal !== 'provided port is already allocated')) return
    this.#refuse([invalid(PORTS.index(at).child('nodePort'), port, refusal)])
  }

  #drawPort(context: string): number {
    const holder = `node port of ${this.#options.addresses.newHolder()}`
    this.#ports.push(holder)
    const port = this.#options.nodePorts.draw(holder)
    if (port === undefined) throw cannotServe(`${context}range is full`)
    return port
  }

  #fillHealthCheck(before: Readonly<Spec> | undefined): void {
    const spec = this.#spec
    if (!needsHealthCheck(spec) || (before !== undefined && needsHealthCheck(before))) return
    const asked = spec.healthCheckNodePort ?? 0
    if (asked === 0) {
      spec.healthCheckNodePort = this.#drawPort('failed to allocate a HealthCheck NodePort 0: ')
      return
    }
    const holder = `node port of ${this.#options.addresses.newHolder()}`
    this.#ports.push(holder)
    const refusal = this.#options.nodePorts.reserve(asked, holder)
    if (refusal === undefined) return
    throw cannotServe(`failed to allocate requested HealthCheck NodePort ${asked}: ${refusal}`)
  }
}

/** The addresses of a Service, in their one notation. */
function clusterIpsOf(spec: Readonly<Spec>): string[] {
  if (!hasClusterIps(spec) || isHeadless(spec)) return []
  return (spec.clusterIPs ?? []).flatMap((text) => {
    const address = parseIp(text)
    return address === undefined ? [] : [formatIp(address)]
  })
}

function newAddress(ip: string, { namespace, name }: Service['metadata'], context: RequestContext): ObjectWrite {
  const family = parseIp(ip)?.family ?? 4
  const object = {
    apiVersion: 'networking.k8s.io/v1beta1',
    kind: 'IPAddress',
    metadata: {
      name: ip,
      uid: context.newUid(),
      creationTimestamp: formatTime(context.nowMs),
      labels: { [IP_FAMILY]: `IPv${family}`, [MANAGED_BY]: ALLOCATOR },
    },
    spec: { parentRef: { resource: 'services', namespace: namespace ?? '', name: name ?? '' } },
  }
  return { ...IP_ADDRESSES, namespace: '', name: ip, operation: 'create', expect: 0, object }
}

/** A 500, as upstream answers where no field is at fault. */
function cannotServe(why: string): Error {
  return failure(500, 'InternalError', `Internal error occurred: ${why}`, { causes: [{ message: why }] })
}
