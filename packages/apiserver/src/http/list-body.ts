/** The body of an answer that is made while it is sent. */
export interface Body {
  /** In bytes; undefined where that is known only once all of it is made. */
  readonly length: number | undefined
  /** Puts what comes next into the buffer, as much as fits but for a few bytes; answers how much that is, 0 at the end. */
  fill(buffer: Uint8Array): number
}

/** No separator is longer; buffers to fill are larger. */
const SEPARATOR_BYTES_MAX = 8

const COMMA = 44
const OPEN = 123
/** Of every list message, items are field 2: a tag and a length before the bytes (protobuf encoding, "Message Structure"). */
const ITEM_TAG = (2 << 3) | 2

/** What stands before an item. */
export interface Separator {
  size(index: number, itemBytes: number): number
  /** Answers where it ends. */
  write(target: Uint8Array, at: number, index: number, itemBytes: number): number
}

/** Between items of JSON. */
export const COMMAS: Separator = {
  size: (index) => (index > 0 ? 1 : 0),
  write(target, at, index) {
    if (index > 0) target[at++] = COMMA
    return at
  },
}

/** Between items of JSON whose first brace has been cut off. */
export const COMMAS_AND_BRACES: Separator = {
  size: (index) => (index > 0 ? 2 : 1),
  write(target, at, index) {
    if (index > 0) target[at++] = COMMA
    target[at++] = OPEN
    return at
  },
}

/** Before the messages of a list. */
export const TAGS_AND_LENGTHS: Separator = {
  size(_index, itemBytes) {
    let size = 2
    for (let rest = itemBytes >>> 7; rest > 0; rest >>>= 7) size++
    return size
  },
  write(target, at, _index, itemBytes) {
    target[at++] = ITEM_TAG
    let rest = itemBytes
    for (; rest > 127; rest >>>= 7) target[at++] = (rest & 127) | 128
    target[at++] = rest
    return at
  },
}

export interface ListBodyOptions {
  readonly head: Uint8Array
  readonly count: number
  /** Is asked for each item once, in order, when it is its turn. */
  readonly item: (index: number) => Uint8Array
  /** So many first bytes of each item are left out. Default: 0. */
  readonly skip?: number
  readonly separator: Separator
  readonly tail: Uint8Array
  /** See `Body`. */
  readonly length: number | undefined
}

/** A list around its items, whose bytes are shared with everybody who sends them and are copied only into what is sent next. */
export class ListBody implements Body {
  readonly length: number | undefined
  readonly #options: ListBodyOptions
  readonly #skip: number
  #next = 0
  /** What is being copied, from this byte on. */
  #part: Uint8Array
  #offset = 0

  constructor(options: ListBodyOptions) {
    this.#options = options
    this.#skip = options.skip ?? 0
    this.#part = options.head
    this.length = options.length
  }

  fill(buffer: Uint8Array): number {
    const { count, item, separator, tail } = this.#options
    for (let at = 0; ;) {
      const copied = copy(this.#part, this.#offset, buffer, at)
      at += copied
      this.#offset += copied
      if (this.#offset < this.#part.length || this.#next > count) return at
      if (this.#next === count) this.#open(tail, 0)
      else {
        if (buffer.length - at < SEPARATOR_BYTES_MAX) return at
        const bytes = item(this.#next)
        at = separator.write(buffer, at, this.#next, bytes.length - this.#skip)
        this.#open(bytes, this.#skip)
      }
    }
  }

  #open(part: Uint8Array, offset: number): void {
    this.#part = part
    this.#offset = offset
    this.#next++
  }
}

/** The bytes that such a list has around items of these sizes. */
export function listLength(
  { head, tail, separator }: Pick<ListBodyOptions, 'head' | 'tail' | 'separator'>,
  sizes: readonly number[],
): number {
  let length = head.length + tail.length
  for (let index = 0; index < sizes.length; index++) length += sizes[index]! + separator.size(index, sizes[index]!)
  return length
}

/** All of a body of known length in one piece, of memory of its own. */
export function wholeBody(body: Body): Buffer {
  const buffer = Buffer.allocUnsafe(body.length! + SEPARATOR_BYTES_MAX)
  return buffer.subarray(0, body.fill(buffer))
}

/** A body of bytes that are there. */
export function bodyOf(bytes: Uint8Array): Body {
  let at = 0
  return {
    length: bytes.length,
    fill(buffer) {
      const size = copy(bytes, at, buffer, 0)
      at += size
      return size
    },
  }
}

/** As much as there is and fits; answers how much that was. */
function copy(bytes: Uint8Array, from: number, target: Uint8Array, at: number): number {
  if (Buffer.isBuffer(bytes)) return bytes.copy(target, at, from)
  const part = bytes.subarray(from, from + target.length - at)
  target.set(part, at)
  return part.length
}
