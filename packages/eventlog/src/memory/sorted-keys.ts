import { compareKeys } from '../key-order.ts'

/** A chunk is split above this size; it bounds what one insertion moves. */
const CHUNK_MAX = 512

/** A set of keys in byte order, in chunks so that an insertion moves few of them. */
export class SortedKeys {
  #chunks: string[][] = []

  /** Adds a key that is not in the set. */
  add(key: string): void {
    if (this.#chunks.length === 0) {
      this.#chunks.push([key])
      return
    }
    const at = Math.min(this.#chunkOf(key), this.#chunks.length - 1)
    const chunk = this.#chunks[at]!
    chunk.splice(firstNotBelow(chunk, key), 0, key)
    if (chunk.length > CHUNK_MAX) this.#chunks.splice(at + 1, 0, chunk.splice(CHUNK_MAX >> 1))
  }

  /** Removes a key that is in the set. */
  remove(key: string): void {
    const at = this.#chunkOf(key)
    const chunk = this.#chunks[at]!
    chunk.splice(firstNotBelow(chunk, key), 1)
    if (chunk.length === 0) this.#chunks.splice(at, 1)
  }

  /** All keys from `key` on, in order. */
  *from(key: string): Generator<string> {
    let index = -1
    for (let at = this.#chunkOf(key); at < this.#chunks.length; at++) {
      const chunk = this.#chunks[at]!
      index = index < 0 ? firstNotBelow(chunk, key) : 0
      for (; index < chunk.length; index++) yield chunk[index]!
    }
  }

  /** The first chunk whose last key is not below `key`. */
  #chunkOf(key: string): number {
    let low = 0
    let high = this.#chunks.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (compareKeys(this.#chunks[middle]!.at(-1)!, key) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}

function firstNotBelow(sorted: readonly string[], key: string): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (compareKeys(sorted[middle]!, key) < 0) low = middle + 1
    else high = middle
  }
  return low
}
