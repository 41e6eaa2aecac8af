import type { Clock } from '@kubetape/determinism'
import { type Entry, newEntry, PriorityOrder } from './priority-order.ts'
import { QueueMetrics, type QueueMetricsProvider } from './queue-metrics.ts'

/** What `get()` answers when the queue is shut down and empty. */
export const SHUTDOWN: unique symbol = Symbol('kubetape.workqueue.shutdown')

/** How every queue of this package is made; later capabilities add fields to it. */
export interface QueueOptions {
  /** Where times and timers come from. */
  readonly clock: Clock
  /** The label `name` of the queue's metrics; a queue without a name has none, as upstream. */
  readonly name?: string
  /** Where metrics go. Default: nowhere. */
  readonly metrics?: QueueMetricsProvider
  /** Labels of its metrics beside `name`; the same names for every queue of a provider. Default: none. */
  readonly labels?: Readonly<Record<string, string>>
  /** Every n-th hand-out takes the item that has waited longest, whatever its priority. Default 16; 1 turns priorities off. */
  readonly oldestEvery?: number
}

/** How an item is added. */
export interface AddOptions {
  /** Higher leaves first. Default 0; any finite number. */
  readonly priority?: number
}

const OLDEST_EVERY = 16

/**
 * A queue of keys with the contract of client-go's workqueue. What a caller may rely on:
 *
 * - Fair: items of one priority leave in the order in which they were added; a low priority never starves.
 * - Stingy: an item added many times before it is handed out is handed out once, at the highest priority asked for.
 * - Never twice at once: an item added while it is processed is handed out again only after `done`.
 * - Adds made in one turn are seen together by a `get` that waits, so they are de-duplicated and ordered too.
 * - After `shutDown`, adds are ignored, what waits is still handed out, then every `get` answers `SHUTDOWN`.
 * - Items are compared as `Map` keys are; no operation costs more with more items waiting (distinct priorities: O(log p)).
 */
export class Queue<T> {
  readonly #order: PriorityOrder<T>
  readonly #entries = new Map<T, Entry<T>>()
  readonly #metrics: QueueMetrics<T> | undefined
  /** What was handed out last: a worker that works at once ends it next, without looking it up among a million. */
  #latest: Entry<T> | undefined
  #waiters: ((got: T | typeof SHUTDOWN) => void)[] = []
  #drainers: (() => void)[] = []
  #dirty = 0
  #processing = 0
  #shuttingDown = false
  #dispatchPending = false

  constructor(options: QueueOptions) {
    const { clock, name = '', metrics, labels = {}, oldestEvery = OLDEST_EVERY } = options
    if (!Number.isInteger(oldestEvery) || oldestEvery < 1) {
      throw new RangeError(`Cannot make a queue: oldestEvery is ${oldestEvery}, not a whole number from 1`)
    }
    this.#order = new PriorityOrder(oldestEvery)
    this.#metrics =
      metrics === undefined || name === ''
        ? undefined
        : new QueueMetrics({ clock, labels: { name, ...labels }, provider: metrics, state: { depth: () => this.#dirty } })
  }

  /** Whether `shutDown` or `shutDownWithDrain` was called. */
  get shuttingDown(): boolean {
    return this.#shuttingDown
  }

  /** How many items are handed out and not done. */
  get processing(): number {
    return this.#processing
  }

  /** How many items wait to be handed out; one that is added while processed counts from its `done`. */
  len(): number {
    return this.#order.size
  }

  /** Asks for `item` to be handed out once; ignored after shutdown. An item that waits already keeps its place unless `priority` is higher. */
  add(item: T, options?: AddOptions): void {
    if (this.#shuttingDown) return
    const priority = options?.priority ?? 0
    if (!Number.isFinite(priority)) throw new RangeError(`Cannot add an item: its priority is ${priority}, not a finite number`)
    let entry = this.#entries.get(item)
    if (entry === undefined) this.#entries.set(item, (entry = newEntry(item)))
    if (entry.dirty) {
      this.#raise(entry, priority)
      return
    }
    entry.dirty = true
    entry.priority = priority
    this.#dirty++
    this.#metrics?.added(entry)
    if (!entry.processing) this.#enqueue(entry)
  }

  /** The next item, as soon as there is one; every item got must be given to `done`. `SHUTDOWN` once shut down and empty. */
  get(): Promise<T | typeof SHUTDOWN> {
    // Calls that wait already come first.
    if (this.#waiters.length === 0) {
      const entry = this.#handOut()
      if (entry !== undefined) return Promise.resolve(entry.item)
      if (this.#shuttingDown) return Promise.resolve(SHUTDOWN)
    }
    return new Promise((resolve) => this.#waiters.push(resolve))
  }

  /** Ends the processing of `item`; it waits again when it was added meanwhile. Ignored for an item that is not being processed. */
  done(item: T): void {
    const latest = this.#latest
    const entry = latest !== undefined && latest.item === item ? latest : this.#entries.get(item)
    if (entry === undefined || !entry.processing) return
    if (entry === latest) this.#latest = undefined
    entry.processing = false
    this.#processing--
    this.#metrics?.done(entry)
    if (entry.dirty) this.#enqueue(entry)
    else this.#entries.delete(item)
    this.#settleDrains()
  }

  /** Ignores adds from now on and lets `get` run dry; ends the wait of every `shutDownWithDrain` without its condition. */
  shutDown(): void {
    this.#shuttingDown = true
    this.#dispatch()
    this.#endDrains()
  }

  /** As `shutDown`, and resolves when nothing waits and nothing is processed; workers must go on getting until `SHUTDOWN`. */
  shutDownWithDrain(): Promise<void> {
    this.#shuttingDown = true
    this.#dispatch()
    return new Promise((resolve) => {
      this.#drainers.push(resolve)
      this.#settleDrains()
    })
  }

  /** Counts an add that asked for a delay; for the capabilities above. */
  protected countRetry(): void {
    this.#metrics?.retried()
  }

  #raise(entry: Entry<T>, priority: number): void {
    if (priority <= entry.priority) return
    if (entry.processing) entry.priority = priority
    else this.#order.promote(entry, priority)
  }

  #enqueue(entry: Entry<T>): void {
    this.#order.push(entry)
    if (this.#waiters.length === 0 || this.#dispatchPending) return
    this.#dispatchPending = true
    queueMicrotask(() => {
      this.#dispatchPending = false
      this.#dispatch()
    })
  }

  /** Serves the waiting calls of `get`, the one that waits longest first. */
  #dispatch(): void {
    while (this.#waiters.length > 0) {
      const entry = this.#handOut()
      if (entry === undefined) break
      this.#waiters.shift()!(entry.item)
    }
    if (!this.#shuttingDown) return
    const waiters = this.#waiters
    this.#waiters = []
    for (const resolve of waiters) resolve(SHUTDOWN)
  }

  #handOut(): Entry<T> | undefined {
    const entry = this.#order.pop()
    if (entry === undefined) return undefined
    entry.dirty = false
    entry.processing = true
    this.#latest = entry
    this.#dirty--
    this.#processing++
    this.#metrics?.handedOut(entry)
    return entry
  }

  #settleDrains(): void {
    if (this.#processing === 0 && this.#order.size === 0) this.#endDrains()
  }

  #endDrains(): void {
    const drainers = this.#drainers
    this.#drainers = []
    for (const resolve of drainers) resolve()
  }
}
