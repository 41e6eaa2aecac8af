import { lowerBound } from '@kubetape/apimachinery'

/** Above this size an order is made anew when it is next asked for, instead of being kept through every change. */
const KEPT_ORDER_MAX = 4096

/**
 * Objects by key, read in order of their keys whatever the order of the changes was: what a controller sees must be the same when its run
 * is replayed. The order is made when it is first asked for.
 */
export class ObjectBucket<T> {
  readonly #objects = new Map<string, T>()
  #order: string[] | undefined

  get size(): number {
    return this.#objects.size
  }

  get(key: string): T | undefined {
    return this.#objects.get(key)
  }

  set(key: string, object: T): void {
    if (this.#order !== undefined && !this.#objects.has(key)) this.#place(key, this.#order)
    this.#objects.set(key, object)
  }

  delete(key: string): void {
    if (!this.#objects.delete(key) || this.#order === undefined) return
    if (this.#order.length > KEPT_ORDER_MAX) this.#order = undefined
    else this.#order.splice(lowerBound(this.#order, key), 1)
  }

  /** In no particular order. */
  keys(): IterableIterator<string> {
    return this.#objects.keys()
  }

  /** In no particular order. */
  entries(): IterableIterator<[string, T]> {
    return this.#objects.entries()
  }

  /** In order of keys. */
  values(): T[] {
    this.#order ??= [...this.#objects.keys()].sort()
    return this.#order.map((key) => this.#objects.get(key)!)
  }

  #place(key: string, order: string[]): void {
    const last = order.at(-1)
    if (last === undefined || last < key) order.push(key)
    else if (order.length > KEPT_ORDER_MAX) this.#order = undefined
    else order.splice(lowerBound(order, key), 0, key)
  }
}
