import type { Clock, Timer } from '@kubetape/determinism'
import { BinaryHeap, type HeapElement } from './binary-heap.ts'
import { type AddOptions, Queue, type QueueOptions } from './queue.ts'

/** One item that is not due yet. */
interface Delayed<T> extends HeapElement {
  readonly item: T
  readyMs: number
  /** Ties at one instant are broken by the order of asking. */
  readonly order: number
  priority: number
}

/**
 * A queue that can also add later. What a caller may rely on beside the contract of `Queue`:
 *
 * - An item waits for one instant only: the earliest asked for, at the highest priority asked for.
 * - Waiting for an instant does not keep the item from being added at once meanwhile.
 * - Shutdown forgets what is not due.
 * - Any number of delays use one timer of the clock.
 */
export class DelayingQueue<T> extends Queue<T> {
  readonly #clock: Clock
  readonly #heap = new BinaryHeap<Delayed<T>>((a, b) => a.readyMs < b.readyMs || (a.readyMs === b.readyMs && a.order < b.order))
  readonly #byItem = new Map<T, Delayed<T>>()
  #order = 0
  #timer: Timer | undefined
  #timerMs = 0

  constructor(options: QueueOptions) {
    super(options)
    this.#clock = options.clock
  }

  /** How many items wait for their instant. */
  get delayed(): number {
    return this.#heap.size
  }

  /** Adds `item` after `delayMs`, at once when that is not above 0; ignored after shutdown. */
  addAfter(item: T, delayMs: number, options?: AddOptions): void {
    if (this.shuttingDown) return
    this.countRetry()
    if (!(delayMs > 0)) {
      this.add(item, options)
      return
    }
    const readyMs = this.#clock.monotonicMs() + delayMs
    const priority = options?.priority ?? 0
    const delayed = this.#byItem.get(item)
    if (delayed === undefined) this.#insert({ item, readyMs, order: this.#order++, priority, heapIndex: -1 })
    else this.#merge(delayed, readyMs, priority)
    this.#arm()
  }

  override shutDown(): void {
    this.#forgetDelayed()
    super.shutDown()
  }

  override shutDownWithDrain(): Promise<void> {
    this.#forgetDelayed()
    return super.shutDownWithDrain()
  }

  #insert(delayed: Delayed<T>): void {
    this.#byItem.set(delayed.item, delayed)
    this.#heap.push(delayed)
  }

  #merge(delayed: Delayed<T>, readyMs: number, priority: number): void {
    delayed.priority = Math.max(delayed.priority, priority)
    if (readyMs >= delayed.readyMs) return
    delayed.readyMs = readyMs
    this.#heap.movedForward(delayed)
  }

  #arm(): void {
    const next = this.#heap.peek()
    if (next === undefined || (this.#timer !== undefined && this.#timerMs <= next.readyMs)) return
    this.#timer?.cancel()
    this.#timerMs = next.readyMs
    this.#timer = this.#clock.setTimer(() => this.#release(), next.readyMs - this.#clock.monotonicMs())
  }

  #release(): void {
    this.#timer = undefined
    const nowMs = this.#clock.monotonicMs()
    for (let next = this.#heap.peek(); next !== undefined && next.readyMs <= nowMs; next = this.#heap.peek()) {
      this.#heap.pop()
      this.#byItem.delete(next.item)
      this.add(next.item, next)
    }
    this.#arm()
  }

  #forgetDelayed(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#heap.clear()
    this.#byItem.clear()
  }
}
