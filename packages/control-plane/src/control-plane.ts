import { Apiserver, COMPONENT_GROUP, type UserInfo } from '@kubetape/apiserver'
import type { Client } from '@kubetape/client'
import { FeatureGateRegistry, MetricsRegistry } from '@kubetape/component-base'
import { type Clock, type Random, systemClock, systemRandom, uidSource } from '@kubetape/determinism'
import type { EventLog } from '@kubetape/eventlog'
import { createMemoryLog } from '@kubetape/eventlog/memory'
import { openSqliteLog } from '@kubetape/eventlog/sqlite'
import { createJournal, type Journal } from '@kubetape/journal'
import { type Controller, Manager, type RunLog } from '@kubetape/runtime'
import { Storage } from '@kubetape/storage'
import { Access } from './access.ts'
import { builtinControllers, servedKinds } from './builtin-controllers.ts'

/** How a control plane is made. Everything has a default: `ControlPlane.start()` is one in memory, in process only. */
export interface ControlPlaneOptions {
  /** Folder of the tape (`tape.db`), certificates and kubeconfig. Default: nothing on disk. */
  readonly data?: string
  /** Serve HTTP(S): 0 is any free port. Default: in process only. */
  readonly port?: number
  readonly host?: string
  /** Default true; without TLS only loopback is served. */
  readonly tls?: boolean
  /** Simulated nodes. Default 0. */
  readonly nodes?: number
  /** `A=true,B=false` */
  readonly featureGates?: string
  /** `api/all=true,…` */
  readonly runtimeConfig?: Readonly<Record<string, string>>
  /** Range of Service addresses. Default 10.96.0.0/16. */
  readonly serviceClusterIpRange?: string
  /** Names of built-in controllers to run: `*` all, `-name` without one. Default `['*']`. */
  readonly controllers?: readonly string[]
  /** Controllers of your own, run beside the built-in ones. */
  readonly add?: readonly Controller[]
  /** Static bearer tokens. */
  readonly tokens?: ReadonlyMap<string, UserInfo>
  /** Where to write the kubeconfig. Default: `kubeconfig` in the data folder. */
  readonly kubeconfig?: string
  readonly clock?: Clock
  readonly random?: Random
  readonly log?: (fields: Record<string, unknown>) => RunLog
}

/** Where a tape says under which CA its control plane ran: what replay makes the controllers with. */
export const CA_META = 'ca.crt'

const SILENT: RunLog = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

/**
 * apiserver, controllers and nodes over one log, in this process. What a caller may rely on:
 *
 * - When `start` resolves, the API answers and every controller runs.
 * - When `stop` resolves, nothing is running any more, the log is closed and everything acknowledged is on disk.
 */
export class ControlPlane {
  readonly log: EventLog
  readonly apiserver: Apiserver
  readonly manager: Manager
  readonly gates: FeatureGateRegistry
  readonly metrics: MetricsRegistry
  readonly access: Access
  readonly #storage: Storage
  readonly #journal: Journal
  /** Where the API listens; undefined when it is in process only. */
  url: string | undefined

  private constructor(parts: { log: EventLog; journal: Journal; storage: Storage; apiserver: Apiserver; manager: Manager; gates: FeatureGateRegistry; metrics: MetricsRegistry; access: Access }) {
    this.log = parts.log
    this.#storage = parts.storage
    this.#journal = parts.journal
    this.apiserver = parts.apiserver
    this.manager = parts.manager
    this.gates = parts.gates
    this.metrics = parts.metrics
    this.access = parts.access
  }

  static async start(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
    const clock = options.clock ?? systemClock()
    const random = options.random ?? systemRandom()
    const makeLog = options.log ?? (() => SILENT)
    const logger = makeLog({})
    const gates = new FeatureGateRegistry()
    if (options.featureGates) for (const warning of gates.setFromFlag(options.featureGates)) logger.warn(warning)
    const metrics = new MetricsRegistry()
    const access = await Access.prepare({ clock, random, ...(options.data === undefined ? {} : { folder: options.data }), host: options.host ?? '127.0.0.1', tls: options.tls ?? true, wanted: options.port !== undefined })
    const log = options.data === undefined ? createMemoryLog({ clock }) : openSqliteLog({ path: `${options.data}/tape.db`, clock, random, meta: { [CA_META]: access.ca }, logger: (level, message, fields) => logger[level](message, fields) })
    const storage = Storage.open({ log, clock })
    const journal = createJournal(log, { onError: (error) => logger.error('journal rows were refused', { error: String(error) }) })
    const uids = uidSource(random)
    const apiserver = await Apiserver.create({
      storage, clock, random, uids, gates, runtimeConfig: options.runtimeConfig ?? {},
      actorCause: ({ user, userAgent, options: { fieldManager }, verb }) => journal.actor({ user: user.name, groups: user.groups, userAgent, ...(fieldManager === undefined ? {} : { fieldManager }), verb }),
      metrics: () => metrics.text(),
      log: (level, message, fields) => logger[level](message, fields),
      checks: [{ name: 'informer-sync', check: () => (manager.ready ? undefined : 'informers have not synced') }],
    })
    const component = (name: string): Client => apiserver.client({ name: `system:${name}`, groups: [COMPONENT_GROUP] }, `kubetape-${name}`)
    const manager: Manager = new Manager({ client: component('controller-manager'), gates, clock, random, uids, journal, log: makeLog })
    const chosen = builtinControllers({ ca: access.ca, nodes: options.nodes ?? 0, resources: servedKinds([...apiserver.registry.resources()].map((one) => one.info)) }).filter(({ name }) => isChosen(name, options.controllers ?? ['*']))
    manager.add(...chosen, ...(options.add ?? []))
    const plane = new ControlPlane({ log, storage, journal, apiserver, manager, gates, metrics, access })
    if (options.port !== undefined) {
      plane.url = await apiserver.listen({ host: options.host ?? '127.0.0.1', port: options.port, certificates: access.certificates, tokens: access.tokens(options.tokens) })
      access.writeKubeconfig(plane.url, options.kubeconfig)
    }
    await manager.start()
    return plane
  }

  /** A client that acts as a member of system:masters. */
  client(userAgent = 'kubetape'): Client {
    return this.apiserver.client({ name: 'admin', groups: [COMPONENT_GROUP] }, userAgent)
  }

  async stop(): Promise<void> {
    await this.manager.stop()
    await this.apiserver.close()
    this.#storage.close()
    await this.log.flush()
    this.#journal.close()
    await this.log.close()
  }
}

/** Reads kube-controller-manager's `--controllers` words: `*`, `name`, `-name`. */
function isChosen(name: string, words: readonly string[]): boolean {
  if (words.includes(`-${name}`)) return false
  return words.includes('*') || words.includes(name)
}
