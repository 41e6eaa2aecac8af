import type { Kind, KubeObject } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import { type Clock, type Random, systemClock, systemRandom, uidSource } from '@kubetape/determinism'
import type { Informer } from '@kubetape/informers'
import { type Controller, kindsOf } from './controller.ts'
import { ControllerSet } from './controller-set.ts'
import { coreEvents, type EventForm, seriesEvents } from './event-form.ts'
import { EventRecorder } from './event-recorder.ts'
import { fencedClient } from './leader-election/fence.ts'
import { LeaderElector } from './leader-election/leader-elector.ts'
import type { ManagerOptions } from './manager-options.ts'
import { clientOfClusters } from './other-cluster.ts'
import type { RunLog } from './reconcile.ts'
import { noJournal } from './run-journal.ts'
import { noMetrics } from './run-metrics.ts'
import { runTraces } from './run-trace.ts'
import { SharedInformers } from './shared-informers.ts'
import { ServedWebhooks } from './webhook/served-webhooks.ts'
import { WebhookMetrics } from './webhook/webhook-metrics.ts'
import type { Webhook, WebhookEnvironment } from './webhook/webhook-router.ts'

/** How long `stop` waits for events to be written. */
const EVENTS_DEADLINE_MS = 2000

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
  readonly #informers: SharedInformers
  readonly #controllers: ControllerSet
  readonly #webhooks: ServedWebhooks
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
    const { gates, namespace, mutationDetector, recording } = options
    const client = clientOfClusters(options.client, options.clusters)
    this.#informers = new SharedInformers({
      client,
      clock: this.#clock,
      random: this.#random,
      gates,
      ...(namespace === undefined ? {} : { namespace }),
      ...(mutationDetector === undefined ? {} : { mutationDetector }),
      ...(recording === undefined ? {} : { recording }),
      log: (fields) => this.#log(fields),
    })
    this.#elector = this.#newElector()
    this.#client = this.#elector === undefined ? client : fencedClient(client, this.#elector)
    this.#webhooks = new ServedWebhooks(options.webhookServer, () => this.#webhookEnvironment())
    this.#recorder = new EventRecorder(this.#client, this.#clock, formOf(options), (message, fields) => this.#log({}).warn(message, fields))
    this.#controllers = this.#newControllers()
    const lost = this.#elector?.ended.then(async (error) => {
      if (error === undefined) return this.stop()
      this.stop().catch((failure: unknown) => this.#log({}).error('the manager did not stop well', { error: String(failure) }))
      throw error
    })
    void this.#elector?.elected.then(() => this.#tellOfLease('became leader'))
    this.done = Promise.race([...(lost === undefined ? [] : [lost]), this.#whenStopping.then(() => this.stop())])
  }

  /** Adds controllers, which begin at once when the manager runs, and webhooks, before `start` only. */
  add(...parts: readonly (Controller | Webhook)[]): this {
    if (this.#state === 'stopped') throw new Error('Cannot add controllers: the manager is stopped')
    for (const part of parts) {
      if (!isWebhook(part)) this.#addController(part)
      else if (this.#state === 'new') this.#webhooks.add(part)
      else throw new Error('Cannot add a webhook: the manager is running')
    }
    return this
  }

  /**
   * Takes a controller out while the manager runs. Resolves when its runs under way have ended; kinds that nobody else watches are not watched
   * any more. Throws when there is none of this name.
   */
  async remove(name: string): Promise<void> {
    await this.#controllers.remove(name)
  }

  /** The informer of a kind, made when first asked for; it is kept for as long as the manager runs. */
  informer<T extends KubeObject>(kind: Kind<T>): Informer<T> {
    const plain = kind as unknown as Kind
    this.#informers.keep(plain)
    return this.#informers.of(plain) as unknown as Informer<T>
  }

  /**
   * Serves webhooks, starts informers, waits until they have synced and, with leader election, until this process leads; then starts the
   * controllers. Resolves early when the manager is stopped meanwhile. Rejects when webhooks cannot be served; nothing runs then.
   */
  async start(): Promise<void> {
    if (this.#state !== 'new') throw new Error(`Cannot start: the manager is ${this.#state}`)
    this.#state = 'running'
    // First of all: lists of custom resources may need our conversion, and writes our admission.
    await this.#webhooks.start().catch((error: unknown) => {
      this.#state = 'stopped'
      throw error
    })
    if (this.#isStopped()) return
    this.#controllers.watch()
    this.#informers.start()
    // What one informer shows may ask for more of them.
    while (this.#state === 'running' && !this.ready) await Promise.race([this.#whenStopping, this.#informers.synced()])
    if (this.#state === 'running' && this.#elector !== undefined) {
      this.#elector.start()
      await Promise.race([this.#whenStopping, this.#elector.elected])
    }
    if (this.#isStopped()) return
    this.#controllers.act()
  }

  /** Whether controllers may act now; always true without leader election. */
  get isLeading(): boolean {
    return this.#elector?.isLeader() ?? true
  }

  /** Whether every informer has synced and webhooks, if there are some, are answered. */
  get ready(): boolean {
    return this.#state === 'running' && this.#webhooks.ready && this.#informers.haveSynced
  }

  /** Whether no controller has anything queued or running (what is delayed does not count). */
  get idle(): boolean {
    return this.#controllers.idle
  }

  get controllers(): readonly Controller[] {
    return this.#controllers.all
  }

  /** What was added, for `registerWebhooks`. */
  get webhooks(): readonly Webhook[] {
    return this.#webhooks.all
  }

  /** Stops everything, once; every call resolves when it is done. */
  stop(): Promise<void> {
    return (this.#stopped ??= this.#stop())
  }

  async #stop(): Promise<void> {
    this.#state = 'stopped'
    this.#noteStopping()
    await this.#controllers.stop()
    // After the controllers: what they wrote last may have needed them. Nobody waits for the end of reviews but this.
    const unserved = this.#webhooks.stop()
    if (this.isLeading) this.#tellOfLease('stopped leading')
    await this.#flushEvents()
    this.#informers.stop()
    // Only when nothing acts any more may another process begin.
    await this.#elector?.stop()
    await unserved
  }

  #isStopped(): boolean {
    return this.#state === 'stopped'
  }

  #webhookEnvironment(): WebhookEnvironment {
    const queue = this.#options.metrics?.queue
    const metrics = queue === undefined ? {} : { metrics: new WebhookMetrics(queue) }
    return { clock: this.#clock, log: (fields) => this.#log(fields), ...metrics }
  }

  /** An API that does not answer must not keep the process. */
  async #flushEvents(): Promise<void> {
    const deadline = new AbortController()
    const timer = this.#clock.setTimer(() => deadline.abort(), EVENTS_DEADLINE_MS)
    await this.#recorder.flush({ signal: deadline.signal })
    timer.cancel()
  }

  /** As an event about the Lease, in the words of client-go. */
  #tellOfLease(what: string): void {
    const { leaderElection: { identity = '', id: component = '' } = {} } = this.#options
    const regarding = this.#elector?.lease
    if (regarding === undefined) return
    this.#recorder.record({ regarding, type: 'Normal', reason: 'LeaderElection', message: `${identity} ${what}`, component })
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

  #addController(controller: Controller): void {
    const elsewhere = kindsOf(controller).find(({ cluster }) => cluster !== undefined && this.#options.clusters?.[cluster] === undefined)
    if (elsewhere !== undefined)
      throw new TypeError(
        `Cannot add controller "${controller.name}": it watches ${elsewhere.resource} of the cluster "${elsewhere.cluster}", which the manager was not told of`,
      )
    this.#controllers.add(controller)
  }

  #newControllers(): ControllerSet {
    const { recording, journal, metrics, tracer, gates, uids } = this.#options
    return new ControllerSet(this.#informers, {
      client: this.#client,
      isLeading: () => this.isLeading,
      clock: this.#clock,
      random: this.#random,
      uids: uids ?? uidSource(this.#random),
      gates,
      journal: recording?.journal ?? journal ?? noJournal,
      ...(recording === undefined ? {} : { recording }),
      recorder: this.#recorder,
      metrics: metrics ?? noMetrics,
      trace: runTraces(tracer),
      log: (fields) => this.#log(fields),
    })
  }

  #log(fields: Record<string, unknown>): RunLog {
    return this.#options.log?.(fields) ?? SILENT
  }
}

const formOf = ({ events, identity = '' }: ManagerOptions): EventForm => (events === 'v1' ? coreEvents : seriesEvents(identity))
const isWebhook = (part: Controller | Webhook): part is Webhook => !('reconcile' in part)

const SILENT: RunLog = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
