import { behindSpace } from './json-extent.ts'

const NEWLINE = 0x0a
const NOTHING = Buffer.alloc(0)

/**
 * Cuts a stream of bytes into lines. Bytes of an unfinished line wait as the chunks that they came in and are joined once, when its end
 * arrives, so a line costs its own length however it was cut, and no character is torn.
 */
export class LineSplitter {
  readonly #bytesMax: number
  #waiting: Buffer[] = []
  #waitingBytes = 0

  /** `bytesMax`: a longer line throws. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** The lines that this chunk finishes, without their newlines, blank ones left out. They may be parts of the chunk. */
  *push(chunk: Buffer): Generator<Buffer> {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const line = this.#take(chunk.subarray(start, end))
      start = end + 1
      if (!isBlank(line)) yield line
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start))
  }

  /** The last line, when the stream ends without a newline; undefined when nothing but blanks is left. */
  rest(): Buffer | undefined {
    const line = this.#take(NOTHING)
    return isBlank(line) ? undefined : line
  }

  #take(end: Buffer): Buffer {
    if (this.#waiting.length === 0) return end
    this.#keep(end)
    const line = Buffer.concat(this.#waiting, this.#waitingBytes)
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

const isBlank = (line: Buffer): boolean => behindSpace(line, 0, line.length) === line.length
