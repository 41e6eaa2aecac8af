import { lowerBound } from '@kubetape/apimachinery'
import type { StoredObject } from './stored-object.ts'

/** A chunk is split above this size; it bounds what one insertion moves. */
const CHUNK_MAX = 512

/** An object under its key: scans go from one to the next without asking for keys, and a newer version takes the place of the older one. */
interface Entry {
  readonly key: string
  object: StoredObject
}

/** The live objects of one resource in key order: lookups in O(1), changes in O(log n), ranges in O(log n + answer). */
export class SortedObjects {
  #byKey = new Map<string, Entry>()
  /** Sorted by key, in chunks none of which is empty. */
  #chunks: Entry[][] = []

  get size(): number {
    return this.#byKey.size
  }

  get(key: string): StoredObject | undefined {
    return this.#byKey.get(key)?.object
  }

  set(key: string, object: StoredObject): void {
    const known = this.#byKey.get(key)
    if (known !== undefined) {
      known.object = object
      return
    }
    const entry = { key, object }
    this.#insert(entry)
    this.#byKey.set(key, entry)
  }

  delete(key: string): void {
    if (!this.#byKey.delete(key)) return
    const at = this.#chunkOf(key)
    const chunk = this.#chunks[at]!
    chunk.splice(lowerBound(chunk, key, keyOf), 1)
    if (chunk.length === 0) this.#chunks.splice(at, 1)
  }

  /** All objects in order of their keys. */
  *values(): Generator<StoredObject> {
    for (const chunk of this.#chunks) for (const { object } of chunk) yield object
  }

  /** Objects whose key starts with `prefix` and comes after `after`, in order, as long as `take` answers true. */
  scan(prefix: string, after: string, take: (object: StoredObject) => boolean): void {
    const from = after >= prefix ? after : prefix
    for (let at = this.#chunkOf(from), first = true; at < this.#chunks.length; at++, first = false) {
      const chunk = this.#chunks[at]!
      // Keys are sorted: where the last one has the prefix, all from here on have it.
      const isWithin = prefix === '' || chunk.at(-1)!.key.startsWith(prefix)
      for (let index = first ? lowerBound(chunk, from, keyOf) : 0; index < chunk.length; index++) {
        const { key, object } = chunk[index]!
        if (first && key === after) continue
        if ((!isWithin && !key.startsWith(prefix)) || !take(object)) return
      }
    }
  }

  /** How many keys start with `prefix` and come after `after`. */
  countAfter(prefix: string, after: string): number {
    const from = after >= prefix ? after : prefix
    const start = this.#rank(from) + (after !== '' && from === after && this.#byKey.has(after) ? 1 : 0)
    const end = prefix === '' ? this.size : this.#rank(prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1))
    return Math.max(0, end - start)
  }

  /** How many keys are below `key`. */
  #rank(key: string): number {
    const at = this.#chunkOf(key)
    let rank = 0
    for (let before = 0; before < at; before++) rank += this.#chunks[before]!.length
    return at < this.#chunks.length ? rank + lowerBound(this.#chunks[at]!, key, keyOf) : rank
  }

  #insert(entry: Entry): void {
    if (this.#chunks.length === 0) {
      this.#chunks.push([entry])
      return
    }
    const at = Math.min(this.#chunkOf(entry.key), this.#chunks.length - 1)
    const chunk = this.#chunks[at]!
    chunk.splice(lowerBound(chunk, entry.key, keyOf), 0, entry)
    if (chunk.length > CHUNK_MAX) this.#chunks.splice(at + 1, 0, chunk.splice(CHUNK_MAX >> 1))
  }

  /** The first chunk whose last key is not below `key`; behind the last one when there is none. */
  #chunkOf(key: string): number {
    let low = 0
    let high = this.#chunks.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#chunks[middle]!.at(-1)!.key < key) low = middle + 1
      else high = middle
    }
    return low
  }
}

const keyOf = ({ key }: Entry): string => key
