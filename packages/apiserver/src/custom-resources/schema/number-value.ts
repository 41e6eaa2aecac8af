/** A number of a custom resource: a float where it is neither safe nor a bigint. */
export type NumberValue = number | bigint

/** Whether this is a number. */
export const isNumberValue = (value: unknown): value is NumberValue => typeof value === 'number' || typeof value === 'bigint'

/** Whether it is an integer of 64 bits; a whole float counts as one while a float can tell it from its neighbours. */
export const isInteger = (value: NumberValue): boolean => typeof value === 'bigint' || Number.isSafeInteger(value)

/** Whether the text of a limit may be compared as an integer: of integers upstream cuts the fraction of limits off. */
export const limitFor = (value: NumberValue, limit: number): number => (isInteger(value) ? Math.trunc(limit) : limit)

/** Whether a value is a multiple of a factor. */
export function isMultiple(value: NumberValue, factor: number): boolean {
  if (isInteger(value)) {
    const whole = BigInt(Math.trunc(factor))
    return whole !== 0n && BigInt(value) % whole === 0n
  }
  const times = factor < 1 ? (1 / factor) * Number(value) : Number(value) / factor
  return isWholeFloat(times)
}

/** As upstream rounds: a float counts as whole when it is hardly above an integer. */
function isWholeFloat(value: number): boolean {
  if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER) return false
  const whole = Math.trunc(value)
  return value === whole || Math.abs(value - whole) / (Math.abs(value) + Math.abs(whole)) < TOLERANCE
}

const TOLERANCE = 1e-9
