import type { Kind, KubeObject } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import type { Gates } from '@kubetape/client-go-features'
import { type Clock, type Random, systemClock, systemRandom, type UidSource, uidSource } from '@kubetape/determinism'
import { type IndexFunctions, Informer } from '@kubetape/informers'
import type { Tracer } from '@opentelemetry/api'
import { type Controller, kindId, kindsOf } from './controller.ts'
import { ControllerRunner } from './controller-runner.ts'
import { coreEvents, type EventForm, seriesEvents } from './event-form.ts'
import { EventRecorder } from './event-recorder.ts'
import { guardedIndexes } from './guarded-indexes.ts'
import { interruptionLog } from './interruption-log.ts'
import type { LeaderElectionOptions } from './leader-election/election-options.ts'
import { fencedClient } from './leader-election/fence.ts'
import { LeaderElector } from './leader-election/leader-elector.ts'
import type { RunLog } from './reconcile.ts'
import type { Recording } from './recording.ts'
import { noJournal, type RunJournal } from './run-journal.ts'
import { noMetrics, type RunMetrics } from './run-metrics.ts'
import { runTraces } from './run-trace.ts'
import { WebhookMetrics } from './webhook/webhook-metrics.ts'
import { type Webhook, type WebhookEnvironment, WebhookRouter } from './webhook/webhook-router.ts'
import type { WebhookServer } from './webhook/webhook-server.ts'

/** How long `stop` waits for events to be written. */
const EVENTS_DEADLINE_MS = 2000

export interface ManagerOptions {
  readonly client: Client
  readonly gates: Gates
  /** Makes a logger that adds `fields` to every line. Default: silent. */
  readonly log?: (fields: Record<string, unknown>) => RunLog
  readonly clock?: Clock
  readonly random?: Random
  readonly uids?: UidSource
  /** Default: runs are not recorded. */
  readonly journal?: RunJournal
  /** Keeps what the controllers see, do and are answered on a tape of its own; stands in for `journal`. Default: nothing is kept. */
  readonly recording?: Recording
  readonly metrics?: RunMetrics
  /** Makes the spans of runs and their requests. Default: that of the OpenTelemetry SDK of the process; without one none are made. */
  readonly tracer?: Tracer
  /** In which form events are published: `events.k8s.io/v1` (default), or `v1` as kube-controller-manager does. */
  readonly events?: 'events.k8s.io/v1' | 'v1'
  /** Which process this is, for events: at most 128 characters. Default: the name of the controller that reports. */
  readonly identity?: string
  /** Serves the webhooks that are added; without one none can be. */
  readonly webhookServer?: WebhookServer
  /** Watch only this namespace. Default: all. */
  readonly namespace?: string
  /** Freeze what informers hold, so that a controller that changes a shared object fails at once. Default false. */
  readonly mutationDetector?: boolean
  /**
   * Compete with other processes for a Lease: informers warm up, controllers wait until this one leads. When the Lease is lost, the manager stops
   * and `done` rejects. Default: none, this process acts alone.
   */
  readonly leaderElection?: LeaderElectionOptions
}

/**
 * Owns what controllers share: one informer per kind, queues, the journal, the event recorder. What a caller may rely on:
 *
 * - Controllers run only after every informer they need has synced, and with leader election only while this process leads.
 * - One key of one controller is never reconciled twice at the same time.
 * - `stop` lets runs under way finish and gives events two seconds, then closes the watches; afterwards nothing of the Manager is alive.
 */
export class Manager {
  readonly #options: ManagerOptions
  readonly #clock: Clock
  readonly #random: Random
  /** Writes through it are refused while this process does not lead. */
  readonly #client: Client
  readonly #informers = new Map<string, Informer>()
  readonly #indexes = new Map<string, IndexFunctions<KubeObject>>()
  /** Indexes that every kind has, since a controller may come to watch it. */
  #followedIndexes: IndexFunctions<KubeObject> = {}
  /** Kinds whose informers were stopped while the manager runs. */
  readonly #released = new Set<string>()
  readonly #runners: ControllerRunner[] = []
  readonly #controllers: Controller[] = []
  readonly #webhooks: Webhook[] = []
  readonly #recorder: EventRecorder
  readonly #whenStopping: Promise<void>
  readonly #elector: LeaderElector | undefined
  /**
   * Resolves when the manager was stopped; rejects with LeaderElectionLost as soon as leadership is lost. A process that does not handle it ends
   * with that error, as processes of controller-runtime do.
   */
  readonly done: Promise<void>
  #state: 'new' | 'running' | 'stopped' = 'new'
  #noteStopping: () => void = () => undefined
  #stopped: Promise<void> | undefined

  constructor(options: ManagerOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock()
    this.#random = options.random ?? systemRandom()
    this.#whenStopping = new Promise((resolve) => {
      this.#noteStopping = resolve
    })
    this.#elector = this.#newElector()
    this.#client = this.#elector === undefined ? options.client : fencedClient(options.client, this.#elector)
    this.#recorder = new EventRecorder(this.#client, this.#clock, formOf(options), (message, fields) => this.#log({}).warn(message, fields))
    const lost = this.#elector?.ended.then(async (error) => {
      if (error === undefined) return this.stop()
      void this.stop()
      throw error
    })
    this.done = Promise.race([...(lost === undefined ? [] : [lost]), this.#whenStopping.then(() => this.stop())])
  }

  /** Adds controllers and webhooks; only before `start`. */
  add(...parts: readonly (Controller | Webhook)[]): this {
    if (this.#state !== 'new') throw new Error(`Cannot add controllers: the manager is ${this.#state}`)
    for (const part of parts) {
      if (isWebhook(part)) this.#webhooks.push(part)
      else this.#addController(part)
    }
    return this
  }

  /** The informer of a kind, made when first asked for; only kinds asked for before `start` can have indexes. */
  informer<T extends KubeObject>(kind: Kind<T>): Informer<T> {
    const plain = kind as unknown as Kind
    const id = kindId(plain)
    let informer = this.#informers.get(id)
    if (informer === undefined) {
      informer = this.#newInformer(plain)
      this.#informers.set(id, informer)
      if (this.#state === 'running') informer.start()
    }
    return informer as unknown as Informer<T>
  }

  /**
   * Serves webhooks, starts informers, waits until they have synced and, with leader election, until this process leads; then starts the
   * controllers. Resolves early when the manager is stopped meanwhile. Rejects when webhooks cannot be served; nothing runs then.
   */
  async start(): Promise<void> {
    if (this.#state !== 'new') throw new Error(`Cannot start: the manager is ${this.#state}`)
    this.#state = 'running'
    // First of all: lists of custom resources may need our conversion, and writes our admission.
    if (this.#webhooks.length > 0) await this.#serveWebhooks()
    if (this.#isStopped()) return
    for (const controller of this.#controllers) {
      for (const kind of kindsOf(controller)) this.informer(kind)
      const runner = new ControllerRunner(controller, {
        client: this.#client,
        isLeading: () => this.isLeading,
        clock: this.#clock,
        random: this.#random,
        uids: this.#options.uids ?? uidSource(this.#random),
        gates: this.#options.gates,
        journal: this.#options.recording?.journal ?? this.#options.journal ?? noJournal,
        ...(this.#options.recording === undefined ? {} : { recording: this.#options.recording }),
        recorder: this.#recorder,
        metrics: this.#options.metrics ?? noMetrics,
        trace: runTraces(this.#options.tracer),
        informer: (kind) => this.informer(kind),
        acquire: (kind) => this.#acquire(kind),
        release: (kind) => this.#release(kind),
        log: (fields) => this.#log(fields),
      })
      runner.subscribe()
      this.#runners.push(runner)
    }
    for (const informer of [...this.#informers.values()]) informer.start()
    // What one informer shows may ask for more of them.
    while (this.#state === 'running' && !this.ready)
      await Promise.race([this.#whenStopping, Promise.all([...this.#informers.values()].map((informer) => informer.synced))])
    if (this.#state === 'running' && this.#elector !== undefined) {
      this.#elector.start()
      await Promise.race([this.#whenStopping, this.#elector.elected])
    }
    if (this.#state === 'running') for (const runner of this.#runners) runner.start()
  }

  /** Whether controllers may act now; always true without leader election. */
  get isLeading(): boolean {
    return this.#elector?.isLeader() ?? true
  }

  /** Whether every informer has synced and webhooks, if there are some, are answered. */
  get ready(): boolean {
    const served = this.#webhooks.length === 0 || this.#options.webhookServer?.listening === true
    return this.#state === 'running' && served && [...this.#informers.values()].every((informer) => informer.hasSynced)
  }

  /** Whether no controller has anything queued or running (what is delayed does not count). */
  get idle(): boolean {
    return this.#runners.every((runner) => runner.idle)
  }

  get controllers(): readonly Controller[] {
    return this.#controllers
  }

  /** What was added, for `registerWebhooks`. */
  get webhooks(): readonly Webhook[] {
    return this.#webhooks
  }

  /** Stops everything, once; every call resolves when it is done. */
  stop(): Promise<void> {
    return (this.#stopped ??= this.#stop())
  }

  async #stop(): Promise<void> {
    this.#state = 'stopped'
    this.#noteStopping()
    await Promise.all(this.#runners.map((runner) => runner.stop()))
    // After the controllers: what they wrote last may have needed them.
    await this.#options.webhookServer?.stop()
    await this.#flushEvents()
    for (const informer of this.#informers.values()) informer.stop()
    // Only when nothing acts any more may another process begin.
    await this.#elector?.stop()
  }

  async #serveWebhooks(): Promise<void> {
    const { webhookServer, metrics } = this.#options
    const environment: WebhookEnvironment = {
      clock: this.#clock,
      log: (fields) => this.#log(fields),
      ...(metrics?.queue === undefined ? {} : { metrics: new WebhookMetrics(metrics.queue) }),
    }
    try {
      if (webhookServer === undefined) throw new Error('Cannot serve webhooks: the manager was made without a webhookServer')
      await webhookServer.start(new WebhookRouter(this.#webhooks, environment), environment)
    } catch (error) {
      this.#state = 'stopped'
      throw error
    }
    // It may have been stopped before it listened.
    if (this.#isStopped()) await webhookServer.stop()
  }

  #isStopped(): boolean {
    return this.#state === 'stopped'
  }

  /** An API that does not answer must not keep the process. */
  async #flushEvents(): Promise<void> {
    const deadline = new AbortController()
    const timer = this.#clock.setTimer(() => deadline.abort(), EVENTS_DEADLINE_MS)
    await this.#recorder.flush({ signal: deadline.signal })
    timer.cancel()
  }

  #acquire(kind: Kind): void {
    const id = kindId(kind)
    // What was stopped cannot begin again.
    if (this.#released.delete(id)) this.#informers.delete(id)
  }

  #release(kind: Kind): void {
    const id = kindId(kind)
    if (this.#runners.some((runner) => runner.kinds.some((one) => kindId(one) === id))) return
    this.#informers.get(id)?.stop()
    this.#released.add(id)
  }

  #newElector(): LeaderElector | undefined {
    const { leaderElection, client, metrics } = this.#options
    if (leaderElection === undefined) return undefined
    return new LeaderElector(leaderElection, {
      client,
      clock: this.#clock,
      random: this.#random,
      log: this.#log({}),
      onLeading: (isLeading) => metrics?.leading?.(leaderElection.id, isLeading),
      onSlowPath: () => metrics?.leaderElectionSlowPath?.(leaderElection.id),
    })
  }

  #newInformer(kind: Kind): Informer {
    const indexes = { ...this.#followedIndexes, ...this.#indexes.get(kindId(kind)) }
    const { client, gates, namespace, mutationDetector, recording } = this.#options
    const informer: Informer = new Informer(client, kind, {
      clock: this.#clock,
      random: this.#random,
      gates,
      ...(namespace && kind.namespaced ? { namespace } : {}),
      ...(mutationDetector === undefined ? {} : { mutationDetector }),
      ...(Object.keys(indexes).length > 0 ? { indexes: this.#guarded(kind, indexes) } : {}),
      ...(recording === undefined ? {} : { onShown: (key, object, before) => recording.shown(kind, key, object, before) }),
      onInterrupted: interruptionLog(() => this.#log({ resource: kind.resource })),
    })
    if (recording !== undefined) void informer.synced.then(() => recording.listed(kind, informer.store))
    return informer
  }

  #guarded(kind: Kind, functions: IndexFunctions<KubeObject>): IndexFunctions<KubeObject> {
    const controllers = this.#controllers.filter((one) => [...one.indexes.keys()].some((other) => kindId(other) === kindId(kind)))
    const controller = controllers.map(({ name }) => name).join(', ')
    return guardedIndexes(functions, (index, key, error) =>
      this.#log({ controller, key }).error('an index function failed', {
        resource: kind.resource,
        index,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      }),
    )
  }

  #addController(controller: Controller): void {
    if (this.#controllers.some((one) => one.name === controller.name))
      throw new Error(`Cannot add controller "${controller.name}": another one has this name`)
    this.#controllers.push(controller)
    for (const [kind, functions] of controller.indexes) this.#addIndexes(kind, functions)
    if (controller.follows !== undefined) this.#followedIndexes = { ...this.#followedIndexes, ...controller.follows.indexes }
  }

  #addIndexes(kind: Kind, functions: IndexFunctions<KubeObject>): void {
    const known = this.#indexes.get(kindId(kind)) ?? {}
    for (const [name, fn] of Object.entries(functions)) {
      if (known[name] !== undefined && known[name] !== fn)
        throw new Error(`Cannot add index "${name}" of ${kind.resource}: another controller files under this name differently`)
    }
    this.#indexes.set(kindId(kind), { ...known, ...functions })
  }

  #log(fields: Record<string, unknown>): RunLog {
    return this.#options.log?.(fields) ?? SILENT
  }
}

const formOf = ({ events, identity = '' }: ManagerOptions): EventForm => (events === 'v1' ? coreEvents : seriesEvents(identity))
const isWebhook = (part: Controller | Webhook): part is Webhook => !('reconcile' in part)

const SILENT: RunLog = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
