import { CelEvaluationError } from '../cel-program.ts'
import { CelList } from '../runtime/collections.ts'
import { isEqual } from '../runtime/equality.ts'
import { CelDuration, CelUint } from '../runtime/values.ts'
import { type CallContext, type CelFunction, library, noSuchOverload } from './library.ts'
import { compare, operators } from './operators.ts'
import { indexFunctions } from './strings.ts'

const SUMMABLE = ['int', 'uint', 'double', 'duration'] as const
const COMPARABLE = [...SUMMABLE, 'bool', 'string', 'bytes', 'timestamp'] as const

function walked(value: unknown, context: CallContext): CelList {
  if (!(value instanceof CelList)) throw noSuchOverload()
  context.walk(value.size)
  return value
}

const add = operators.find((one) => one.name === '_+_')!.run

function extreme(name: 'min' | 'max'): CelFunction {
  const wanted = name === 'min' ? -1 : 1
  const signatures = Object.fromEntries(COMPARABLE.map((type) => [`list_${type}_${name}_${type}`, `list(${type}).(): ${type}`]))
  return library(name, signatures, ([list], context) => {
    let found: unknown
    for (const item of walked(list, context)) {
      if (found === undefined || Math.sign(compare(item, found) ?? 0) === wanted) found = item
    }
    if (found === undefined) throw new CelEvaluationError(`${name} called on empty list`)
    return found
  })
}

/** What an empty list adds up to, by the overload. */
const ZERO: Readonly<Record<string, unknown>> = { int: 0n, uint: new CelUint(0n), double: 0, duration: new CelDuration(0n) }

/** Kubernetes' list library. */
export const lists: readonly CelFunction[] = [
  library(
    'isSorted',
    Object.fromEntries(COMPARABLE.map((type) => [`list_${type}_is_sorted_bool`, `list(${type}).(): bool`])),
    ([list], context) => {
      let last: unknown
      for (const item of walked(list, context)) {
        if (last !== undefined && (compare(last, item) ?? 1) > 0) return false
        last = item
      }
      return true
    },
  ),
  library(
    'sum',
    Object.fromEntries(SUMMABLE.map((type) => [`list_${type}_sum_${type}`, `list(${type}).(): ${type}`])),
    ([list], context) => {
      const summed = walked(list, context)
      let sum: unknown
      for (const item of summed) sum = sum === undefined ? item : add([sum, item], context)
      return sum ?? ZERO[summed.type?.items.kind ?? 'int'] ?? 0n
    },
  ),
  extreme('min'),
  extreme('max'),
  ...indexFunctions((list, item, last) => {
    let found = -1
    let at = 0
    for (const one of list) {
      if (isEqual(one, item)) {
        found = at
        if (!last) break
      }
      at++
    }
    return BigInt(found)
  }),
]

/** Lists as sets. */
export const sets: readonly CelFunction[] = [
  library('sets.contains', { list_sets_contains_list: '(list(T), list(T)): bool' }, ([a, b], context) =>
    contains(walked(a, context), walked(b, context), context),
  ),
  library('sets.equivalent', { list_sets_equivalent_list: '(list(T), list(T)): bool' }, ([a, b], context) => {
    const [one, other] = [walked(a, context), walked(b, context)]
    return contains(one, other, context) && contains(other, one, context)
  }),
  library('sets.intersects', { list_sets_intersects_list: '(list(T), list(T)): bool' }, ([a, b], context) => {
    const others = [...walked(b, context)]
    for (const item of walked(a, context)) {
      context.walk(others.length)
      if (others.some((one) => isEqual(one, item))) return true
    }
    return false
  }),
]

function contains(list: CelList, part: CelList, context: CallContext): boolean {
  const items = [...list]
  for (const item of part) {
    context.walk(items.length)
    if (!items.some((one) => isEqual(one, item))) return false
  }
  return true
}
