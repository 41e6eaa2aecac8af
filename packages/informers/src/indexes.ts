import { ObjectBucket } from './object-bucket.ts'
import { SortedValues } from './sorted-values.ts'

/** Index functions by name: each answers the values under which an object is found. */
export type IndexFunctions<T> = Readonly<Record<string, (object: T) => readonly string[]>>

/** A stretch of an index's values, in the order of UTF-16 units: from `from` to before `below`. */
export interface ValueRange {
  readonly from: string
  readonly below: string
}

interface Index<T> {
  readonly fn: (object: T) => readonly string[]
  readonly buckets: Map<string, ObjectBucket<T>>
  /** The values in order, kept from when somebody first asks for it. */
  order: SortedValues | undefined
}

/** Objects filed under what index functions say of them. */
export class Indexes<T> {
  readonly #byName = new Map<string, Index<T>>()

  constructor(functions: IndexFunctions<T>) {
    this.add(functions, [])
  }

  /** Files these objects, and all that come, under more indexes; one that is there already stays as it is. */
  add(functions: IndexFunctions<T>, objects: Iterable<readonly [string, T]>): void {
    const added = Object.entries(functions).filter(([name]) => !this.#byName.has(name))
    for (const [name, fn] of added) this.#byName.set(name, { fn, buckets: new Map(), order: undefined })
    for (const [key, object] of objects) for (const [name, fn] of added) file(this.#byName.get(name)!, key, object, fn(object))
  }

  /** Throws for an index that does not exist. */
  find(name: string, value: string): T[] {
    return this.#index(name).buckets.get(value)?.values() ?? []
  }

  /** The first object in order of its value that passes. Costs O(log n) and what does not pass. Throws for an index that does not exist. */
  first(name: string, { from, below }: ValueRange, passes: (object: T) => boolean): T | undefined {
    const index = this.#index(name)
    index.order ??= new SortedValues(index.buckets.keys())
    for (const value of index.order.from(from)) {
      if (value >= below) return undefined
      const found = index.buckets.get(value)!.values().find(passes)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** Files `after` where `before` was filed; undefined: not there. */
  move(key: string, before: T | undefined, after: T | undefined): void {
    for (const index of this.#byName.values()) {
      const { fn, buckets, order } = index
      const values = after === undefined ? [] : fn(after)
      for (const value of before === undefined ? [] : fn(before)) {
        if (values.includes(value)) continue
        const bucket = buckets.get(value)
        bucket?.delete(key)
        if (bucket?.size !== 0) continue
        buckets.delete(value)
        order?.delete(value)
      }
      if (after !== undefined) file(index, key, after, values)
    }
  }

  #index(name: string): Index<T> {
    const index = this.#byName.get(name)
    if (index === undefined) throw new Error(`Cannot look up index "${name}": the store has ${[...this.#byName.keys()].join(', ')}`)
    return index
  }
}

function file<T>({ buckets, order }: Index<T>, key: string, object: T, values: readonly string[]): void {
  for (const value of values) {
    let bucket = buckets.get(value)
    if (bucket === undefined) {
      buckets.set(value, (bucket = new ObjectBucket()))
      order?.add(value)
    }
    bucket.set(key, object)
  }
}
