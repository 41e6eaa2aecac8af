import { deepEqual, isJsonObject, type JsonObject } from '@kubetape/apimachinery'
import type { Structural } from './structural.ts'

/**
 * A new value beside the old one that it can be told to come from (KEP-4008, CRD validation ratcheting): properties by name, items of map lists by their
 * keys. Comparisons are kept.
 */
export class Correlation {
  readonly value: unknown
  readonly old: unknown
  readonly #schema: Structural
  readonly #children = new Map<string | number, Correlation | undefined>()
  #same: boolean | undefined
  #oldItems: MapList | undefined

  constructor(value: unknown, old: unknown, schema: Structural) {
    this.value = value
    this.old = old
    this.#schema = schema
  }

  /** Whether the value is what it was. */
  get unchanged(): boolean {
    return (this.#same ??= deepEqual(this.value, this.old))
  }

  /** The property `name`; undefined where either has none. */
  key(name: string): Correlation | undefined {
    if (this.#children.has(name)) return this.#children.get(name)
    const child = this.#makeKey(name)
    this.#children.set(name, child)
    return child
  }

  #makeKey(name: string): Correlation | undefined {
    const { value, old } = this
    if (!isJsonObject(value) || !isJsonObject(old) || !Object.hasOwn(value, name) || !Object.hasOwn(old, name)) return undefined
    const schema = this.#schema.properties.get(name) ?? this.#schema.additional?.schema
    return schema === undefined ? undefined : new Correlation(value[name], old[name], schema)
  }

  /** Item `at`; undefined where no old one can be told. */
  index(at: number): Correlation | undefined {
    if (this.#children.has(at)) return this.#children.get(at)
    const child = this.#makeIndex(at)
    this.#children.set(at, child)
    return child
  }

  #makeIndex(at: number): Correlation | undefined {
    const { value, old } = this
    const { items } = this.#schema
    if (items === undefined || !Array.isArray(value) || !Array.isArray(old)) return undefined
    // Items of other lists cannot be told from each other.
    if (this.#schema.listType !== 'map') return undefined
    const before = (this.#oldItems ??= new MapList(this.#schema.listMapKeys, old)).get(value[at])
    return before === undefined ? undefined : new Correlation(value[at], before, items)
  }
}

/** A map list whose items are found by their keys. */
export class MapList {
  readonly #keys: readonly string[]
  readonly #items = new Map<string, JsonObject>()

  constructor(keys: readonly string[], items: readonly unknown[]) {
    this.#keys = keys
    for (const item of items) {
      const name = this.#nameOf(item)
      // Of items with the same keys the first one counts.
      if (name !== undefined && !this.#items.has(name)) this.#items.set(name, item as JsonObject)
    }
  }

  /** The item with the keys of `item`. */
  get(item: unknown): JsonObject | undefined {
    const name = this.#nameOf(item)
    return name === undefined ? undefined : this.#items.get(name)
  }

  #nameOf(item: unknown): string | undefined {
    if (!isJsonObject(item)) return undefined
    return JSON.stringify(this.#keys.map((key) => (Object.hasOwn(item, key) ? [typeof item[key], String(item[key])] : null)))
  }
}
