import { goAtoiError, parseGoInt } from './go-syntax.ts'

/** A number, or a text that is a percentage or a name (API reference, IntOrString). */
export type IntOrString = number | string

/** A percentage of a total that is to be a whole number. */
export type Rounding = 'up' | 'down'

/**
 * A number as it is, or a percentage of `total` rounded up or down: how `maxUnavailable`, `maxSurge` and the like are read.
 * Throws `invalid value for IntOrString: …` when a text is no percentage.
 */
export function scaledValue(value: IntOrString | undefined, total: number, rounding: Rounding): number {
  if (value === undefined) throw new Error('nil value for IntOrString')
  if (typeof value === 'number') return value
  const percent = parsePercent(value)
  // The product is exact for the sizes that occur, so that the division alone decides what is rounded.
  const share = (percent * total) / 100
  return rounding === 'up' ? Math.ceil(share) : Math.floor(share)
}

/** The number before the `%`. */
function parsePercent(text: string): number {
  if (!text.endsWith('%')) throw new Error('invalid value for IntOrString: invalid type: string is not a percentage')
  const digits = text.slice(0, -1)
  const percent = parseGoInt(digits)
  if (percent === undefined) throw new Error(`invalid value for IntOrString: invalid value ${JSON.stringify(text)}: ${goAtoiError(digits)}`)
  return Number(percent)
}

/** The number, or the number that a text spells; 0 for any other text. */
export function intValue(value: IntOrString): number {
  return typeof value === 'number' ? value : Number(parseGoInt(value) ?? 0n)
}

/** Whether this is a percentage: digits and `%`. */
export function isPercent(value: IntOrString): boolean {
  return typeof value === 'string' && /^[0-9]+%$/.test(value)
}
