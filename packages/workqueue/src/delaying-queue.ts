import type { Clock, Timer } from '@kubetape/determinism'
import { DelayedItems } from './delayed-items.ts'
import { type AddOptions, Queue, type QueueOptions } from './queue.ts'

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
  readonly #delayed = new DelayedItems<T>()
  #timer: Timer | undefined
  #timerMs = 0

  constructor(options: QueueOptions) {
    super(options)
    this.#clock = options.clock
  }

  /** How many items wait for their instant. */
  get delayed(): number {
    return this.#delayed.size
  }

  /** Adds `item` after `delayMs`, at once when that is not above 0; ignored after shutdown. */
  addAfter(item: T, delayMs: number, options?: AddOptions): void {
    if (this.shuttingDown) return
    this.countRetry()
    if (!(delayMs > 0)) {
      this.add(item, options)
      return
    }
    this.#delayed.add(item, this.#clock.monotonicMs() + delayMs, options?.priority ?? 0)
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

  #arm(): void {
    const nextMs = this.#delayed.nextMs
    if (nextMs === undefined || (this.#timer !== undefined && this.#timerMs <= nextMs)) return
    this.#timer?.cancel()
    this.#timerMs = nextMs
    this.#timer = this.#clock.setTimer(() => this.#release(), nextMs - this.#clock.monotonicMs())
  }

  #release(): void {
    this.#timer = undefined
    this.#delayed.release(this.#clock.monotonicMs(), (item, priority) => this.add(item, { priority }))
    this.#arm()
  }

  #forgetDelayed(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#delayed.clear()
  }
}
