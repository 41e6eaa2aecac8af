import { isConflict, isStatusError, type KubeObject, type Kind, objectKey, resourceWithCluster } from '@kubetape/apimachinery'
import type { Timer } from '@kubetape/determinism'
import type { StoreChange } from '@kubetape/informers'
import { RateLimitingQueue, SHUTDOWN } from '@kubetape/workqueue'
import type { Subscription } from 'rxjs'
import { type Controller, kindId, type KindLookup, kindsOf, type Watch } from './controller.ts'
import { followSource } from './event-source.ts'
import { FollowedKinds } from './followed-kinds.ts'
import { LiveRun, type RunnerEnvironment } from './live-run.ts'
import { type ReconcileResult, TerminalError } from './reconcile.ts'
import { executeRun, type RunOutcome } from './run.ts'
import { RunTriggers, triggerOf } from './run-triggers.ts'
import type { RunEnd, Trigger } from '@kubetape/journal'

/** Keys of the first listing come behind everything that changes meanwhile (controller-runtime's low priority). */
const LOW_PRIORITY = -100
/** A key that came while this process may not act is looked at again after this time. */
const NOT_LEADING_RETRY_MS = 500

/** Runs one controller: changes become keys in a queue, workers take them, every run is journaled. */
export class ControllerRunner {
  readonly controller: Controller
  readonly #environment: RunnerEnvironment
  readonly #queue: RateLimitingQueue<string>
  readonly #triggers = new RunTriggers()
  readonly #carried = new Map<string, unknown>()
  readonly #subscriptions: { unsubscribe(): void }[] = []
  readonly #followed: FollowedKinds | undefined
  readonly #followedSubscriptions = new Map<string, Subscription>()
  #workers: Promise<void>[] = []
  #resync: Timer | undefined
  /** Runs under way. */
  #active = 0
  #stopping = false

  constructor(controller: Controller, environment: RunnerEnvironment) {
    this.controller = controller
    this.#environment = environment
    this.#followed = controller.follows === undefined ? undefined : new FollowedKinds(controller.follows)
    this.#queue = new RateLimitingQueue<string>({
      clock: environment.clock,
      name: controller.name,
      ...(controller.options.rateLimiter === undefined
        ? {}
        : { rateLimiter: controller.options.rateLimiter({ clock: environment.clock }) }),
      ...(environment.metrics.queue === undefined ? {} : { metrics: environment.metrics.queue, labels: { controller: controller.name } }),
    })
  }

  /** Listens to the informers; what those that run already show counts as just listed. */
  subscribe(): void {
    // What an object asks for is watched before its own change leads anywhere.
    const { follows } = this.controller
    if (follows !== undefined) this.#subscriptions.push(this.#following(follows.kind, (change) => this.#follow(change)))
    for (const watch of this.controller.watches) this.#subscriptions.push(this.#subscription(watch))
  }

  /** Every kind that the controller sees now. */
  get kinds(): Kind[] {
    const own = kindsOf(this.controller)
    const ids = new Set(own.map(kindId))
    return [...own, ...(this.#followed?.kinds ?? []).filter((kind) => !ids.has(kindId(kind)))]
  }

  #subscription(watch: Watch): Subscription {
    return this.#following(watch.kind, (change) => this.#notice(watch, change, this.#lookup))
  }

  #following(kind: Kind, notice: (change: StoreChange<KubeObject>) => void): Subscription {
    const { changes, store } = this.#environment.informer(kind)
    const subscription = changes.subscribe(notice)
    for (const object of store.list()) notice({ type: 'added', object, previous: undefined, initial: true })
    return subscription
  }

  readonly #lookup: KindLookup = (kind) => this.#environment.informer(kind).store as never

  #follow(change: StoreChange<KubeObject>): void {
    const { begin, end } = this.#followed!.noteChange(change)
    for (const kind of end) {
      this.#followedSubscriptions.get(kindId(kind))?.unsubscribe()
      this.#followedSubscriptions.delete(kindId(kind))
      this.#environment.release(kind)
    }
    for (const watch of begin) {
      this.#environment.acquire(watch.kind)
      this.#followedSubscriptions.set(kindId(watch.kind), this.#subscription(watch))
    }
  }

  /** The functions of a watch are somebody's code: where one throws, the change still leads to a run if it can. */
  #notice(watch: Watch, change: StoreChange<KubeObject>, lookup: KindLookup): void {
    const guarded = <R>(what: string, call: () => R, otherwise: R): R => {
      try {
        return call()
      } catch (error) {
        const fields = { resource: watch.kind.resource, error: stackOf(error) }
        this.#report(objectKey(change.object), `the ${what} of a watch failed`, fields)
        return otherwise
      }
    }
    if (watch.predicate !== undefined && !guarded('predicate', () => watch.predicate!(change), true)) return
    const own = kindId(watch.kind) === kindId(this.controller.kind) ? [objectKey(change.object)] : []
    const keys = guarded('mapping', () => [...watch.map(change, lookup)], own)
    if (keys.length === 0) return
    const trigger = triggerOf(resourceWithCluster(watch.kind), change)
    const delayMs = guarded('delay', () => watch.delayMs?.(change) ?? 0, 0)
    for (const key of keys) this.enqueue(key, trigger, { delayMs, priority: change.initial ? LOW_PRIORITY : 0 })
  }

  /** Starts the workers; call when the informers have synced. */
  start(): void {
    const { concurrencyMax = 1, resyncMs } = this.controller.options
    this.#environment.metrics.controllerStarts?.(this.controller.name, concurrencyMax)
    this.#workers = Array.from({ length: concurrencyMax }, () => this.#work())
    if (resyncMs !== undefined) this.#scheduleResync(resyncMs)
    for (const source of this.controller.sources ?? []) {
      const context = {
        clock: this.#environment.clock,
        lookup: this.#lookup,
        log: this.#environment.log({ controller: this.controller.name }),
      }
      const enqueue = (key: string): void => this.enqueue(key, { cause: 'source', source: source.name })
      this.#subscriptions.push(followSource(source, context, enqueue))
    }
  }

  enqueue(key: string, trigger: Trigger, options: { delayMs?: number; priority?: number } = {}): void {
    this.#triggers.add(key, trigger)
    const { delayMs = 0, priority = 0 } = options
    // Only what waits counts as a retry in the queue's metrics, as upstream.
    if (delayMs > 0) this.#queue.addAfter(key, delayMs, { priority })
    else this.#queue.add(key, { priority })
  }

  /** Ends after the runs under way; what is still queued is left for the next start. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#resync?.cancel()
    for (const subscription of [...this.#subscriptions, ...this.#followedSubscriptions.values()]) subscription.unsubscribe()
    this.#queue.shutDown()
    await Promise.all(this.#workers)
  }

  /** Whether nothing is queued or running now (delayed keys do not count). */
  get idle(): boolean {
    return this.#queue.len() === 0 && this.#active === 0
  }

  async #work(): Promise<void> {
    for (;;) {
      const key = await this.#queue.get()
      if (key === SHUTDOWN) return
      if (!this.#stopping && !this.#environment.isLeading()) this.#queue.addAfter(key, NOT_LEADING_RETRY_MS)
      else if (!this.#stopping) await this.#runOnce(key)
      this.#queue.done(key)
    }
  }

  async #runOnce(key: string): Promise<void> {
    const { metrics } = this.#environment
    this.#active++
    try {
      try {
        metrics.activeWorkers(this.controller.name, this.#active)
        await this.#reconcile(key)
      } finally {
        metrics.activeWorkers(this.controller.name, --this.#active)
      }
    } catch (error) {
      this.#triggers.add(key, { cause: 'retry' })
      this.#queue.addRateLimited(key)
      metrics.brokeOff?.(this.controller.name)
      // Its journal, the metrics or the logging failed, not the reconcile.
      this.#report(key, 'a run broke off and will be retried', { error: stackOf(error) })
    }
  }

  /** Says at error what would otherwise have ended the worker or the watch. */
  #report(key: string, message: string, fields: { error: string; resource?: string }): void {
    try {
      this.#environment.log({ controller: this.controller.name, key }).error(message, fields)
    } catch {
      // Where the logging itself is broken, there is nobody left to tell; the worker must live on.
    }
  }

  async #reconcile(key: string): Promise<void> {
    const { clock, metrics } = this.#environment
    const started = clock.monotonicMs()
    const run = new LiveRun(
      this.controller,
      key,
      this.#environment,
      this.#triggers.take(key),
      this.#queue.numRequeues(key) + 1,
      this.#carried.get(key),
      this.kinds,
    )
    const outcome = await run.trace.inside(() => executeRun(this.controller, key, run.inputs))
    if (outcome.carried === undefined) this.#carried.delete(key)
    else this.#carried.set(key, outcome.carried)
    const end = this.#judge(key, outcome, run)
    run.end(end, outcome.error)
    metrics.reconciled(
      this.controller.name,
      end.outcome === 'success' && end.requeueAfterMs !== undefined ? 'requeue_after' : end.outcome,
      (clock.monotonicMs() - started) / 1000,
    )
  }

  /** What happens to the key after its run. */
  #judge(key: string, { error, result }: RunOutcome, run: LiveRun): Pick<RunEnd, 'outcome' | 'error' | 'requeueAfterMs'> {
    if (error === undefined) return this.#requeue(key, result)
    const text = messageOf(error)
    if (error instanceof TerminalError) {
      run.log.error('reconcile failed for good', { error: text })
      this.#queue.forget(key)
      return { outcome: 'terminal-error', error: text }
    }
    // A conflict says only that somebody was faster: the next run sees what they did.
    const level = isConflict(error) ? 'debug' : 'warn'
    run.log[level]('reconcile failed and will be retried', { error: isStatusError(error) ? text : stackOf(error) })
    this.#triggers.add(key, { cause: 'retry' })
    this.#queue.addRateLimited(key)
    return { outcome: 'error', error: text }
  }

  #requeue(key: string, { requeue, requeueAfterMs }: ReconcileResult): Pick<RunEnd, 'outcome' | 'requeueAfterMs'> {
    if (requeueAfterMs !== undefined && requeueAfterMs >= 0) {
      this.#queue.forget(key)
      this.#triggers.add(key, { cause: 'requeue' })
      this.#queue.addAfter(key, requeueAfterMs)
      return { outcome: 'success', requeueAfterMs }
    }
    if (requeue) {
      this.#triggers.add(key, { cause: 'requeue' })
      this.#queue.addRateLimited(key)
      return { outcome: 'requeue' }
    }
    this.#queue.forget(key)
    return { outcome: 'success' }
  }

  #scheduleResync(everyMs: number): void {
    this.#resync = this.#environment.clock.setTimer(() => {
      for (const object of this.#environment.informer(this.controller.kind).store.list())
        this.enqueue(objectKey(object), { cause: 'resync' }, { priority: LOW_PRIORITY })
      this.#scheduleResync(everyMs)
    }, everyMs)
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
