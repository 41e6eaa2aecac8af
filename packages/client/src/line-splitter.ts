const NEWLINE = 0x0a
const NOTHING = Buffer.alloc(0)

/**
 * Cuts a stream of bytes into lines. Bytes of an unfinished line wait as the chunks that they came in and are joined once, when its end
 * arrives, so a line costs its own length however it was cut; text is decoded by whole lines only, so characters are never torn.
 */
export class LineSplitter {
  readonly #bytesMax: number
  #waiting: Buffer[] = []
  #waitingBytes = 0

  /** `bytesMax`: a longer line throws. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** The lines that this chunk finishes, without their newlines, blank ones left out. */
  *push(chunk: Buffer): Generator<string> {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const line = this.#take(chunk.subarray(start, end))
      start = end + 1
      if (line !== '') yield line
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start))
  }

  /** The last line, when the stream ends without a newline; undefined when nothing but blanks is left. */
  rest(): string | undefined {
    const line = this.#take(NOTHING)
    return line === '' ? undefined : line
  }

  #take(end: Buffer): string {
    if (this.#waiting.length === 0) return end.toString('utf8').trim()
    this.#keep(end)
    const line = Buffer.concat(this.#waiting, this.#waitingBytes).toString('utf8').trim()
    this.#waiting = []
    this.#waitingBytes = 0
    return line
  }

  #keep(part: Buffer): void {
    this.#waitingBytes += part.length
    if (this.#waitingBytes > this.#bytesMax) throw new RangeError(`Cannot read a line of more than ${this.#bytesMax} bytes`)
    this.#waiting.push(part)
  }
}
