import { CelUint } from '../runtime/values.ts'

const INT_MIN = -(2n ** 63n)
const INT_MAX = 2n ** 63n - 1n
const UINT_MAX = 2n ** 64n - 1n

/** The value of a literal, from the library's; `{ invalid }` with the parser's words when it does not fit its type. */
export function libraryValue(value: unknown, negative: boolean): unknown {
  if (typeof value === 'bigint') {
    const signed = negative ? -value : value
    return signed < INT_MIN || signed > INT_MAX ? { invalid: 'invalid int literal' } : signed
  }
  if (typeof value === 'number') return negative ? -value : value
  if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) {
    const uint = BigInt((value as { valueOf(): bigint }).valueOf())
    return uint > UINT_MAX ? { invalid: 'invalid uint literal' } : new CelUint(uint)
  }
  return value
}
