import { adapt } from './adapt.ts'
import { CelList, CelMap, JsonMap } from './collections.ts'
import { CelDuration, CelOpaque, CelOptional, CelTimestamp, CelTypeValue, CelUint } from './values.ts'

/** Whether two values are the same; values of different types are not, except that numbers are compared by what they count. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  const [left, right] = [a instanceof CelUint ? a.value : a, b instanceof CelUint ? b.value : b]
  if (isNumber(left)) return isNumber(right) && isSameNumber(left, right)
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return left === right
  if (left instanceof CelList) return right instanceof CelList && areListsEqual(left, right)
  if (left instanceof CelMap) return right instanceof CelMap && areMapsEqual(left, right)
  if (left instanceof Uint8Array) return right instanceof Uint8Array && Buffer.compare(left, right) === 0
  if (left instanceof CelTimestamp) return right instanceof CelTimestamp && left.ns === right.ns
  if (left instanceof CelDuration) return right instanceof CelDuration && left.ns === right.ns
  if (left instanceof CelTypeValue) return right instanceof CelTypeValue && left.name === right.name
  if (left instanceof CelOpaque) return right instanceof CelOpaque && left.typeName === right.typeName && left.equals(right)
  if (left instanceof CelOptional && right instanceof CelOptional) {
    if (left.value === undefined || right.value === undefined) return left.value === right.value
    return isEqual(left.value, right.value)
  }
  return false
}

const isNumber = (value: unknown): value is number | bigint => typeof value === 'number' || typeof value === 'bigint'

const isOrdered = (value: number | bigint): boolean => typeof value === 'bigint' || !Number.isNaN(value)

/** Whether an int and a double count the same. */
export const isSameNumber = (a: number | bigint, b: number | bigint): boolean => !(a < b) && !(a > b) && isOrdered(a) && isOrdered(b)

function areListsEqual(a: CelList, b: CelList): boolean {
  if (a.size !== b.size) return false
  const type = a.type ?? b.type
  if (type?.listType === 'set') return isSubset(a, b)
  if (type?.listType === 'map' && type.listMapKeys !== undefined) return areMapListsEqual(a, b, type.listMapKeys)
  const others = b[Symbol.iterator]()
  for (const item of a) if (!isEqual(item, others.next().value)) return false
  return true
}

function isSubset(a: CelList, b: CelList): boolean {
  const known = new KnownValues(b)
  return [...a].every((item) => known.has(item))
}

/** What comparing two values takes, in units of what may be walked through. */
const COMPARISON_WALK = 50

/** Values by what equal ones have in common, so that large sets take no quadratic time. */
class KnownValues {
  readonly #buckets = new Map<string, unknown[]>()

  constructor(values: Iterable<unknown>) {
    for (const value of values) {
      const bucket = bucketOf(value)
      const others = this.#buckets.get(bucket)
      if (others === undefined) this.#buckets.set(bucket, [value])
      else others.push(value)
    }
  }

  /** `walk` counts what is compared. */
  has(value: unknown, walk?: (count: number) => void): boolean {
    const alike = this.#buckets.get(bucketOf(value)) ?? []
    walk?.(alike.length * COMPARISON_WALK)
    return alike.some((other) => isEqual(value, other))
  }
}

/** What equal values have in common: scalars all of it, maps their scalars, lists their sizes. */
function bucketOf(value: unknown): string {
  const slot = slotOf(value instanceof CelUint ? value.value : value)
  if (slot !== undefined) return slot
  if (value instanceof CelList) return `l${value.size}`
  if (!(value instanceof CelMap)) return ''
  const members = value instanceof JsonMap ? value.members().values() : [...value.keys()].map((key) => value.get(key))
  const slots = [...members].flatMap((one) => slotOf(one instanceof CelUint ? one.value : one) ?? [])
  return `m${slots.sort().join('\0')}`
}

function slotOf(value: unknown): string | undefined {
  if (typeof value === 'string') return `s${value}`
  if (isNumber(value)) return `n${value}`
  return typeof value === 'boolean' ? `b${value}` : undefined
}

function areMapListsEqual(a: CelList, b: CelList, keys: readonly string[]): boolean {
  const others = new Map([...b].map((item) => [mapListKey(item, keys), item]))
  return [...a].every((item) => {
    const other = others.get(mapListKey(item, keys))
    return other !== undefined && isEqual(item, other)
  })
}

/** By what an element of a map list is known. */
export function mapListKey(item: unknown, keys: readonly string[]): string {
  if (!(item instanceof CelMap)) return ''
  return keys.map((key) => slotOf(item instanceof JsonMap ? item.member(key) : item.get(key)) ?? '').join('\0')
}

function areMapsEqual(a: CelMap, b: CelMap): boolean {
  if (a instanceof JsonMap && b instanceof JsonMap) return areMembersEqual(a.members(), b.members())
  if (a.size !== b.size) return false
  for (const key of a.keys()) {
    const other = b.get(key)
    if (other === undefined || !isEqual(a.get(key), other)) return false
  }
  return true
}

function areMembersEqual(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): boolean {
  if (a.size !== b.size) return false
  for (const [property, value] of a) if (!b.has(property) || !isEqual(value, b.get(property))) return false
  return true
}

/** Joins two sets or map lists as their type says: what the right one repeats is not there twice (KEP-2876). `walk` counts what is compared. */
export function joinLists(a: CelList, b: CelList, walk?: (count: number) => void): CelList {
  const type = a.type
  if (type?.listType === 'set') {
    const known = new KnownValues(a)
    return CelList.of([...a, ...[...b].filter((item) => !known.has(item, walk))])
  }
  if (type?.listType === 'map' && type.listMapKeys !== undefined) {
    const keys = type.listMapKeys
    const joined = new Map([...a].map((item) => [mapListKey(item, keys), item]))
    for (const item of b) joined.set(mapListKey(item, keys), item)
    return CelList.of([...joined.values()])
  }
  return CelList.concat(a, b)
}

/** A JSON value as a value of no declared type. */
export const dynamic = (json: unknown): unknown => adapt(json, { kind: 'dyn' })
