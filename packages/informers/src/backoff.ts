import { type Clock, type Random, randomFloat } from '@kubetape/determinism'

/** Waits after failures: from 800 ms doubling to 30 s, each stretched by up to its own length (client-go's reflector). */
export class Backoff {
  readonly #clock: Clock
  readonly #random: Random
  #nextMs = FIRST_MS
  #lastFailureMs = Number.NEGATIVE_INFINITY

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    this.#random = random
  }

  /** How long to wait before the next try. After two minutes without a failure it starts over. */
  next(): number {
    const now = this.#clock.monotonicMs()
    if (now - this.#lastFailureMs > RESET_MS) this.#nextMs = FIRST_MS
    this.#lastFailureMs = now
    const base = this.#nextMs
    this.#nextMs = Math.min(LONGEST_MS, base * 2)
    return base * (1 + randomFloat(this.#random))
  }
}

const FIRST_MS = 800
const LONGEST_MS = 30_000
const RESET_MS = 120_000
