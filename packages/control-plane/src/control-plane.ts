import { join, resolve } from 'node:path'
import { Apiserver, type AuthorizationOptions, COMPONENT_GROUP, type PluginSelection, type UserInfo } from '@kubetape/apiserver'
import type { Client } from '@kubetape/client'
import { exposeFeatureGates, type FeatureGateRegistry, MetricsRegistry } from '@kubetape/component-base'
import { type Clock, type Random, systemClock, systemRandom, uidSource } from '@kubetape/determinism'
import type { EventLog } from '@kubetape/eventlog'
import { createMemoryLog } from '@kubetape/eventlog/memory'
import { openSqliteLog } from '@kubetape/eventlog/sqlite'
import { createJournal } from '@kubetape/journal'
import { simulatedKubelets } from '@kubetape/node'
import { type Controller, Manager, type RunLog, runMetrics } from '@kubetape/runtime'
import { startRetention, Storage } from '@kubetape/storage'
import type { Access } from './access.ts'
import { actorOf } from './actor-of.ts'
import { builtinControllers, servedKinds } from './builtin-controllers.ts'
import { chosenNames } from './controller-names.ts'
import { type AuditOptions, startAudit } from './audit-options.ts'
import type { AuthenticationOptions } from './authentication-options.ts'
import { checkOptions } from './check-options.ts'
import { connectCsi, type CsiConnection, type CsiOptions } from './csi-options.ts'
import { gatesOf, logGates } from './gate-options.ts'
import { hostPathOptions, type HostPathVolumes } from './host-path-options.ts'
import { identityOptions } from './identity-options.ts'
import { interruptedStorage } from './interrupted-storage.ts'
import { interruptedVolumes } from './interrupted-volumes.ts'
import { loggedRuns } from './logged-runs.ts'
import { prepareAccess, type PreparedAccess } from './prepare-access.ts'
import type { ServiceAccountOptions } from './service-account-keys.ts'
import { serviceNetworkOf } from './service-network-options.ts'
import { warningLogs } from './warning-logs.ts'

/** How a control plane is made. Everything has a default: `ControlPlane.start()` is one in memory, in process only. */
export interface ControlPlaneOptions extends CsiOptions {
  /** Folder of the tape (`tape.db`), certificates and kubeconfig. Default: nothing on disk. */
  readonly data?: string
  /** The file of the tape. Default: `tape.db` in the data folder, or none. */
  readonly tape?: string
  /** Serve HTTP(S): 0 is any free port. Default: in process only. */
  readonly port?: number
  readonly host?: string
  /** Default true; without TLS only loopback is served. */
  readonly tls?: boolean
  /** Simulated nodes. Default 0. */
  readonly nodes?: number
  /** `A=true,B=false` for gates of v1.31 and client features; not together with `gates`. */
  readonly featureGates?: string
  /** Gates of your own, with the client features in them. Default: all of v1.31, by `featureGates` and nothing of the environment. */
  readonly gates?: FeatureGateRegistry
  /** `api/all=true,…` */
  readonly runtimeConfig?: Readonly<Record<string, string>>
  /** Range of Service addresses. Default 10.96.0.0/16. */
  readonly serviceClusterIpRange?: string
  /** Ports that Services of type NodePort and LoadBalancer get, both ends included: `30000-32767` by default, also `30000+100`. */
  readonly serviceNodePortRange?: string
  /** Volumes of kubernetes.io/host-path. */
  readonly hostPath?: HostPathVolumes
  /** How long history is kept, in milliseconds. Default: for ever. */
  readonly keepMs?: number
  /** Names of built-in controllers to run, ours or kube-controller-manager's: `*` all that are on by default, `-name` without one. Default `['*']`. */
  readonly controllers?: readonly string[]
  /** Controllers of your own, run beside the built-in ones. */
  readonly add?: readonly Controller[]
  /** Static bearer tokens. */
  readonly tokens?: ReadonlyMap<string, UserInfo>
  /** Who decides what clients may do. Default: the Node authorizer, then RBAC. */
  readonly authorization?: AuthorizationOptions
  /** Admission plugins beside the default ones, or without some of them. */
  readonly admission?: PluginSelection
  /** Tokens of service accounts. */
  readonly serviceAccounts?: ServiceAccountOptions
  /** Audiences of tokens for this API server. Default: the issuers of service account tokens. */
  readonly apiAudiences?: readonly string[]
  /** Clients beside those with tokens of service accounts, static tokens or certificates of our own CA. */
  readonly authentication?: AuthenticationOptions
  /** Who did what, as a log of its own. Default: none; the tape tells of all writes. */
  readonly audit?: AuditOptions
  /** Where to write the kubeconfig. Default: `kubeconfig` in the data folder. */
  readonly kubeconfig?: string
  readonly clock?: Clock
  readonly random?: Random
  /** Makes a logger that adds `fields` to every line. Default: warnings and errors on standard error when HTTP is served, else silent. */
  readonly log?: (fields: Record<string, unknown>) => RunLog
}

/** Where a tape says under which CA its control plane ran: what replay makes the controllers with. */
export const CA_META = 'ca.crt'

const DEFAULT_HOST = '127.0.0.1'
const SILENT: RunLog = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

/**
 * apiserver, controllers and nodes over one log, in this process. What a caller may rely on:
 *
 * - `start` throws a ControlPlaneOptionError for options that cannot be used, before anything is written.
 * - When `start` resolves, the API answers and every controller runs. When it rejects, nothing is left running or locked.
 * - When `stop` resolves, nothing is running any more, the log is closed and everything acknowledged is on disk.
 */
export class ControlPlane {
  readonly log: EventLog
  readonly apiserver: Apiserver
  readonly manager: Manager
  readonly gates: FeatureGateRegistry
  readonly metrics: MetricsRegistry
  readonly access: Access
  #running: AsyncDisposableStack
  /** Where the API listens; undefined when it is in process only. */
  url: string | undefined

  private constructor(parts: Parts, running: AsyncDisposableStack) {
    this.log = parts.log
    this.apiserver = parts.apiserver
    this.manager = parts.manager
    this.gates = parts.gates
    this.metrics = parts.metrics
    this.access = parts.access
    this.#running = running
  }

  static async start(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
    // What has been started is stopped in the opposite order: by `stop`, or at once when a later step fails.
    await using started = new AsyncDisposableStack()
    checkOptions(options)
    const parts = await compose(options, started)
    const { apiserver, access, manager } = parts
    const plane = new ControlPlane(parts, started)
    if (options.port !== undefined) {
      plane.url = await apiserver.listen({
        host: options.host ?? DEFAULT_HOST,
        port: options.port,
        certificates: access.certificates,
        tokens: access.tokens(options.tokens),
      })
      started.defer(() => apiserver.close())
      access.writeKubeconfig(plane.url, options.kubeconfig)
    }
    started.defer(() => manager.stop())
    started.defer(parts.csi.stopping)
    await manager.start()
    plane.#keep(started.move())
    return plane
  }

  /** A client that acts as a member of system:masters. */
  client(userAgent = 'kubetape'): Client {
    return this.apiserver.client({ name: 'admin', groups: [COMPONENT_GROUP] }, userAgent)
  }

  /** A second call waits for nothing and does nothing. */
  async stop(): Promise<void> {
    await this.#running.disposeAsync()
  }

  #keep(running: AsyncDisposableStack): void {
    this.#running = running
  }
}

interface Parts {
  readonly log: EventLog
  readonly apiserver: Apiserver
  readonly manager: Manager
  readonly gates: FeatureGateRegistry
  readonly metrics: MetricsRegistry
  readonly access: Access
  readonly csi: CsiConnection
}

/** Makes everything, from the log up; nothing listens or reconciles yet. */
async function compose(options: ControlPlaneOptions, started: AsyncDisposableStack): Promise<Parts> {
  const { clock = systemClock(), random = systemRandom() } = options
  const makeLog = options.log ?? (options.port === undefined ? () => SILENT : warningLogs(clock))
  const logger = makeLog({})
  const gates = gatesOf(options, logger)
  logGates(gates, logger)
  // What the process uses is shown where somebody can scrape it.
  const metrics = new MetricsRegistry({ processMetrics: options.port !== undefined })
  exposeFeatureGates(gates, metrics)
  const prepared = await prepareAccess(options, DEFAULT_HOST, clock)
  const { access, keys } = prepared
  const log = openLog(options, clock, random, access.ca, logger)
  started.defer(() => log.close())
  const storage = Storage.open({ log, clock })
  started.defer(() => storage.close())
  const journal = createJournal(log, { onError: (error) => logger.error('journal rows were refused', { error: String(error) }) })
  started.defer(async () => {
    await log.flush()
    journal.close()
  })
  started.defer(
    startRetention({
      storage,
      log,
      clock,
      ...(options.keepMs === undefined ? {} : { keepMs: options.keepMs }),
      cause: () => journal.actor({ user: 'system:apiserver', userAgent: 'kubetape-retention', verb: 'delete' }),
      onError: (error) => logger.warn('old entries could not be forgotten yet', { error: String(error) }),
    }),
  )
  const uids = uidSource(random)
  const apiserver = await Apiserver.create({
    storage,
    clock,
    random,
    uids,
    gates,
    runtimeConfig: options.runtimeConfig ?? {},
    services: serviceNetworkOf(options),
    actorCause: (request) => journal.actor(actorOf(request)),
    metrics: () => metrics.text(),
    recorder: metrics,
    kubelets: simulatedKubelets({ count: options.nodes ?? 0 }),
    log: (level, message, fields) => logger[level](message, fields),
    identities: identityOptions(options, keys, { gates, clock, logger, started }),
    ...(options.authorization === undefined ? {} : { authorization: options.authorization }),
    ...(options.admission === undefined ? {} : { admission: options.admission }),
    ...(options.audit === undefined ? {} : { auditor: startAudit(options.audit, { clock, random, logger, started }) }),
    checks: [{ name: 'informer-sync', check: () => (manager.ready ? undefined : 'informers have not synced') }],
  })
  const client = apiserver.client({ name: 'system:controller-manager', groups: [COMPONENT_GROUP] }, 'kube-controller-manager')
  const manager: Manager = new Manager({
    client,
    gates,
    clock,
    random,
    uids,
    journal: loggedRuns(journal, makeLog),
    log: makeLog,
    metrics: runMetrics(metrics),
    events: 'v1',
  })
  const csi = connectCsi(options, clock, logger)
  started.defer(csi.stop)
  manager.add(...chosenControllers({ ...options, drivers: csi.drivers }, prepared, apiserver, log), ...(options.add ?? []))
  return { log, apiserver, manager, gates, metrics, access, csi }
}

function openLog({ data, tape }: ControlPlaneOptions, clock: Clock, random: Random, ca: string, logger: RunLog): EventLog {
  const path = tape ?? (data === undefined ? undefined : `${data}/tape.db`)
  if (path === undefined) return createMemoryLog({ clock })
  return openSqliteLog({
    path,
    clock,
    random,
    meta: { [CA_META]: ca },
    logger: (level, message, fields) => logger[level](message, fields),
  })
}

function chosenControllers(
  { nodes = 0, controllers: words = ['*'], serviceAccounts, drivers, data, hostPath }: ControlPlaneOptions,
  { access, keys, issuer }: PreparedAccess,
  apiserver: Apiserver,
  log: EventLog,
): Controller[] {
  // Beside the tape, so that a start does not read all of it.
  const readUpTo = (what: string): string | undefined => (data === undefined ? undefined : join(data, 'read-up-to', `${what}.json`))
  const all = builtinControllers({
    ca: access.ca,
    signToken: (claims) => keys.sign(claims),
    ...(issuer === undefined ? {} : { issueCertificate: (order) => issuer.issue(order) }),
    ...(serviceAccounts?.secretCa === undefined ? {} : { secretCa: serviceAccounts.secretCa }),
    hostPath: hostPathOptions(data, hostPath),
    ...(hostPath?.provisions === true ? { interruptedStorage: () => interruptedStorage(log, readUpTo('storage')) } : {}),
    nodes,
    ...(data === undefined ? {} : { volumeFolder: resolve(data, 'kubelets') }),
    ...(drivers === undefined ? {} : { drivers, interruptedVolumes: () => interruptedVolumes(log, readUpTo('volumes')) }),
    resources: servedKinds([...apiserver.registry.resources()].map((one) => one.info)),
  })
  const chosen = chosenNames(
    all.map(({ name }) => name),
    words,
  )
  return all.filter(({ name }) => chosen.has(name))
}
