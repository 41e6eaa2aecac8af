import type { Clock } from '@kubetape/determinism'
import type { Output } from './output.ts'

/** Shows at most this often. */
const INTERVAL_MS = 100

/** Tells how far a long command is, on a terminal only and not too often. */
export class Progress {
  readonly #output: Output
  readonly #clock: Clock
  #nextMs: number

  constructor(output: Output, clock: Clock) {
    this.#output = output
    this.#clock = clock
    this.#nextMs = clock.monotonicMs() + INTERVAL_MS
  }

  /** Shows what `text` answers, if it is time to. */
  show(text: () => string): void {
    if (!this.#output.isTerminal || this.#output.progress === undefined || this.#clock.monotonicMs() < this.#nextMs) return
    this.#nextMs = this.#clock.monotonicMs() + INTERVAL_MS
    this.#output.progress(text())
  }

  /** Takes it away, before anything else is printed. */
  clear(): void {
    if (this.#output.isTerminal) this.#output.progress?.('')
  }
}
