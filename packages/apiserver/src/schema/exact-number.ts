/** A number whose text says more than a JavaScript number can: `1.0` and `1e2` (no integers to the API), `-0`, or more than 15 digits. */
export class ExactNumber {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  valueOf(): number {
    return Number(this.text)
  }

  toString(): string {
    return this.text
  }
}

const INT64_MIN = -(2n ** 63n)
const INT64_MAX = 2n ** 63n - 1n

/** Whether this text is a JSON integer without fraction or exponent that 64 bits hold. */
export function isInt64(text: string): boolean {
  if (!/^-?[0-9]+$/.test(text) || text.length > 20) return false
  const value = BigInt(text)
  return value >= INT64_MIN && value <= INT64_MAX
}
