import { ObjectBucket } from './object-bucket.ts'

/** Index functions by name: each answers the values under which an object is found. */
export type IndexFunctions<T> = Readonly<Record<string, (object: T) => readonly string[]>>

/** Objects filed under what index functions say of them. */
export class Indexes<T> {
  readonly #byName = new Map<string, { readonly fn: (object: T) => readonly string[]; readonly buckets: Map<string, ObjectBucket<T>> }>()

  constructor(functions: IndexFunctions<T>) {
    this.add(functions, [])
  }

  /** Files these objects, and all that come, under more indexes; one that is there already stays as it is. */
  add(functions: IndexFunctions<T>, objects: Iterable<readonly [string, T]>): void {
    const added = Object.entries(functions).filter(([name]) => !this.#byName.has(name))
    for (const [name, fn] of added) this.#byName.set(name, { fn, buckets: new Map() })
    for (const [key, object] of objects) for (const [name, fn] of added) file(this.#byName.get(name)!.buckets, key, object, fn(object))
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
      if (after !== undefined) file(buckets, key, after, values)
    }
  }
}

function file<T>(buckets: Map<string, ObjectBucket<T>>, key: string, object: T, values: readonly string[]): void {
  for (const value of values) {
    let bucket = buckets.get(value)
    if (bucket === undefined) buckets.set(value, (bucket = new ObjectBucket()))
    bucket.set(key, object)
  }
}
