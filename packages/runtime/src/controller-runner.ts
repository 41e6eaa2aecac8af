import { objectKey, type Kind, type KubeObject } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import type { Gates } from '@kubetape/client-go-features'
import { type Clock, type Random, type Timer, type UidSource } from '@kubetape/determinism'
import type { Informer, StoreChange } from '@kubetape/informers'
import { RateLimitingQueue, SHUTDOWN } from '@kubetape/workqueue'
import { StatusError } from '@kubetape/apimachinery'
import { RequestFailed } from '@kubetape/client'
import type { Subscription } from 'rxjs'
import { type Controller, kindId, kindsOf } from './controller.ts'
import type { EventRecorder } from './event-recorder.ts'
import { type ReconcileResult, type RunLog, TerminalError } from './reconcile.ts'
import { executeRun, type RunInputs, type RunOutcome } from './run.ts'
import { type RunAnswer, RunClient, type RunRequest, sendThrough } from './run-client.ts'
import type { RunBegin, RunEnd, RunJournal, Trigger } from './run-journal.ts'
import type { RunMetrics } from './run-metrics.ts'

/** What a runner needs from its Manager. */
export interface RunnerEnvironment {
  readonly client: Client
  readonly clock: Clock
  readonly random: Random
  readonly uids: UidSource
  readonly gates: Gates
  readonly journal: RunJournal
  readonly recorder: EventRecorder
  readonly metrics: RunMetrics
  informer(kind: Kind): Informer
  log(fields: Record<string, unknown>): RunLog
}

/** Keys of the first listing come behind everything that changes meanwhile (controller-runtime's low priority). */
const LOW_PRIORITY = -100
/** Triggers remembered per key; more are counted as one. */
const TRIGGERS_MAX = 100

/** Runs one controller: changes become keys in a queue, workers take them, every run is journaled. */
export class ControllerRunner {
  readonly controller: Controller
  readonly #environment: RunnerEnvironment
  readonly #queue: RateLimitingQueue<string>
  readonly #triggers = new Map<string, Trigger[]>()
  readonly #carried = new Map<string, unknown>()
  readonly #subscriptions: Subscription[] = []
  #workers: Promise<void>[] = []
  #resync: Timer | undefined

  constructor(controller: Controller, environment: RunnerEnvironment) {
    this.controller = controller
    this.#environment = environment
    this.#queue = new RateLimitingQueue<string>({ clock: environment.clock, name: controller.name, ...(environment.metrics.queue === undefined ? {} : { metrics: environment.metrics.queue }) })
  }

  /** Listens to the informers; must be called before they start, so that nothing is missed. */
  subscribe(): void {
    const lookup = <T extends KubeObject>(kind: Kind<T>) => this.#environment.informer(kind as unknown as Kind).store as never
    for (const watch of this.controller.watches) {
      const resource = watch.kind.resource
      const subscription = this.#environment.informer(watch.kind).changes.subscribe((change) => {
        if (watch.predicate !== undefined && !watch.predicate(change)) return
        const keys = watch.map(change, lookup)
        if (keys.length === 0) return
        const trigger = triggerOf(resource, change)
        const delayMs = watch.delayMs?.(change) ?? 0
        for (const key of keys) this.enqueue(key, trigger, { delayMs, priority: change.initial ? LOW_PRIORITY : 0 })
      })
      this.#subscriptions.push(subscription)
    }
  }

  /** Starts the workers; call when the informers have synced. */
  start(): void {
    const { concurrencyMax = 1, resyncMs } = this.controller.options
    this.#workers = Array.from({ length: concurrencyMax }, () => this.#work())
    if (resyncMs !== undefined) this.#scheduleResync(resyncMs)
  }

  enqueue(key: string, trigger: Trigger, options: { delayMs?: number; priority?: number } = {}): void {
    let triggers = this.#triggers.get(key)
    if (triggers === undefined) this.#triggers.set(key, (triggers = []))
    if (triggers.length < TRIGGERS_MAX) triggers.push(trigger)
    this.#queue.addAfter(key, options.delayMs ?? 0, { priority: options.priority ?? 0 })
  }

  /** Ends after the runs under way; what is still queued is left for the next start. */
  async stop(): Promise<void> {
    this.#resync?.cancel()
    for (const subscription of this.#subscriptions) subscription.unsubscribe()
    this.#queue.shutDown()
    await Promise.all(this.#workers)
  }

  /** Whether nothing is queued or running now (delayed keys do not count). */
  get idle(): boolean {
    return this.#queue.len() === 0 && this.#active === 0
  }

  #active = 0

  async #work(): Promise<void> {
    for (;;) {
      const key = await this.#queue.get()
      if (key === SHUTDOWN) return
      this.#active++
      try {
        await this.#runOnce(key)
      } finally {
        this.#active--
        this.#queue.done(key)
      }
    }
  }

  async #runOnce(key: string): Promise<void> {
    const { clock, metrics } = this.#environment
    const started = clock.monotonicMs()
    metrics.activeWorkers(this.controller.name, this.#active)
    const run = new LiveRun(this.controller, key, this.#environment, this.#takeTriggers(key), this.#queue.numRequeues(key) + 1, this.#carried.get(key))
    const outcome = await executeRun(this.controller, key, run.inputs)
    if (outcome.carried === undefined) this.#carried.delete(key)
    else this.#carried.set(key, outcome.carried)
    const end = this.#judge(key, outcome, run)
    run.end(end)
    metrics.reconciled(this.controller.name, end.outcome === 'success' && end.requeueAfterMs !== undefined ? 'requeue_after' : end.outcome, (clock.monotonicMs() - started) / 1000)
  }

  /** What happens to the key after its run. */
  #judge(key: string, { error, result }: RunOutcome, run: LiveRun): Pick<RunEnd, 'outcome' | 'error' | 'requeueAfterMs'> {
    if (error !== undefined) {
      const text = error instanceof Error ? error.message : String(error as string)
      if (error instanceof TerminalError) {
        run.log.error('reconcile failed for good', { error: text })
        this.#queue.forget(key)
        return { outcome: 'terminal-error', error: text }
      }
      // A conflict says only that somebody was faster: the next run sees what they did.
      run.log[isConflictText(error) ? 'debug' : 'warn']('reconcile failed and will be retried', { error: error instanceof StatusError || error instanceof RequestFailed ? text : error instanceof Error ? (error.stack ?? text) : text })
      this.#remember(key, { cause: 'retry' })
      this.#queue.addRateLimited(key)
      return { outcome: 'error', error: text }
    }
    return this.#requeue(key, result)
  }

  #requeue(key: string, { requeue, requeueAfterMs }: ReconcileResult): Pick<RunEnd, 'outcome' | 'requeueAfterMs'> {
    if (requeueAfterMs !== undefined && requeueAfterMs >= 0) {
      this.#queue.forget(key)
      this.#remember(key, { cause: 'requeue' })
      this.#queue.addAfter(key, requeueAfterMs)
      return { outcome: 'success', requeueAfterMs }
    }
    if (requeue) {
      this.#remember(key, { cause: 'requeue' })
      this.#queue.addRateLimited(key)
      return { outcome: 'requeue' }
    }
    this.#queue.forget(key)
    return { outcome: 'success' }
  }

  #remember(key: string, trigger: Trigger): void {
    const triggers = this.#triggers.get(key)
    if (triggers === undefined) this.#triggers.set(key, [trigger])
    else if (triggers.length < TRIGGERS_MAX) triggers.push(trigger)
  }

  #takeTriggers(key: string): Trigger[] {
    const triggers = this.#triggers.get(key) ?? []
    this.#triggers.delete(key)
    return triggers
  }

  #scheduleResync(everyMs: number): void {
    this.#resync = this.#environment.clock.setTimer(() => {
      for (const object of this.#environment.informer(this.controller.kind).store.list()) this.enqueue(objectKey(object), { cause: 'resync' }, { priority: LOW_PRIORITY })
      this.#scheduleResync(everyMs)
    }, everyMs)
  }
}

function isConflictText(error: unknown): boolean {
  return error instanceof StatusError && error.reason === 'Conflict'
}

function triggerOf(resource: string, { type, object }: StoreChange<KubeObject>): Trigger {
  return { cause: 'change', resource, key: objectKey(object), change: type, ...(object.metadata?.resourceVersion ? { resourceVersion: object.metadata.resourceVersion } : {}) }
}

/** One run against the real world, writing down everything that it was given. */
class LiveRun {
  readonly inputs: RunInputs
  readonly log: RunLog
  readonly #environment: RunnerEnvironment
  readonly #begin: RunBegin
  readonly #clockReadingsMs: number[] = []
  readonly #viewChanges: { read: number; kind: string; resourceVersion: string }[] = []
  readonly #gatesRead: Record<string, boolean> = {}
  readonly #versions = new Map<string, string>()
  readonly #component: string

  constructor(controller: Controller, key: string, environment: RunnerEnvironment, triggers: readonly Trigger[], attempt: number, carried: unknown) {
    this.#environment = environment
    this.#component = `${controller.name}-controller`
    const kinds = kindsOf(controller)
    const allowed = new Set(kinds.map(kindId))
    const views: Record<string, string> = {}
    const ownWrites: { kind: string; key: string; resourceVersion: string }[] = []
    for (const kind of kinds) {
      const { store } = environment.informer(kind)
      const id = kindId(kind)
      views[id] = store.resourceVersion
      this.#versions.set(id, store.resourceVersion)
      for (const write of store.pendingWrites()) ownWrites.push({ kind: id, ...write })
    }
    const id = environment.uids.next()
    this.log = environment.log({ controller: controller.name, key, run: id })
    this.#begin = {
      id, controller: controller.name, key, attempt, triggers, startedAtMs: environment.clock.wallMs(), views, ownWrites,
      seed: environment.random.nextUint32(), carried, gates: {}, codeVersion: controller.options.codeVersion ?? '',
    }
    environment.journal.begin(this.#begin)
    const client = new RunClient((request, kind, options) => this.#send(request, kind, options))
    this.inputs = {
      client,
      seed: this.#begin.seed,
      carried,
      log: this.log,
      gates: { enabled: (feature) => (this.#gatesRead[feature] ??= environment.gates.enabled(feature)) },
      view: (kind) => {
        if (!allowed.has(kindId(kind))) throw new Error(`Cannot read ${kind.resource}: controller "${controller.name}" does not watch, own or read it`)
        return environment.informer(kind).store
      },
      beforeRead: (kind, read) => this.#noticeMove(kind, read),
      nowMs: () => {
        const now = environment.clock.wallMs()
        this.#clockReadingsMs.push(now)
        return now
      },
      event: (regarding, type, reason, message) => this.#event(client, regarding, type, reason, message),
    }
  }

  end(end: Pick<RunEnd, 'outcome' | 'error' | 'requeueAfterMs'>): void {
    this.#environment.journal.end(this.#begin, {
      ...end, endedAtMs: this.#environment.clock.wallMs(), clockReadingsMs: this.#clockReadingsMs, viewChanges: this.#viewChanges, gatesRead: this.#gatesRead,
    })
  }

  #noticeMove(kind: Kind, read: number): void {
    const id = kindId(kind)
    const { resourceVersion } = this.#environment.informer(kind).store
    if (this.#versions.get(id) === resourceVersion) return
    this.#versions.set(id, resourceVersion)
    this.#viewChanges.push({ read, kind: id, resourceVersion })
  }

  async #send(request: RunRequest, kind: Kind, options: object): Promise<RunAnswer> {
    const { journal, client } = this.#environment
    journal.request(this.#begin, request)
    const answer = await sendThrough(client, request, kind, { ...options, cause: { run: this.#begin.id, sequence: request.sequence } })
    journal.answer(this.#begin, request, answer)
    if (answer.type === 'refused') throw new StatusError(answer.status)
    if (answer.type === 'failed') throw new RequestFailed(answer.message)
    this.#showOwnWrite(request, kind, answer)
    return answer
  }

  /** The next run sees this write even if the watch has not delivered it yet. */
  #showOwnWrite(request: RunRequest, kind: Kind, answer: RunAnswer): void {
    if (request.verb === 'get' || request.verb === 'list' || request.options?.['dryRun'] || answer.type !== 'object') return
    if (kindId(kind) === undefined || (request.subresource !== undefined && request.subresource !== 'status')) return
    if (!this.#versions.has(kindId(kind))) return
    this.#environment.informer(kind).wrote(answer.object, false)
  }

  #event(client: RunClient, regarding: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string): void {
    const sequence = client.nextSequence()
    const { namespace, name } = regarding.metadata ?? {}
    const request: RunRequest = {
      sequence, verb: 'create', group: '', version: 'v1', resource: 'events', ...(namespace ? { namespace } : {}),
      body: { regarding: { kind: regarding.kind, name, namespace }, type, reason, message },
    }
    this.#environment.journal.request(this.#begin, request)
    this.#environment.recorder.record({ regarding, type, reason, message, component: this.#component, cause: { run: this.#begin.id, sequence } })
  }
}
