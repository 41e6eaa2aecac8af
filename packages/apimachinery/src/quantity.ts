import { divideUp, parseQuantityParts, type QuantityFormat, suffixOf } from './quantity-parser.ts'
import { badRequest } from './status-error.ts'

export type { QuantityFormat } from './quantity-parser.ts'

const INT64_MAX = 9223372036854775807n
const INT64_MIN = -9223372036854775808n
/** Powers of ten beyond this are not computed: such numbers differ in magnitude, not in digits. */
const EXPONENT_SPAN_MAX = 4096

/**
 * An exact amount of a resource (API reference, Quantity): `500m`, `1.5Gi`, `1e3`. Immutable; value = `unscaled` × 10^-`scale`.
 * Make one with `parseQuantity`, `quantityOf` or `Quantity.of`.
 */
export class Quantity {
  readonly unscaled: bigint
  readonly scale: number
  readonly format: QuantityFormat
  #text: string | undefined

  /** `text` is what the quantity is written as; left out, it is made canonical when it is first asked for. */
  constructor(unscaled: bigint, scale: number, format: QuantityFormat, text?: string) {
    this.unscaled = unscaled
    this.scale = scale
    this.format = format
    this.#text = text
  }

  /** `value` whole units. */
  static of(value: number | bigint, format: QuantityFormat = 'DecimalSI'): Quantity {
    return new Quantity(BigInt(value), 0, format)
  }

  /** `value` thousandths. */
  static ofMilli(value: number | bigint, format: QuantityFormat = 'DecimalSI'): Quantity {
    return new Quantity(BigInt(value), 3, format)
  }

  get isZero(): boolean {
    return this.unscaled === 0n
  }

  /** -1, 0 or 1. */
  get sign(): -1 | 0 | 1 {
    return this.unscaled < 0n ? -1 : this.unscaled > 0n ? 1 : 0
  }

  /** Negative, 0 or positive as this is less than, equal to or greater than `other`. */
  compare(other: Quantity | number | bigint): number {
    const that = other instanceof Quantity ? other : Quantity.of(other)
    if (this.sign !== that.sign || this.sign === 0) return this.sign - that.sign
    if (this.scale === that.scale) return this.unscaled < that.unscaled ? -1 : this.unscaled > that.unscaled ? 1 : 0
    const byMagnitude = magnitude(this) - magnitude(that)
    if (byMagnitude !== 0) return this.sign * byMagnitude
    const scale = Math.max(this.scale, that.scale)
    const difference = rescale(this, scale) - rescale(that, scale)
    return difference < 0n ? -1 : difference > 0n ? 1 : 0
  }

  equals(other: Quantity | number | bigint): boolean {
    return this.compare(other) === 0
  }

  /** The sum. It is written like this quantity, or like `other` where this is zero. */
  add(other: Quantity): Quantity {
    const scale = Math.max(this.scale, other.scale)
    return new Quantity(rescale(this, scale) + rescale(other, scale), scale, this.isZero ? other.format : this.format)
  }

  /** The difference, written like the sum would be. */
  subtract(other: Quantity): Quantity {
    return this.add(other.negate())
  }

  negate(): Quantity {
    return new Quantity(-this.unscaled, this.scale, this.format)
  }

  multiply(factor: number | bigint): Quantity {
    return new Quantity(this.unscaled * BigInt(factor), this.scale, this.format)
  }

  /**
   * The quantity with at most `digits` decimals (3: milli), rounded away from zero. One that has no more keeps its text: so the server treats
   * the amounts of a ResourceList, with 3.
   */
  roundUp(digits: number): Quantity {
    return this.scale <= digits ? this : new Quantity(divideUp(this.unscaled, this.scale - digits), digits, this.format)
  }

  /** Whole units, rounded away from zero, capped to 64 bits. */
  value(): bigint {
    return this.#scaled(0)
  }

  /** Thousandths, rounded away from zero, capped to 64 bits. */
  milliValue(): bigint {
    return this.#scaled(3)
  }

  /** The nearest floating-point number. */
  asNumber(): number {
    return Number(`${this.unscaled}e${-this.scale}`)
  }

  /** The text on the wire: the one it was read from where that is as good as canonical, else the canonical one. */
  toString(): string {
    this.#text ??= canonicalText(this)
    return this.#text
  }

  toJSON(): string {
    return this.toString()
  }

  #scaled(digits: number): bigint {
    if (magnitude(this) + digits > 20) return this.sign < 0 ? INT64_MIN : INT64_MAX
    const value = this.scale > digits ? divideUp(this.unscaled, this.scale - digits) : rescale(this, digits)
    return value > INT64_MAX ? INT64_MAX : value < INT64_MIN ? INT64_MIN : value
  }
}

/** The quantity that is nothing. */
export const ZERO_QUANTITY = new Quantity(0n, 0, 'DecimalSI', '0')

/**
 * Reads a quantity's text; blanks around it are not accepted (but see `quantityOf`).
 * @throws StatusError 400 in the API server's words when the text is no quantity.
 */
export function parseQuantity(text: string): Quantity {
  try {
    const parts = parseQuantityParts(text)
    return new Quantity(parts.unscaled, parts.scale, parts.format, parts.text)
  } catch (error) {
    throw badRequest((error as Error).message)
  }
}

/**
 * The quantity that a JSON value states: a text with or without blanks around it, or a number; null and absent are zero.
 * Throws like `parseQuantity`.
 */
export function quantityOf(value: string | number | bigint | null | undefined): Quantity {
  if (value === null || value === undefined) return ZERO_QUANTITY
  return parseQuantity(typeof value === 'string' ? value.trim() : String(value))
}

/** A quantity as the server stores it: its text on the wire, read and written once. Throws like `parseQuantity`. */
export function canonicalQuantity(value: string | number | bigint): string {
  return quantityOf(value).toString()
}

/** How many decimal digits stand before the point; not positive for parts of one. */
function magnitude({ unscaled, scale }: Quantity): number {
  return (unscaled < 0n ? -unscaled : unscaled).toString().length - scale
}

/** `unscaled` at a scale that is not smaller. */
function rescale({ unscaled, scale }: Quantity, to: number): bigint {
  if (unscaled === 0n) return 0n
  const digits = to - scale
  if (digits > EXPONENT_SPAN_MAX) throw new RangeError(`Cannot compute with a quantity of ${digits} digits: more than ${EXPONENT_SPAN_MAX}`)
  return unscaled * 10n ** BigInt(digits)
}

function canonicalText(quantity: Quantity): string {
  if (quantity.isZero) return '0'
  if (quantity.format === 'BinarySI' && (quantity.compare(1024) >= 0 || quantity.compare(-1024) <= 0) && isWhole(quantity)) {
    const [amount, factors] = withoutFactors(wholeUnits(quantity), 1024n)
    return `${amount}${suffixOf(2, factors * 10)}`
  }
  // Binary suffixes are for whole numbers from 1024 on; others would lose digits.
  const [shortest, zeros] = withoutFactors(quantity.unscaled, 10n)
  const exponent = zeros - quantity.scale
  // Suffixes are powers of a thousand, so up to two zeros go back to the number.
  const excess = ((exponent % 3) + 3) % 3
  const amount = shortest * 10n ** BigInt(excess)
  const multiple = exponent - excess
  if (quantity.format === 'DecimalExponent') return multiple === 0 ? `${amount}` : `${amount}e${multiple}`
  return `${amount}${suffixOf(10, multiple)}`
}

/** The value of a quantity that is whole. */
function wholeUnits(quantity: Quantity): bigint {
  return quantity.scale > 0 ? quantity.unscaled / 10n ** BigInt(quantity.scale) : rescale(quantity, 0)
}

function isWhole({ unscaled, scale }: Quantity): boolean {
  return scale <= 0 || unscaled % 10n ** BigInt(scale) === 0n
}

/** `value` without its factors of `base`, and how many there were. */
function withoutFactors(value: bigint, base: bigint): [amount: bigint, factors: number] {
  let amount = value
  let factors = 0
  while (amount !== 0n && amount % base === 0n) {
    amount /= base
    factors++
  }
  return [amount, factors]
}
