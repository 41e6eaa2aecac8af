import type { Clock, Timer } from '@kubetape/determinism'

/** A moment of this process: its monotonic clock, and how much time it knows to have passed beside it. */
export interface Moment {
  readonly monotonicMs: number
  readonly hiddenMs: number
}

/** How often the clocks are compared while this process leads. */
const LOOK_EVERY_MS = 1000
/** Clocks may wobble or be slewed by this much before it counts. */
const WOBBLE_MS = 250

/**
 * How long this process may act: until `limitMs` after the last successful renewal was sent. The monotonic clock decides when it is over for good.
 *
 * A machine that sleeps stops its monotonic clock. So wherever the wall clock was found to have gone further than the monotonic one, that much
 * time may have passed unseen, and nothing is done until a later renewal. Setting the wall clock back does not undo it; only a clock set back and
 * a sleep within the same second could hide from this.
 */
export class Leadership {
  readonly #clock: Clock
  readonly #limitMs: number
  readonly #onExpired: () => void
  readonly #over = new AbortController()
  #renewed: Moment | undefined
  #timer: Timer | undefined
  /** Wall time minus monotonic time when they were last compared. */
  #offsetMs: number
  #hiddenMs = 0

  constructor(clock: Clock, limitMs: number, onExpired: () => void) {
    this.#clock = clock
    this.#limitMs = limitMs
    this.#onExpired = onExpired
    this.#offsetMs = clock.wallMs() - clock.monotonicMs()
  }

  /** Now: taken before a renewal is sent, and given to `extend` when it was answered. */
  moment(): Moment {
    this.#compareClocks()
    return { monotonicMs: this.#clock.monotonicMs(), hiddenMs: this.#hiddenMs }
  }

  /** Whether this process may act now. */
  get holds(): boolean {
    if (this.#renewed === undefined || this.isOver) return false
    this.#compareClocks()
    return this.#leftMs(this.#renewed) > 0
  }

  get isOver(): boolean {
    return this.#over.signal.aborted
  }

  /** Aborts when it is over for good. */
  get signal(): AbortSignal {
    return this.#over.signal
  }

  /** Notes a renewal; false if its answer came too late to be of use. */
  extend(sent: Moment): boolean {
    this.#compareClocks()
    if (this.isOver || this.#leftMs(sent) <= 0) return false
    this.#renewed = sent
    this.#arm(sent)
    return true
  }

  /** Ends it for good. */
  end(): void {
    this.#timer?.cancel()
    this.#over.abort()
  }

  #compareClocks(): void {
    const offsetMs = this.#clock.wallMs() - this.#clock.monotonicMs()
    const moved = offsetMs - this.#offsetMs
    if (Math.abs(moved) <= WOBBLE_MS) return
    this.#offsetMs = offsetMs
    if (moved > 0) this.#hiddenMs += moved
  }

  #leftMs({ monotonicMs, hiddenMs }: Moment): number {
    return this.#monotonicLeftMs(monotonicMs) - (this.#hiddenMs - hiddenMs)
  }

  #monotonicLeftMs(sinceMs: number): number {
    return this.#limitMs - (this.#clock.monotonicMs() - sinceMs)
  }

  #arm(renewed: Moment): void {
    this.#timer?.cancel()
    const leftMs = this.#monotonicLeftMs(renewed.monotonicMs)
    if (leftMs <= 0) {
      this.#onExpired()
      return
    }
    this.#timer = this.#clock.setTimer(
      () => {
        this.#compareClocks()
        this.#arm(renewed)
      },
      // A timer may fire a little early: then once more.
      Math.max(1, Math.min(LOOK_EVERY_MS, leftMs)),
    )
  }
}
