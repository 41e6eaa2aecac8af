import { IPAddress as AddressKind, Service as ServiceKind, ServiceCIDR as CidrKind } from '@kubetape/api/kinds'
import type { IPAddress } from '@kubetape/api/types/networking/v1beta1'
import { isStatusError, parseCidr, parseIp, rangeHolds } from '@kubetape/apimachinery'
import { Apiserver, COMPONENT_GROUP } from '@kubetape/apiserver'
import type { Client } from '@kubetape/client'
import { addressRepairController, serviceCidrController, serviceRepairController } from '@kubetape/controllers'
import { type Random, seededRandom, uidSource } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import type { EventLog } from '@kubetape/eventlog'
import { createMemoryLog } from '@kubetape/eventlog/memory'
import { Manager } from '@kubetape/runtime'
import { Storage } from '@kubetape/storage'
import { laggingLog } from './lagging-log.ts'

const NAMESPACE = 'default'
const USER = { name: 'somebody', groups: [COMPONENT_GROUP, 'system:masters', 'system:authenticated'] }
/** The first one is the flag's. */
const RANGES = ['10.0.0.0/29', '10.0.0.0/28', '10.0.0.8/29', '10.0.1.0/30'] as const
const SERVICES = 8
const ACTIONS = 40
/** Users and crashes come within this time. */
const BUSY_MS = 30_000
/** How late an API server hears of what another wrote, at the most: with both of them less than the grace of a range that is deleted. */
const LAG_MS_MAX = 4000
/** By then orphans of a minute have gone, and ranges that nobody needs. */
const END_MS = 180_000

/** What came of a schedule. */
export interface ServiceVerdict {
  /** What should never be so and was; undefined for nothing. */
  readonly broken: string | undefined
  readonly given: number
  readonly crashes: number
}

/** How the storage of an API server is to be wrong; default: not at all. */
export type Sabotage = (storage: Storage) => Storage

interface Process {
  readonly client: Client
  readonly manager: Manager
  readonly die: () => void
}

/** Two API servers over one log, each late in its own way, with their controllers; users; crashes. All when the seed says. */
export class ServiceSchedule {
  readonly #random: Random
  readonly #clock = new VirtualClock()
  readonly #log: EventLog
  readonly #sabotage: Sabotage
  readonly #processes: Process[] = []
  #broken: string | undefined
  #given = 0
  #crashes = 0

  constructor(seed: number, sabotage: Sabotage = (storage) => storage) {
    this.#random = seededRandom(seed)
    this.#log = createMemoryLog({ clock: this.#clock, random: this.#random })
    this.#sabotage = sabotage
  }

  async run(): Promise<ServiceVerdict> {
    for (let at = 0; at < 2; at++) this.#processes.push(await this.#live())
    const truth = Storage.open({ log: this.#log, clock: this.#clock })
    this.#log.onCommit(() => this.#check(truth))
    for (let left = ACTIONS; left > 0; left--) this.#later(() => this.#act())
    for (let left = this.#below(3); left > 0; left--) this.#later(() => this.#crash(this.#below(2)))
    await this.#clock.advance(BUSY_MS + END_MS)
    this.#mustBeQuiet(truth)
    for (const one of this.#processes) {
      one.die()
      void one.manager.stop()
    }
    return { broken: this.#broken, given: this.#given, crashes: this.#crashes }
  }

  async #live(): Promise<Process> {
    const lagMs = this.#below(LAG_MS_MAX)
    const { log, die } = laggingLog(this.#log, this.#clock, () => this.#below(lagMs + 1))
    const storage = this.#sabotage(Storage.open({ log, clock: this.#clock }))
    const shared = { clock: this.#clock, random: this.#random, gates: { enabled: (gate: string) => gate === 'MultiCIDRServiceAllocator' } }
    const created = Apiserver.create({
      ...shared,
      storage,
      runtimeConfig: { 'networking.k8s.io/v1beta1': 'true' },
      services: { clusterIpRange: RANGES[0] },
      actorCause: () => 'actor',
      metrics: () => Promise.resolve(''),
      log: () => undefined,
    })
    let started: Apiserver | Error | undefined
    created.then(
      (server) => (started = server),
      (error: Error) => (started = error),
    )
    await this.#clock.advanceUntil(() => started !== undefined)
    const server = started as unknown as Apiserver | Error
    if (server instanceof Error) throw new Error(`no API server: ${server.message}`, { cause: server })
    const client = server.client(USER, 'test')
    const manager = new Manager({ ...shared, client, uids: uidSource(this.#random) }).add(
      serviceCidrController(),
      serviceRepairController(),
      addressRepairController(),
    )
    manager.start().catch(() => undefined)
    return { client, manager, die }
  }

  /** The process dies between any two requests of it, and another comes over the same log. */
  async #crash(at: number): Promise<void> {
    const { die, manager } = this.#processes[at]!
    die()
    void manager.stop()
    this.#crashes++
    this.#processes[at] = await this.#live()
  }

  #later(work: () => Promise<unknown>): void {
    const act = (): void =>
      void work().catch((error: unknown) => {
        if (!isStatusError(error)) this.#breaks(String(error))
      })
    this.#clock.setTimer(act, this.#below(BUSY_MS))
  }

  #act(): Promise<unknown> {
    const { client } = this.#processes[this.#below(2)]!
    const name = `s${this.#below(SERVICES)}`
    const which = this.#below(20)
    if (which < 10) return this.#makeService(client, name)
    if (which < 15) return client.delete(ServiceKind, { namespace: NAMESPACE, name })
    if (which < 16) return client.create(AddressKind, leftOver(`10.0.0.${1 + this.#below(14)}`, name))
    const at = this.#below(RANGES.length)
    const range = at === 0 ? 'kubernetes' : `r${at}`
    if (which < 18) return client.create(CidrKind, { metadata: { name: range }, spec: { cidrs: [RANGES[at]!] } })
    return client.delete(CidrKind, { name: range })
  }

  #makeService(client: Client, name: string): Promise<unknown> {
    const asked = this.#below(4) === 0 ? { clusterIP: `10.0.0.${1 + this.#below(14)}` } : {}
    return client.create(ServiceKind, { metadata: { namespace: NAMESPACE, name }, spec: { ports: [{ port: 80 }], ...asked } })
  }

  /** What must be so after each commit. */
  #check(storage: Storage): void {
    const ranges = listOf(storage, 'networking.k8s.io', 'servicecidrs').flatMap(({ spec }) =>
      (spec?.cidrs ?? []).map((text) => parseCidr(text)!),
    )
    const holders = new Map<string, string>()
    for (const { metadata, spec } of listOf(storage, '', 'services')) {
      const name = metadata?.name ?? ''
      const ip = spec?.clusterIP ?? ''
      if (holders.has(ip)) this.#breaks(`${holders.get(ip)} and ${name} both have ${ip}`)
      holders.set(ip, name)
      const address = parseIp(ip)
      if (address === undefined || !ranges.some((range) => rangeHolds(range, address)))
        this.#breaks(`${name} has ${ip}, which is in no range`)
    }
    this.#given = Math.max(this.#given, holders.size)
  }

  /** When all is quiet, each Service has its IPAddress, and nobody else has one. */
  #mustBeQuiet(storage: Storage): void {
    const addresses = listOf(storage, 'networking.k8s.io', 'ipaddresses').map(
      ({ metadata, spec }) => `${metadata?.name} of ${spec?.parentRef?.name}`,
    )
    const services = listOf(storage, '', 'services').map(({ metadata, spec }) => `${spec?.clusterIP} of ${metadata?.name}`)
    if (addresses.sort().join() !== services.sort().join()) this.#breaks(`in the end there are ${addresses.join()} for ${services.join()}`)
  }

  #breaks(what: string): void {
    this.#broken ??= `${what} (${this.#clock.monotonicMs()} ms)`
  }

  #below(limit: number): number {
    return this.#random.nextUint32() % limit
  }
}

/** Of a Service that may be there or not, as repairs find it. */
function leftOver(ip: string, name: string): IPAddress {
  const labels = { 'ipaddress.kubernetes.io/ip-family': 'IPv4', 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' }
  return { metadata: { name: ip, labels }, spec: { parentRef: { resource: 'services', namespace: NAMESPACE, name } } }
}

interface Seen {
  readonly metadata?: { readonly name?: string }
  readonly spec?: { readonly clusterIP?: string; readonly cidrs?: readonly string[]; readonly parentRef?: { readonly name?: string } }
}

function listOf(storage: Storage, group: string, resource: string): Seen[] {
  const all: Seen[] = []
  storage.walk({ group, resource }, '', ({ object }) => {
    all.push(object)
    return true
  })
  return all
}
