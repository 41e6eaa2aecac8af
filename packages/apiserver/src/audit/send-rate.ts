import type { Clock } from '@kubetape/determinism'

/** A token bucket: so many a second, and `burst` at once after a pause. */
export class SendRate {
  readonly #clock: Clock
  readonly #perMs: number
  readonly #burst: number
  #tokens: number
  #atMs: number

  constructor(clock: Clock, { perSecond, burst }: { readonly perSecond: number; readonly burst: number }) {
    this.#clock = clock
    this.#perMs = perSecond / 1000
    this.#burst = burst
    this.#tokens = burst
    this.#atMs = clock.monotonicMs()
  }

  /** How long to wait until one may be taken, in whole milliseconds. */
  waitMs(): number {
    this.#refill()
    return this.#tokens >= 1 ? 0 : Math.ceil((1 - this.#tokens) / this.#perMs)
  }

  /** Takes one, whether it may be or not. */
  take(): void {
    this.#refill()
    this.#tokens -= 1
  }

  #refill(): void {
    const now = this.#clock.monotonicMs()
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#atMs) * this.#perMs)
    this.#atMs = now
  }
}
