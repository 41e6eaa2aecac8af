/**
 * Compares two resource versions of one resource type: negative, 0 or positive. Decimal strings compare by length, then by digits,
 * so they are exact beyond 2^53 (KEP-5504). Never compare across resource types.
 */
export function compareResourceVersions(a: string, b: string): number {
  if (!isResourceVersion(a) || !isResourceVersion(b))
    throw new RangeError(`Cannot compare resource versions "${a}" and "${b}": one is no decimal number`)
  if (a.length !== b.length) return a.length - b.length
  return a < b ? -1 : a > b ? 1 : 0
}

/** Whether this is a comparable resource version: decimal, no leading zero, not empty, not "0". */
export function isResourceVersion(text: string): boolean {
  return /^[1-9][0-9]*$/.test(text) && text.length <= 39
}
