/** Up to so many offsets are kept as bits, 2 MiB of them; of more, only those that are taken. */
const DENSE_MAX = 2 ** 24

/** Which offsets of a range are taken; finds a free one in the same time, however many are. */
export interface OffsetSet {
  readonly size: number
  has(offset: number): boolean
  add(offset: number): void
  delete(offset: number): void
  /** The lowest free offset at or above `from` and below `end`; undefined when all of them are taken. */
  freeFrom(from: number, end: number): number | undefined
}

/** A set of offsets from 0 up to `limit`, exclusive, at most 2^53 - 1. */
export function offsetSet(limit: number): OffsetSet {
  return limit <= DENSE_MAX ? new DenseOffsets(limit) : new SparseOffsets()
}

/** A bit for each offset and, above, a bit for each word of 32 that has no free one, level upon level. */
class DenseOffsets implements OffsetSet {
  readonly #levels: Uint32Array[] = []
  #size = 0

  constructor(limit: number) {
    for (let bits = Math.max(limit, 1); ; bits = Math.ceil(bits / 32)) {
      this.#levels.push(new Uint32Array(Math.ceil(bits / 32)))
      if (bits <= 32) break
    }
  }

  get size(): number {
    return this.#size
  }

  has(offset: number): boolean {
    return (this.#levels[0]![offset >>> 5]! & (1 << (offset & 31))) !== 0
  }

  add(offset: number): void {
    if (this.has(offset)) return
    this.#size++
    let at = offset
    for (const level of this.#levels) {
      const word = (level[at >>> 5]! |= 1 << (at & 31))
      // What is stored is unsigned, the expression is not.
      if (word !== -1) return
      at >>>= 5
    }
  }

  delete(offset: number): void {
    if (!this.has(offset)) return
    this.#size--
    let at = offset
    for (const level of this.#levels) {
      const wasFull = level[at >>> 5] === 0xffffffff
      level[at >>> 5]! &= ~(1 << (at & 31))
      if (!wasFull) return
      at >>>= 5
    }
  }

  freeFrom(from: number, end: number): number | undefined {
    if (from >= end) return undefined
    const found = this.#freeAt(0, from)
    return found === undefined || found >= end ? undefined : found
  }

  /** The lowest zero bit of a level at or above `from`, if need be with the help of the level above. */
  #freeAt(level: number, from: number): number | undefined {
    const words = this.#levels[level]
    const word = from >>> 5
    if (words === undefined || word >= words.length) return undefined
    const free = ~words[word]! & (-1 << (from & 31))
    if (free !== 0) return word * 32 + lowestBit(free)
    const next = this.#freeAt(level + 1, word + 1)
    return next === undefined || next >= words.length ? undefined : next * 32 + lowestBit(~words[next]!)
  }
}

const lowestBit = (word: number): number => 31 - Math.clz32(word & -word)

/** Of a range that is far larger than anything that can be taken of it: the next free one is near. */
class SparseOffsets implements OffsetSet {
  readonly #taken = new Set<number>()

  get size(): number {
    return this.#taken.size
  }

  has(offset: number): boolean {
    return this.#taken.has(offset)
  }

  add(offset: number): void {
    this.#taken.add(offset)
  }

  delete(offset: number): void {
    this.#taken.delete(offset)
  }

  freeFrom(from: number, end: number): number | undefined {
    for (let offset = from; offset < end; offset++) if (!this.#taken.has(offset)) return offset
    return undefined
  }
}
