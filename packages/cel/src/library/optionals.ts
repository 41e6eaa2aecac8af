import { CelEvaluationError } from '../cel-program.ts'
import { CelList, CelMap } from '../runtime/collections.ts'
import { CelDuration, CelOptional, CelTimestamp, CelUint } from '../runtime/values.ts'
import { type CelFunction, noSuchOverload, standard } from './library.ts'

const optional = (value: unknown): CelOptional => {
  if (!(value instanceof CelOptional)) throw noSuchOverload()
  return value
}

function isZero(value: unknown): boolean {
  if (value === null || value === false || value === '' || value === 0n || value === 0) return true
  if (value instanceof CelUint) return value.value === 0n
  if (value instanceof CelDuration) return value.ns === 0n
  if (value instanceof CelTimestamp) return value.ns === 0n
  if (value instanceof Uint8Array) return value.length === 0
  return (value instanceof CelList || value instanceof CelMap) && value.size === 0
}

/** Optional values, beside the syntax `a.?b` and `a[?b]`. */
export const optionals: readonly CelFunction[] = [
  standard('optional.of', { optional_of: '(V): optional(V)' }, ([value]) => new CelOptional(value)),
  standard('optional.ofNonZeroValue', { optional_ofNonZeroValue: '(V): optional(V)' }, ([value]) =>
    isZero(value) ? CelOptional.none : new CelOptional(value),
  ),
  standard('optional.none', { optional_none: '(): optional(V)' }, () => CelOptional.none),
  standard('value', { optional_value: 'optional(V).(): V' }, ([value]) => {
    const held = optional(value).value
    if (held === undefined) throw new CelEvaluationError('optional.none() dereference')
    return held
  }),
  standard('hasValue', { optional_hasValue: 'optional(V).(): bool' }, ([value]) => optional(value).value !== undefined),
  standard('or', { optional_or_optional: 'optional(V).(optional(V)): optional(V)' }, ([value, other]) =>
    optional(value).value === undefined ? other : value,
  ),
  standard('orValue', { optional_orValue_value: 'optional(V).(V): V' }, ([value, other]) => optional(value).value ?? other),
]
