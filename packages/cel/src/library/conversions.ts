import { CelEvaluationError } from '../cel-program.ts'
import { CelList, CelMap } from '../runtime/collections.ts'
import { durationOf, durationText, parseDuration, parseTimestamp, timestampOf, timestampText } from '../runtime/time.ts'
import { CelDuration, CelOpaque, CelTimestamp, CelTypeValue, CelUint } from '../runtime/values.ts'
import { doubleText } from '../runtime/number-text.ts'
import { typeNameOf } from '../runtime/type-name.ts'
import { type CelFunction, noSuchOverload, standard } from './library.ts'

const INT_MAX = 2n ** 63n - 1n
const UINT_MAX = 2n ** 64n - 1n

const failed = (from: string, to: string): CelEvaluationError => new CelEvaluationError(`type conversion error from '${from}' to '${to}'`)

function toInt(value: unknown): bigint {
  if (typeof value === 'bigint') return value
  if (value instanceof CelUint) return within(value.value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || Math.abs(value) >= 2 ** 63) throw new CelEvaluationError('integer overflow')
    return BigInt(Math.trunc(value))
  }
  if (typeof value === 'string') {
    if (!/^[+-]?\d+$/.test(value)) throw failed('string', 'int')
    const parsed = BigInt(value.replace(/^\+/, ''))
    if (parsed > INT_MAX || parsed < -INT_MAX - 1n) throw failed('string', 'int')
    return parsed
  }
  if (value instanceof CelTimestamp) return value.ns >= 0n ? value.ns / 1_000_000_000n : (value.ns - 999_999_999n) / 1_000_000_000n
  if (value instanceof CelDuration) return value.ns
  throw noSuchOverload()
}

function within(value: bigint): bigint {
  if (value > INT_MAX) throw new CelEvaluationError('integer overflow')
  return value
}

function toUint(value: unknown): CelUint {
  if (value instanceof CelUint) return value
  if (typeof value === 'bigint') {
    if (value < 0n) throw new CelEvaluationError('unsigned integer overflow')
    return new CelUint(value)
  }
  if (typeof value === 'number') {
    if (!(value >= 0) || value >= 2 ** 64) throw new CelEvaluationError('unsigned integer overflow')
    return new CelUint(BigInt(Math.trunc(value)))
  }
  if (typeof value === 'string') {
    if (!/^\d+$/.test(value) || BigInt(value) > UINT_MAX) throw failed('string', 'uint')
    return new CelUint(BigInt(value))
  }
  throw noSuchOverload()
}

function toDouble(value: unknown): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof CelUint) return Number(value.value)
  if (typeof value === 'string') {
    if (/^[+-]?inf(inity)?$/i.test(value)) return value.startsWith('-') ? -Infinity : Infinity
    if (/^nan$/i.test(value)) return Number.NaN
    if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value)) throw failed('string', 'double')
    return Number(value)
  }
  throw noSuchOverload()
}

/** The text of a scalar. */
export function toText(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return doubleText(value)
  if (value instanceof CelUint) return String(value.value)
  if (value instanceof CelTimestamp) return timestampText(value)
  if (value instanceof CelDuration) return durationText(value)
  if (value instanceof Uint8Array) {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value)
    } catch {
      throw new CelEvaluationError('invalid UTF-8 in bytes, cannot convert to string')
    }
  }
  const text = value instanceof CelOpaque ? value.text() : undefined
  if (text === undefined) throw noSuchOverload()
  return text
}

function toBool(value: unknown): boolean {
  if (typeof value === 'boolean') return value
  if (typeof value !== 'string') throw noSuchOverload()
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(value)) return true
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(value)) return false
  throw failed('string', 'bool')
}

/** Code points of a string, bytes, elements or entries. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return codePoints(value)
  if (value instanceof CelList || value instanceof CelMap) return value.size
  if (value instanceof Uint8Array) return value.length
  throw noSuchOverload()
}

/** How many code points a string has. */
export function codePoints(text: string): number {
  let count = text.length
  for (let at = 0; at < text.length - 1; at++) {
    const unit = text.charCodeAt(at)
    if (unit >= 0xd800 && unit < 0xdc00) {
      const next = text.charCodeAt(at + 1)
      if (next >= 0xdc00 && next < 0xe000) count--
    }
  }
  return count
}

export const conversions: readonly CelFunction[] = [
  standard(
    'size',
    {
      size_bytes: '(bytes): int',
      bytes_size: 'bytes.(): int',
      size_list: '(list(A)): int',
      list_size: 'list(A).(): int',
      size_map: '(map(A, B)): int',
      map_size: 'map(A, B).(): int',
      size_string: '(string): int',
      string_size: 'string.(): int',
    },
    ([value]) => BigInt(sizeOf(value)),
  ),
  standard('bool', { bool_to_bool: '(bool): bool', string_to_bool: '(string): bool' }, ([value]) => toBool(value)),
  standard('bytes', { bytes_to_bytes: '(bytes): bytes', string_to_bytes: '(string): bytes' }, ([value]) => {
    if (typeof value === 'string') return new TextEncoder().encode(value)
    if (value instanceof Uint8Array) return value
    throw noSuchOverload()
  }),
  standard(
    'double',
    {
      double_to_double: '(double): double',
      int64_to_double: '(int): double',
      string_to_double: '(string): double',
      uint64_to_double: '(uint): double',
    },
    ([value]) => toDouble(value),
  ),
  standard(
    'duration',
    { duration_to_duration: '(duration): duration', int64_to_duration: '(int): duration', string_to_duration: '(string): duration' },
    ([value]) => {
      if (typeof value === 'string') return parseDuration(value)
      if (typeof value === 'bigint') return durationOf(value)
      if (value instanceof CelDuration) return value
      throw noSuchOverload()
    },
  ),
  standard('dyn', { to_dyn: '(A): dyn' }, ([value]) => value),
  standard(
    'int',
    {
      int64_to_int64: '(int): int',
      double_to_int64: '(double): int',
      duration_to_int64: '(duration): int',
      string_to_int64: '(string): int',
      timestamp_to_int64: '(timestamp): int',
      uint64_to_int64: '(uint): int',
    },
    ([value]) => toInt(value),
  ),
  standard(
    'string',
    {
      string_to_string: '(string): string',
      bool_to_string: '(bool): string',
      bytes_to_string: '(bytes): string',
      double_to_string: '(double): string',
      duration_to_string: '(duration): string',
      int64_to_string: '(int): string',
      timestamp_to_string: '(timestamp): string',
      uint64_to_string: '(uint): string',
      ip_to_string: '(net.IP): string',
      cidr_to_string: '(net.CIDR): string',
    },
    ([value]) => toText(value),
  ),
  standard(
    'timestamp',
    {
      timestamp_to_timestamp: '(timestamp): timestamp',
      int64_to_timestamp: '(int): timestamp',
      string_to_timestamp: '(string): timestamp',
    },
    ([value]) => {
      if (typeof value === 'string') return parseTimestamp(value)
      if (typeof value === 'bigint') return timestampOf(value * 1_000_000_000n)
      if (value instanceof CelTimestamp) return value
      throw noSuchOverload()
    },
  ),
  standard('type', { type: '(A): type(A)' }, ([value]) => new CelTypeValue(typeNameOf(value))),
  standard(
    'uint',
    {
      uint64_to_uint64: '(uint): uint',
      double_to_uint64: '(double): uint',
      int64_to_uint64: '(int): uint',
      string_to_uint64: '(string): uint',
    },
    ([value]) => toUint(value),
  ),
]
