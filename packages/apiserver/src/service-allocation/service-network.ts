import { EndpointSlice, Endpoints, Service } from '@kubetape/api/kinds'
import type { Service as ServiceObject } from '@kubetape/api/types/core/v1'
import type { ServiceCIDR } from '@kubetape/api/types/networking/v1beta1'
import {
  formatCidr,
  formatTime,
  isAlreadyExists,
  isNotFound,
  type IpRange,
  type Kind,
  type KubeObject,
  parseCidr,
} from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import type { Gates } from '@kubetape/client-go-features'
import type { Clock, Random, Timer } from '@kubetape/determinism'
import type { Storage } from '@kubetape/storage'
import type { Companions } from '../registry/companions.ts'
import { ipFamily } from '../registry/core/pod/ip-rule.ts'
import { AddressRange } from './address-range.ts'
import { ClusterAddresses } from './cluster-addresses.ts'
import { DEFAULT_NODE_PORTS, NodePorts, type PortRange } from './node-ports.ts'
import { ServiceCompanions } from './service-companions.ts'

export interface ServiceNetworkOptions {
  /** --service-cluster-ip-range: a CIDR, or one of each family with a comma between. Default 10.96.0.0/16. */
  readonly clusterIpRange?: string
  /** --service-node-port-range. Default 30000 to 32767. */
  readonly nodePorts?: PortRange
}

interface Environment {
  readonly storage: Storage
  readonly clock: Clock
  readonly random: Random
  readonly gates: Gates
  /** Whether ServiceCIDRs and IPAddresses are served. */
  readonly servesRanges: boolean
}

const DEFAULT_RANGE = '10.96.0.0/16'
const PLACE = { namespace: 'default', name: 'kubernetes' }
const SERVICES = { group: '', resource: 'services' }
/** A Service that was deleted is made again so soon. */
const RESTORE_MS = 1000
/** As often as upstream's loop looks. */
const RETRY_MS = 10_000
const LABELS = { component: 'apiserver', provider: 'kubernetes' }
const SERVICE_CIDR: Kind<ServiceCIDR> = {
  group: 'networking.k8s.io',
  version: 'v1beta1',
  kind: 'ServiceCIDR',
  resource: 'servicecidrs',
  namespaced: false,
}
/** Where nothing else is said, as kube-apiserver's --secure-port. */
const DEFAULT_PORT = 6443

/** The Services of a cluster: what their addresses come from, and the Service by which Pods find the API server. */
export class ServiceNetwork {
  readonly companions: ReadonlyMap<string, Companions>
  readonly #ranges: readonly IpRange[]
  readonly #addresses: ClusterAddresses
  readonly #nodePorts: NodePorts
  readonly #hasObjects: boolean
  readonly #clock: Clock
  readonly #storage: Storage
  #place: { readonly host: string; readonly port: number } | undefined
  #timer: Timer | undefined
  #stopWatching: () => void = () => undefined

  constructor({ storage, clock, random, gates, servesRanges }: Environment, options: ServiceNetworkOptions = {}) {
    this.#clock = clock
    this.#storage = storage
    this.#ranges = (options.clusterIpRange ?? DEFAULT_RANGE).split(',').map(rangeOf)
    this.#hasObjects = servesRanges && gates.enabled('MultiCIDRServiceAllocator')
    this.#addresses = new ClusterAddresses({ storage, random, flagRanges: this.#ranges, fromObjects: this.#hasObjects })
    this.#nodePorts = new NodePorts({ storage, random, range: options.nodePorts ?? DEFAULT_NODE_PORTS })
    const [main] = this.#ranges
    const own = new AddressRange(main!).first
    if (own !== undefined) this.#addresses.keepFor(PLACE, own)
    const parts = { storage, addresses: this.#addresses, nodePorts: this.#nodePorts, writesAddresses: this.#hasObjects }
    this.companions = new Map([['/services', new ServiceCompanions(parts)]])
  }

  /**
   * Makes what `ensure` makes, and makes it again when somebody deletes it. What cannot be made is logged and tried again: the Services of a cluster
   * whose range has changed have to be put right through this very server.
   */
  async keep(client: Client, log: (level: 'error', message: string, fields: Record<string, unknown>) => void): Promise<void> {
    const restore = async (): Promise<void> => {
      try {
        await this.ensure(client)
        if (this.#place !== undefined) await this.announce(client, this.#place.host, this.#place.port)
      } catch (error) {
        log('error', 'the Service default/kubernetes cannot be made; free its address, or give the server the range that the cluster has', {
          error: String(error),
          ranges: this.#ranges.map(formatCidr),
        })
        later(RETRY_MS)
      }
    }
    const later = (ms: number): void => {
      this.#timer?.cancel()
      this.#timer = this.#clock.setTimer(() => void restore(), ms)
    }
    await restore()
    this.#stopWatching = this.#storage.watch(SERVICES, { ...PLACE, since: this.#storage.revision }, ({ type }) => {
      if (type === 'DELETED') later(RESTORE_MS)
    })
  }

  /** Makes the default range and the Service `kubernetes` at its first address (KEP-1880); what is there already is left alone. */
  async ensure(client: Client): Promise<void> {
    if (this.#hasObjects) await create(client, SERVICE_CIDR, this.#defaultRange())
    const [range] = this.#ranges
    const clusterIP = new AddressRange(range!).first
    if (clusterIP === undefined) return
    const ports = [{ name: 'https', port: 443, protocol: 'TCP', targetPort: DEFAULT_PORT }]
    const spec = { type: 'ClusterIP', clusterIP, ports, sessionAffinity: 'None' } as ServiceObject['spec']
    await create(client, Service, { metadata: { ...PLACE, labels: LABELS }, spec: spec })
  }

  /** Says where the API server is reached: the port of the Service `kubernetes`, its Endpoints and its slice. */
  async announce(client: Client, host: string, port: number): Promise<void> {
    const address = ipFamily(host) === 0 || host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
    this.#place = { host, port }
    const service = await client.get(Service, PLACE).catch(notFound)
    if (service === undefined) return
    const [own] = service.spec?.ports ?? []
    if (own !== undefined && own.targetPort !== port)
      await client.update(Service, { ...service, spec: { ...service.spec, ports: [{ ...own, targetPort: port }] } })
    const ports = [{ name: 'https', port, protocol: 'TCP' as const }]
    const skip = { 'endpointslice.kubernetes.io/skip-mirror': 'true' }
    await put(client, Endpoints, {
      metadata: { ...PLACE, labels: skip },
      subsets: [{ addresses: [{ ip: address }], ports }],
    })
    await put(client, EndpointSlice, {
      metadata: { ...PLACE, labels: { 'kubernetes.io/service-name': PLACE.name } },
      addressType: ipFamily(address) === 6 ? 'IPv6' : 'IPv4',
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
      ports,
    })
  }

  /** Stops following what is stored. */
  close(): void {
    this.#stopWatching()
    this.#timer?.cancel()
    this.#addresses.close()
    this.#nodePorts.close()
  }

  #defaultRange(): ServiceCIDR {
    const lastTransitionTime = formatTime(this.#clock.wallMs())
    const message = 'Kubernetes default Service CIDR is ready'
    return {
      metadata: { name: PLACE.name },
      spec: { cidrs: this.#ranges.map(formatCidr) },
      status: { conditions: [{ type: 'Ready', status: 'True', reason: '', message, lastTransitionTime }] },
    }
  }
}

function rangeOf(text: string): IpRange {
  const range = parseCidr(text.trim())
  if (range === undefined) throw new Error(`Cannot give Services addresses of ${JSON.stringify(text)}: it is no CIDR`)
  return range
}

function notFound(error: unknown): undefined {
  if (!isNotFound(error)) throw error
  return undefined
}

async function create<T extends KubeObject>(client: Client, kind: Kind<T>, object: T): Promise<void> {
  const { name, namespace } = object.metadata!
  if ((await client.get(kind, { name: name!, ...(namespace ? { namespace } : {}) }).catch(notFound)) !== undefined) return
  try {
    await client.create(kind, object)
  } catch (error) {
    if (!isAlreadyExists(error)) throw error
  }
}

/** As it is given, whoever wrote it before. */
async function put<T extends KubeObject>(client: Client, kind: Kind<T>, object: T): Promise<void> {
  const stored = await client.get(kind, PLACE).catch(notFound)
  if (stored === undefined) await create(client, kind, object)
  else await client.update(kind, { ...stored, ...object, metadata: { ...stored.metadata, ...object.metadata } })
}
