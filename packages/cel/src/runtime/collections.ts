import { type CelType, DYN } from '../cel-type.ts'
import { escapeName } from '../types/escape-name.ts'
import { adapt } from './adapt.ts'
import { CelEvaluationError } from '../cel-program.ts'

type ListType = CelType & { kind: 'list' }

/** A list: of a JSON array, of values, or two after each other. Elements of JSON become values when they are read. */
export class CelList {
  readonly size: number
  readonly type: ListType | undefined
  readonly #items: readonly unknown[] | undefined
  readonly #pair: readonly [CelList, CelList] | undefined
  readonly #json: boolean

  private constructor(
    size: number,
    items: readonly unknown[] | undefined,
    json: boolean,
    type?: ListType,
    pair?: readonly [CelList, CelList],
  ) {
    this.size = size
    this.#items = items
    this.#json = json
    this.type = type
    this.#pair = pair
  }

  static of(values: readonly unknown[]): CelList {
    return new CelList(values.length, values, false)
  }

  static json(items: readonly unknown[], type: ListType | undefined): CelList {
    return new CelList(items.length, items, true, type)
  }

  /** Copies nothing: doubling a list again and again costs no memory. */
  static concat(left: CelList, right: CelList): CelList {
    if (left.size === 0) return right
    if (right.size === 0) return left
    return new CelList(left.size + right.size, undefined, false, undefined, [left, right])
  }

  at(index: number): unknown {
    if (this.#items !== undefined) return this.#json ? adapt(this.#items[index], this.type?.items ?? DYN) : this.#items[index]
    return descend(this, index)
  }

  /** The halves of a list of two. */
  get pair(): readonly [CelList, CelList] | undefined {
    return this.#pair
  }

  *[Symbol.iterator](): Iterator<unknown> {
    const waiting: CelList[] = [this]
    for (let list = waiting.pop(); list !== undefined; list = waiting.pop()) {
      if (list.#pair !== undefined) waiting.push(list.#pair[1], list.#pair[0])
      else for (let index = 0; index < list.size; index++) yield list.at(index)
    }
  }
}

/** Goes down to the half that holds the element. */
function descend(from: CelList, index: number): unknown {
  let [list, offset] = [from, index]
  for (let { pair } = list; pair !== undefined; { pair } = list) {
    const [left, right] = pair
    ;[list, offset] = offset < left.size ? [left, offset] : [right, offset - left.size]
  }
  return list.at(offset)
}

/** A map or an object. */
export abstract class CelMap {
  abstract readonly size: number
  /** Undefined where there is no such key. */
  abstract get(key: unknown): unknown
  abstract has(key: unknown): boolean
  abstract keys(): Iterable<unknown>

  /** What is not there is an error. */
  need(key: unknown): unknown {
    const value = this.get(key)
    if (value === undefined) throw new CelEvaluationError(`no such key: ${keyText(key)}`)
    return value
  }
}

/** A JSON object, seen as its type says. */
export class JsonMap extends CelMap {
  readonly #record: Readonly<Record<string, unknown>>
  readonly type: CelType

  constructor(record: Readonly<Record<string, unknown>>, type: CelType) {
    super()
    this.#record = record
    this.type = type
  }

  get size(): number {
    return Object.keys(this.#record).length
  }

  get(key: unknown): unknown {
    if (typeof key !== 'string') return undefined
    const { type } = this
    if (type.kind === 'object') {
      if (!Object.hasOwn(type.fields, key)) return undefined
      const { property, type: of } = type.fields[key]!
      if (!Object.hasOwn(this.#record, property)) return undefined
      const value = this.#record[property]
      // A field that is null is one that is not there (KEP-2876); elements and entries may be null.
      return value === undefined || value === null ? undefined : adapt(value, of)
    }
    if (!Object.hasOwn(this.#record, key)) return undefined
    const value = this.#record[key]
    return value === undefined ? undefined : adapt(value, type.kind === 'map' ? type.values : DYN)
  }

  has(key: unknown): boolean {
    return this.get(key) !== undefined
  }

  /** What is in the JSON, declared or not, by the names in JSON: objects are equal as wholes. */
  members(): ReadonlyMap<string, unknown> {
    const present = Object.keys(this.#record).map((property): [string, unknown] => [property, this.member(property)])
    return new Map(present.filter(([, value]) => value !== undefined))
  }

  /** One of the `members`; undefined where there is none. */
  member(property: string): unknown {
    const value = Object.hasOwn(this.#record, property) ? this.#record[property] : undefined
    return value === undefined ? undefined : adapt(value, this.#typeOfMember(property))
  }

  #typeOfMember(property: string): CelType {
    const { type } = this
    if (type.kind === 'map') return type.values
    const name = type.kind === 'object' ? escapeName(property) : undefined
    return name !== undefined && type.kind === 'object' && Object.hasOwn(type.fields, name) ? type.fields[name]!.type : DYN
  }

  *keys(): Iterable<unknown> {
    if (this.type.kind === 'object') {
      for (const name of Object.keys(this.type.fields)) if (this.has(name)) yield name
    } else yield* Object.keys(this.#record)
  }
}

/** A map that an expression made: keys are strings, booleans and numbers, 1 and 1u and 1.0 being one key. */
export class LiteralMap extends CelMap {
  readonly #entries = new Map<string, readonly [unknown, unknown]>()

  get size(): number {
    return this.#entries.size
  }

  /** The last value of a key counts, as in cel-go. */
  add(key: unknown, value: unknown): void {
    const slot = keySlot(key)
    if (slot === undefined) throw new CelEvaluationError('unsupported key type')
    this.#entries.set(slot, [key, value])
  }

  get(key: unknown): unknown {
    const slot = keySlot(key)
    return slot === undefined ? undefined : this.#entries.get(slot)?.[1]
  }

  has(key: unknown): boolean {
    return this.get(key) !== undefined
  }

  *keys(): Iterable<unknown> {
    for (const [key] of this.#entries.values()) yield key
  }
}

function keySlot(key: unknown): string | undefined {
  if (typeof key === 'string') return `s${key}`
  if (typeof key === 'boolean') return `b${key}`
  if (typeof key === 'bigint') return `n${key}`
  if (typeof key === 'number') return Number.isInteger(key) ? `n${BigInt(key)}` : `d${key}`
  if (typeof key === 'object' && key !== null && 'value' in key && typeof key.value === 'bigint') return `n${key.value}`
  return undefined
}

/** A key as errors show it. */
export function keyText(key: unknown): string {
  if (typeof key === 'object' && key !== null && 'value' in key) return String(key.value)
  return String(key)
}
