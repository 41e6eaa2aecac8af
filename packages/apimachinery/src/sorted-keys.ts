/** The index of the first of these sorted keys that is not below `key`; their number where all are. */
export function lowerBound(sorted: readonly string[], key: string): number
/** The same of what stands in the order of the keys that `keyOf` reads. */
export function lowerBound<T>(sorted: readonly T[], key: string, keyOf: (one: T) => string): number
export function lowerBound<T>(sorted: readonly T[], key: string, keyOf: (one: T) => string = String): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (keyOf(sorted[middle]!) < key) low = middle + 1
    else high = middle
  }
  return low
}
