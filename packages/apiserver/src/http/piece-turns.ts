import type { Clock, Timer } from '@kubetape/determinism'

/** Whoever takes longer for a piece while others wait is not waited for: a client that does not read keeps nobody from the rest. */
export const LENT_MS = 200
/** Buffers that are kept while nothing is sent. */
const SPARE_MIN = 2

export interface PieceTurnsOptions {
  readonly clock: Clock
  /** Of each buffer. */
  readonly pieceBytes: number
  /** Pieces that are sent at once. */
  readonly piecesMax: number
}

/**
 * Turns at sending a piece, so that what is on its way to all clients together is bounded, however many there are. What a caller may rely on:
 *
 * - Turns come in the order in which they were asked for; at once where one is free.
 * - Each comes with a buffer for whoever wants it, which is used again after it.
 * - A turn that lasts too long while others wait counts no more: from then on its holder is slow, and must do without turns and with less memory.
 */
export class PieceTurns {
  readonly #clock: Clock
  readonly #pieceBytes: number
  readonly #piecesMax: number
  readonly #waiting: ((turn: Turn) => void)[] = []
  /** Oldest first. */
  readonly #lent = new Set<Turn>()
  readonly #spare: Buffer[] = []
  #timer: Timer | undefined
  #serving = false

  constructor({ clock, pieceBytes, piecesMax }: PieceTurnsOptions) {
    this.#clock = clock
    this.#pieceBytes = pieceBytes
    this.#piecesMax = piecesMax
  }

  /** Calls `begin` when it is its turn. Whoever has lost interest meanwhile gives it back there. */
  take(begin: (turn: Turn) => void): void {
    this.#waiting.push(begin)
    this.#serve()
  }

  /** Turns that are given back at once, as of clients that have gone, are counted here and not one call within the other: there may be thousands. */
  #serve(): void {
    if (this.#serving) return
    this.#serving = true
    try {
      while (this.#waiting.length > 0 && this.#lent.size < this.#piecesMax) this.#waiting.shift()!(this.#lend())
    } finally {
      this.#serving = false
    }
    if (this.#waiting.length === 0) {
      this.#timer?.cancel()
      this.#timer = undefined
      return
    }
    // Deferred, so that what has gone by now is seen before it is called late: this process may have been busy.
    this.#timer ??= this.#clock.setTimer(() => this.#clock.defer(() => this.#writeOff()), LENT_MS)
  }

  #lend(): Turn {
    const giveBack = (buffer: Buffer | undefined): void => {
      const counts = this.#lent.delete(turn)
      if (buffer !== undefined && this.#spare.length < this.#piecesMax) this.#spare.push(buffer)
      if (counts) this.#serve()
      if (this.#lent.size === 0) this.#spare.splice(SPARE_MIN)
    }
    const turn = new Turn(this.#clock.monotonicMs(), () => this.#spare.pop() ?? Buffer.allocUnsafeSlow(this.#pieceBytes), giveBack)
    this.#lent.add(turn)
    return turn
  }

  #writeOff(): void {
    this.#timer = undefined
    const late = this.#clock.monotonicMs() - LENT_MS
    for (const turn of this.#lent) {
      if (turn.sinceMs > late) break
      this.#lent.delete(turn)
      turn.isLate = true
    }
    this.#serve()
  }
}

/** The right to send one piece, until it has gone. */
export class Turn {
  readonly sinceMs: number
  /** It lasted too long while others waited, and counts no more. */
  isLate = false
  readonly #makeBuffer: () => Buffer
  readonly #giveBack: (reusable: Buffer | undefined) => void
  #buffer: Buffer | undefined

  constructor(sinceMs: number, makeBuffer: () => Buffer, giveBack: (reusable: Buffer | undefined) => void) {
    this.sinceMs = sinceMs
    this.#makeBuffer = makeBuffer
    this.#giveBack = giveBack
  }

  /** For the piece, where it has no memory of its own. */
  get buffer(): Buffer {
    return (this.#buffer ??= this.#makeBuffer())
  }

  /** The piece has gone: the buffer is another's. */
  done(): void {
    this.#giveBack(this.#buffer)
  }

  /** Nobody knows what still reads the buffer: its memory is let go of. */
  drop(): void {
    this.#giveBack(undefined)
  }
}
