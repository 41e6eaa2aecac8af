import { parseGoInt } from './go-syntax.ts'

/** How a quantity is written: with the suffixes of the SI (`m`, `k`, `M`), those of powers of two (`Ki`, `Mi`), or an exponent (`e3`). */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent'

/** A quantity as it was read: `unscaled` × 10^-`scale`, and the text to write where it need not be made canonical. */
export interface QuantityParts {
  readonly unscaled: bigint
  readonly scale: number
  readonly format: QuantityFormat
  readonly text: string | undefined
}

const BAD_FORMAT = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
const BAD_SUFFIX = "unable to parse quantity's suffix"

/** The largest value that a binary quantity may be given; larger ones are capped. */
const INT64_MAX = 9223372036854775807n
/** The finest part of a unit: a nano. Finer values are rounded away from zero. */
const NANO_SCALE = 9
/** With at most so many decimal digits the server keeps a number as an integer of 64 bits, and then its text. */
const FAST_DIGITS_MAX = 18

const DECIMAL_SUFFIXES: ReadonlyMap<string, number> = new Map(
  Object.entries({ n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }),
)
const BINARY_SUFFIXES: ReadonlyMap<string, number> = new Map(Object.entries({ Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 }))

/** The suffix of a power of ten, or of two; empty where there is none, which makes the number lose its magnitude as it does upstream. */
export function suffixOf(base: 2 | 10, exponent: number): string {
  for (const [suffix, known] of base === 10 ? DECIMAL_SUFFIXES : BINARY_SUFFIXES) if (known === exponent) return suffix
  return ''
}

/**
 * Reads a quantity with the API server's grammar, which lets more through than the API reference says: an empty number (`Gi`, `.`, `+`, `e3`)
 * is 0, a sign, leading zeros and a trailing dot are kept. Throws an Error with the API server's words.
 */
export function parseQuantityParts(text: string): QuantityParts {
  if (text === '0') return { unscaled: 0n, scale: 0, format: 'DecimalSI', text }
  if (text === '') throw new Error(BAD_FORMAT)
  // Taken apart piece by piece: one expression for all of it would try every split of a long run of digits.
  const lead = /^([+-]?)0*/.exec(text)!
  let rest = text.slice(lead[0].length)
  const take = (pattern: RegExp): string => {
    const piece = pattern.exec(rest)![0]
    rest = rest.slice(piece.length)
    return piece
  }
  const integer = take(/^[0-9]*/)
  const fraction = take(/^(?:\.[0-9]*)?/).slice(1)
  if (!/^[eEinumkKMGTP]*[-+]?[0-9]*$/.test(rest)) throw new Error(BAD_FORMAT)
  const { base, exponent, format } = interpretSuffix(rest)
  const digits = (integer === '' ? '0' : integer) + fraction
  const magnitude = { digits, fraction: fraction.length, negative: lead[1] === '-', exponent }
  return base === 10 ? decimal(text, magnitude, format) : binary(text, magnitude)
}

/** A number without its point: `digits` with the last `fraction` of them behind it, times base^`exponent`. */
interface Magnitude {
  readonly digits: string
  readonly fraction: number
  readonly negative: boolean
  readonly exponent: number
}

function interpretSuffix(suffix: string): { base: 2 | 10; exponent: number; format: QuantityFormat } {
  const decimalExponent = DECIMAL_SUFFIXES.get(suffix)
  if (decimalExponent !== undefined) return { base: 10, exponent: decimalExponent, format: 'DecimalSI' }
  const binaryExponent = BINARY_SUFFIXES.get(suffix)
  if (binaryExponent !== undefined) return { base: 2, exponent: binaryExponent, format: 'BinarySI' }
  const exponent = /^[eE]/.test(suffix) ? parseGoInt(suffix.slice(1)) : undefined
  if (exponent === undefined) throw new Error(BAD_SUFFIX)
  // The server keeps exponents in 32 bits and drops what does not fit.
  return { base: 10, exponent: Number(BigInt.asIntN(32, exponent)), format: 'DecimalExponent' }
}

function decimal(text: string, { digits, fraction, negative, exponent }: Magnitude, format: QuantityFormat): QuantityParts {
  const scale = fraction - exponent
  const unscaled = signed(BigInt(digits), negative)
  if (digits.length <= FAST_DIGITS_MAX && scale <= NANO_SCALE) {
    const canonical = scale % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0')
    return { unscaled, scale, format, text: canonical ? text : undefined }
  }
  return { ...roundedToNano(unscaled, scale), format, text: undefined }
}

function binary(text: string, { digits, fraction, negative, exponent }: Magnitude): QuantityParts {
  const unscaled = BigInt(digits) << BigInt(exponent)
  const fast = fraction === 0 && 15 - digits.length - Math.trunc((exponent * 3) / 10) - 1 >= 0 && unscaled <= INT64_MAX
  if (fast) {
    // A multiple of eight might be written with a larger suffix, so its text is made anew.
    const canonical = (BigInt(digits) & 7n) !== 0n
    return { unscaled: signed(unscaled, negative), scale: 0, format: 'BinarySI', text: canonical ? text : undefined }
  }
  const rounded = roundedToNano(unscaled, fraction)
  const unit = 10n ** BigInt(Math.max(rounded.scale, 0))
  if (rounded.unscaled > INT64_MAX * unit) return { unscaled: signed(INT64_MAX, negative), scale: 0, format: 'BinarySI', text: undefined }
  const format = rounded.unscaled > 0n && rounded.unscaled < unit ? 'DecimalSI' : 'BinarySI'
  return { unscaled: signed(rounded.unscaled, negative), scale: rounded.scale, format, text: undefined }
}

const signed = (value: bigint, negative: boolean): bigint => (negative ? -value : value)

function roundedToNano(unscaled: bigint, scale: number): { unscaled: bigint; scale: number } {
  return scale <= NANO_SCALE ? { unscaled, scale } : { unscaled: divideUp(unscaled, scale - NANO_SCALE), scale: NANO_SCALE }
}

/** `value` ÷ 10^`digits`, rounded away from zero. */
export function divideUp(value: bigint, digits: number): bigint {
  // Beyond its own length a number is a tiny part of one, which rounds to one; powers that large are not worth computing.
  const length = value.toString().length
  if (digits > length) return value === 0n ? 0n : value < 0n ? -1n : 1n
  const divisor = 10n ** BigInt(digits)
  const quotient = value / divisor
  if (value % divisor === 0n) return quotient
  return value < 0n ? quotient - 1n : quotient + 1n
}
