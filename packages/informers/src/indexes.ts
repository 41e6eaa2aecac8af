import { ObjectBucket } from './object-bucket.ts'

/** Index functions by name: each answers the values under which an object is found. */
export type IndexFunctions<T> = Readonly<Record<string, (object: T) => readonly string[]>>

/** Objects filed under what index functions say of them. */
export class Indexes<T> {
  readonly #byName: ReadonlyMap<string, { readonly fn: (object: T) => readonly string[]; readonly buckets: Map<string, ObjectBucket<T>> }>

  constructor(functions: IndexFunctions<T>) {
    this.#byName = new Map(Object.entries(functions).map(([name, fn]) => [name, { fn, buckets: new Map<string, ObjectBucket<T>>() }]))
  }

  /** Throws for an index that does not exist. */
  find(name: string, value: string): T[] {
    const index = this.#byName.get(name)
    if (index === undefined) throw new Error(`Cannot look up index "${name}": the store has ${[...this.#byName.keys()].join(', ')}`)
    return index.buckets.get(value)?.values() ?? []
  }

  /** Files `after` where `before` was filed; undefined: not there. */
  move(key: string, before: T | undefined, after: T | undefined): void {
    for (const { fn, buckets } of this.#byName.values()) {
      const values = after === undefined ? [] : fn(after)
      for (const value of before === undefined ? [] : fn(before)) {
        if (values.includes(value)) continue
        const bucket = buckets.get(value)
        bucket?.delete(key)
        if (bucket?.size === 0) buckets.delete(value)
      }
      for (const value of values) {
        let bucket = buckets.get(value)
        if (bucket === undefined) buckets.set(value, (bucket = new ObjectBucket()))
        bucket.set(key, after!)
      }
    }
  }
}
