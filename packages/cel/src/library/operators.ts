import { CelEvaluationError } from '../cel-program.ts'
import { CelList, CelMap, keyText } from '../runtime/collections.ts'
import { isEqual, isSameNumber, joinLists } from '../runtime/equality.ts'
import { durationOf, timestampOf } from '../runtime/time.ts'
import { typeNameOf } from '../runtime/type-name.ts'
import { CelDuration, CelOptional, CelTimestamp, CelUint } from '../runtime/values.ts'
import { type CallContext, type CelFunction, noSuchOverload, standard } from './library.ts'

const INT_MAX = 2n ** 63n - 1n
const INT_MIN = -(2n ** 63n)
const UINT_MAX = 2n ** 64n - 1n

const int = (value: bigint): bigint => {
  if (value > INT_MAX || value < INT_MIN) throw new CelEvaluationError('integer overflow')
  return value
}
const uint = (value: bigint): CelUint => {
  if (value > UINT_MAX || value < 0n) throw new CelEvaluationError('unsigned integer overflow')
  return new CelUint(value)
}
const notZero = (value: bigint, what: string): bigint => {
  if (value === 0n) throw new CelEvaluationError(what)
  return value
}

interface Arithmetic {
  readonly int: (a: bigint, b: bigint) => bigint
  readonly double?: (a: number, b: number) => number
}

/** Numbers of one type each; what is left is said by `others`. */
function arithmetic(
  { int: ints, double }: Arithmetic,
  others?: (a: unknown, b: unknown, context: CallContext) => unknown,
): CelFunction['run'] {
  return ([a, b], context) => {
    if (typeof a === 'bigint' && typeof b === 'bigint') return int(ints(a, b))
    if (typeof a === 'number' && typeof b === 'number' && double !== undefined) return double(a, b)
    if (a instanceof CelUint && b instanceof CelUint) return uint(ints(a.value, b.value))
    const answer = others?.(a, b, context)
    if (answer === undefined) throw noSuchOverload()
    return answer
  }
}

const NUMBERS = (name: string): Record<string, string> => ({
  [`${name}_int64`]: '(int, int): int',
  [`${name}_uint64`]: '(uint, uint): uint',
  [`${name}_double`]: '(double, double): double',
})

function add(a: unknown, b: unknown, context: CallContext): unknown {
  if (typeof a === 'string' && typeof b === 'string') return a + b
  if (a instanceof CelList && b instanceof CelList) return joinLists(a, b, (count) => context.walk(count))
  if (a instanceof Uint8Array && b instanceof Uint8Array) return new Uint8Array(Buffer.concat([a, b]))
  if (a instanceof CelDuration && b instanceof CelDuration) return durationOf(a.ns + b.ns)
  if (a instanceof CelTimestamp && b instanceof CelDuration) return timestampOf(a.ns + b.ns)
  if (a instanceof CelDuration && b instanceof CelTimestamp) return timestampOf(a.ns + b.ns)
  return undefined
}

function subtract(a: unknown, b: unknown): unknown {
  if (a instanceof CelTimestamp && b instanceof CelTimestamp) return durationOf(a.ns - b.ns)
  if (a instanceof CelTimestamp && b instanceof CelDuration) return timestampOf(a.ns - b.ns)
  if (a instanceof CelDuration && b instanceof CelDuration) return durationOf(a.ns - b.ns)
  return undefined
}

/** Below 0, 0 or above 0; undefined for what has no order (NaN). */
export function compare(a: unknown, b: unknown): number | undefined {
  const [left, right] = [a instanceof CelUint ? a.value : a, b instanceof CelUint ? b.value : b]
  if ((typeof left === 'bigint' || typeof left === 'number') && (typeof right === 'bigint' || typeof right === 'number')) {
    return left < right ? -1 : left > right ? 1 : isSameNumber(left, right) ? 0 : undefined
  }
  if (typeof left === 'string' && typeof right === 'string') return compareStrings(left, right)
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right)
  if (left instanceof Uint8Array && right instanceof Uint8Array) return Buffer.compare(left, right)
  if ((left instanceof CelTimestamp && right instanceof CelTimestamp) || (left instanceof CelDuration && right instanceof CelDuration)) {
    return left.ns < right.ns ? -1 : left.ns > right.ns ? 1 : 0
  }
  throw noSuchOverload()
}

/** By code points, as UTF-8 sorts; UTF-16 sorts surrogates before some others. */
function compareStrings(a: string, b: string): number {
  if (a === b) return 0
  const plain = a < b ? -1 : 1
  return /[\ud800-\udfff]/.test(a) || /[\ud800-\udfff]/.test(b) ? Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))) : plain
}

const ORDERED = ['bool', 'int64', 'uint64', 'double', 'string', 'bytes', 'timestamp', 'duration'] as const
const CROSS = ['int64_double', 'int64_uint64', 'uint64_double', 'uint64_int64', 'double_int64', 'double_uint64'] as const
const NAMES: Readonly<Record<string, string>> = { int64: 'int', uint64: 'uint' }
const named = (type: string): string => NAMES[type] ?? type

function ordering(operator: string, prefix: string, holds: (order: number) => boolean): CelFunction {
  const same = ORDERED.map((type): [string, string] => [`${prefix}_${type}`, `(${named(type)}, ${named(type)}): bool`])
  const cross = CROSS.map((pair): [string, string] => {
    const [left, right] = pair.split('_')
    return [`${prefix}_${pair}`, `(${named(left!)}, ${named(right!)}): bool`]
  })
  return standard(operator, Object.fromEntries<string>([...same, ...cross]), ([a, b]) => {
    const order = compare(a, b)
    return order !== undefined && holds(order)
  })
}

/** The element at an index or under a key; undefined where there is none. */
export function elementAt(container: unknown, key: unknown): unknown {
  if (container instanceof CelMap) return container.get(key)
  if (!(container instanceof CelList)) return undefined
  const index = listIndex(key)
  return index === undefined || index < 0 || index >= container.size ? undefined : container.at(index)
}

function listIndex(key: unknown): number | undefined {
  if (typeof key === 'bigint') return Number(key)
  if (key instanceof CelUint) return Number(key.value)
  return typeof key === 'number' && Number.isInteger(key) ? key : undefined
}

/** As `elementAt`; what is not there is an error. */
export function needElement(container: unknown, key: unknown): unknown {
  const value = elementAt(container, key)
  if (value !== undefined) return value
  if (container instanceof CelList) {
    if (listIndex(key) === undefined) throw new CelEvaluationError(`unsupported index type '${typeNameOf(key)}' in list`)
    throw new CelEvaluationError(`index out of bounds: ${keyText(key)}`)
  }
  throw new CelEvaluationError(`no such key: ${keyText(key)}`)
}

export const operators: readonly CelFunction[] = [
  standard(
    '_+_',
    {
      add_bytes: '(bytes, bytes): bytes',
      add_double: '(double, double): double',
      add_duration_duration: '(duration, duration): duration',
      add_duration_timestamp: '(duration, timestamp): timestamp',
      add_timestamp_duration: '(timestamp, duration): timestamp',
      add_int64: '(int, int): int',
      add_list: '(list(A), list(A)): list(A)',
      add_string: '(string, string): string',
      add_uint64: '(uint, uint): uint',
    },
    arithmetic({ int: (a, b) => a + b, double: (a, b) => a + b }, add),
  ),
  standard(
    '_-_',
    {
      ...NUMBERS('subtract'),
      subtract_duration_duration: '(duration, duration): duration',
      subtract_timestamp_duration: '(timestamp, duration): timestamp',
      subtract_timestamp_timestamp: '(timestamp, timestamp): duration',
    },
    arithmetic({ int: (a, b) => a - b, double: (a, b) => a - b }, subtract),
  ),
  standard('_*_', NUMBERS('multiply'), arithmetic({ int: (a, b) => a * b, double: (a, b) => a * b })),
  standard('_/_', NUMBERS('divide'), arithmetic({ int: (a, b) => a / notZero(b, 'division by zero'), double: (a, b) => a / b })),
  standard(
    '_%_',
    { modulo_int64: '(int, int): int', modulo_uint64: '(uint, uint): uint' },
    arithmetic({ int: (a, b) => a % notZero(b, 'modulus by zero') }),
  ),
  standard('-_', { negate_double: '(double): double', negate_int64: '(int): int' }, ([a]) => {
    if (typeof a === 'bigint') return int(-a)
    if (typeof a === 'number') return -a
    throw noSuchOverload()
  }),
  standard('!_', { logical_not: '(bool): bool' }, ([a]) => {
    if (typeof a !== 'boolean') throw noSuchOverload()
    return !a
  }),
  standard('_==_', { equals: '(A, A): bool' }, ([a, b]) => isEqual(a, b)),
  standard('_!=_', { not_equals: '(A, A): bool' }, ([a, b]) => !isEqual(a, b)),
  ordering('_<_', 'less', (order) => order < 0),
  ordering('_<=_', 'less_equals', (order) => order <= 0),
  ordering('_>_', 'greater', (order) => order > 0),
  ordering('_>=_', 'greater_equals', (order) => order >= 0),
  standard('@in', { in_list: '(A, list(A)): bool', in_map: '(A, map(A, B)): bool' }, ([item, container]) => {
    if (container instanceof CelMap) return container.has(item)
    if (!(container instanceof CelList)) throw noSuchOverload()
    for (const one of container) if (isEqual(item, one)) return true
    return false
  }),
  standard(
    '_[_]',
    {
      index_list: '(list(A), int): A',
      index_map: '(map(A, B), A): B',
      optional_list_index_int: '(optional(list(V)), int): optional(V)',
      optional_map_index_value: '(optional(map(K, V)), K): optional(V)',
    },
    ([container, key]) => {
      if (!(container instanceof CelOptional)) return needElement(container, key)
      return optionalOf(elementAt(container.value, key))
    },
  ),
  standard(
    '_[?_]',
    {
      list_optindex_optional_int: '(list(V), int): optional(V)',
      optional_list_optindex_optional_int: '(optional(list(V)), int): optional(V)',
      map_optindex_optional_value: '(map(K, V), K): optional(V)',
      optional_map_optindex_optional_value: '(optional(map(K, V)), K): optional(V)',
    },
    ([container, key]) => optionalOf(elementAt(container instanceof CelOptional ? container.value : container, key)),
  ),
  /** Evaluated without this function: it does not evaluate both branches. */
  standard('_?_:_', { conditional: '(bool, A, A): A' }, ([condition, yes, no]) => (condition === true ? yes : no)),
]

/** An optional that holds the value, or none. */
export const optionalOf = (value: unknown): CelOptional => (value === undefined ? CelOptional.none : new CelOptional(value))
