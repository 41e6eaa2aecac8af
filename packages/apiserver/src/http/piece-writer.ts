import type { ServerResponse } from 'node:http'
import type { Clock, Timer } from '@kubetape/determinism'

/** A client that takes nothing for this long is cut (upstream cuts any answer that is not complete after its `--request-timeout`). */
const STALLED_MS = 60_000

/** Hands the pieces of one answer to its client, one after the other, and cuts a client that takes nothing. */
export class PieceWriter {
  readonly #response: ServerResponse
  readonly #clock: Clock
  readonly #onClose: () => void
  #timer: Timer
  /** Since when a piece has been on its way, in monotonic time. */
  #sinceMs = Infinity
  #finish: (hasGone: boolean) => void = () => {}

  constructor(response: ServerResponse, clock: Clock) {
    this.#response = response
    this.#clock = clock
    // One for all pieces: a slow client has thousands.
    this.#onClose = () => this.#finish(false)
    response.on('close', this.#onClose)
    this.#timer = clock.setTimer(() => this.#check(), STALLED_MS)
  }

  /** Resolves when the piece has gone, with true, or the client has: nobody knows then what is still read of the piece. */
  write(piece: Uint8Array): Promise<boolean> {
    return new Promise((resolve) => {
      this.#sinceMs = this.#clock.monotonicMs()
      this.#finish = (hasGone) => {
        this.#sinceMs = Infinity
        resolve(hasGone)
      }
      this.#response.write(piece, (error) => this.#finish(error === null || error === undefined))
    })
  }

  /** There are no more pieces. */
  end(): void {
    this.#timer.cancel()
    this.#response.off('close', this.#onClose)
  }

  #check(): void {
    const waitedMs = Math.max(0, this.#clock.monotonicMs() - this.#sinceMs)
    if (waitedMs < STALLED_MS) {
      this.#timer = this.#clock.setTimer(() => this.#check(), STALLED_MS - waitedMs)
      return
    }
    this.#response.destroy()
    this.#finish(false)
  }
}
