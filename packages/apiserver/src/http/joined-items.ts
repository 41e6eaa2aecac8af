import type { StoredObject } from '@kubetape/storage'
import { PIECE_BYTES } from './write-answer.ts'

const COMMA = 44
const OPEN = 123
const END = Buffer.from(']}')

/** The JSON of a list around the bytes of its items, which are copied only while they are sent. */
export class JoinedItems {
  /** In bytes. */
  readonly length: number
  readonly #head: Buffer
  readonly #items: readonly StoredObject[]
  readonly #skip: number

  /** What follows the first `skip` bytes of each item goes into braces, with commas between. */
  constructor(head: Buffer, items: readonly StoredObject[], skip: number) {
    this.#head = head
    this.#items = items
    this.#skip = skip
    let length = head.length + END.length + Math.max(0, items.length - 1)
    for (const { bytes } of items) length += bytes.length - skip + 1
    this.length = length
  }

  /** All of it in one piece. */
  whole(): Buffer {
    return Buffer.concat([...this.pieces()], this.length)
  }

  /** Memory of the size of a piece is used again and again, that of a whole list is fetched from the system each time. */
  *pieces(): Generator<Buffer> {
    let piece = this.#piece(this.length)
    let at = this.#head.copy(piece)
    let left = this.length
    for (const [index, { bytes }] of this.#items.entries()) {
      const size = bytes.length - this.#skip
      // Two for the comma and the brace, and room for the end.
      if (at > 0 && at + size + 2 + END.length > piece.length) {
        yield piece.subarray(0, at)
        left -= at
        piece = this.#piece(left, size + 2 + END.length)
        at = 0
      }
      if (index > 0) piece[at++] = COMMA
      piece[at++] = OPEN
      at += copyFrom(bytes, this.#skip, piece, at)
    }
    at += END.copy(piece, at)
    yield piece.subarray(0, at)
  }

  #piece(left: number, least = this.#head.length + END.length): Buffer {
    return Buffer.allocUnsafe(Math.max(least, Math.min(left, PIECE_BYTES)))
  }
}

function copyFrom(bytes: Uint8Array, skip: number, target: Buffer, at: number): number {
  if (Buffer.isBuffer(bytes)) return bytes.copy(target, at, skip)
  target.set(bytes.subarray(skip), at)
  return bytes.length - skip
}
