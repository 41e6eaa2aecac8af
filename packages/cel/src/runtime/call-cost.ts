import type { CelFunction } from '../library/library.ts'
import { codePoints } from '../library/conversions.ts'
import { CelList, CelMap } from './collections.ts'
import { libraryCallCost } from './library-call-cost.ts'
import { CelOpaque } from './values.ts'

/** What a call costs: a number where it is always the same, otherwise told by the arguments before the call or by the result after it. */
export type CallCost = number | { readonly before?: (args: readonly unknown[]) => number; readonly after?: (result: unknown) => number }

/** Units for each character of a string that is walked through. */
export const STRING_TRAVERSAL = 0.1
/** Units for each character of a pattern. */
export const REGEX_LENGTH = 0.25

/** What `size()` would answer; 1 for what has no size. */
export function actualSize(value: unknown): number {
  if (typeof value === 'string') return codePoints(value)
  if (value instanceof CelList || value instanceof CelMap) return value.size
  if (value instanceof Uint8Array) return value.length
  return value instanceof CelOpaque ? value.size() : 1
}

export const traversal = (size: number, factor = STRING_TRAVERSAL): number => Math.ceil(size * factor)

/** The cost that v1.31 counts for a call of one overload; an empty id where several may be meant. */
export function callCost({ name, library }: CelFunction, overload: string, strict: boolean): CallCost {
  if (name.startsWith('sets.')) {
    const factor = name === 'sets.equivalent' ? 2 : 1
    return overload === '' ? 1 : { before: ([a, b]) => 1 + actualSize(a) * actualSize(b) * factor }
  }
  if (library || name === 'ip' || name === 'cidr') return strict ? libraryCallCost(name, overload) : 1
  if (name === '_==_' || name === '_!=_') return { before: equalityCost }
  switch (overload) {
    case 'starts_with_string':
    case 'ends_with_string':
    case 'string_to_bytes':
    case 'bytes_to_string':
      return { before: ([a]) => traversal(actualSize(a)) }
    case 'in_list':
      return { before: ([, list]) => actualSize(list) }
    case 'less_string':
    case 'greater_string':
    case 'less_equals_string':
    case 'greater_equals_string':
    case 'less_bytes':
    case 'greater_bytes':
    case 'less_equals_bytes':
    case 'greater_equals_bytes':
      return { before: equalityCost }
    case 'add_string':
    case 'add_bytes':
      return { before: ([a, b]) => traversal(actualSize(a) + actualSize(b)) }
    case 'matches_string':
      return { before: regexCost }
    case 'contains_string':
      return { before: ([a, b]) => traversal(actualSize(a)) * traversal(actualSize(b)) }
    default:
      return 1
  }
}

const equalityCost = ([a, b]: readonly unknown[]): number => traversal(Math.min(actualSize(a), actualSize(b)))

/** One more than the length, so that an empty text does not make the pattern free. */
export const regexCost = ([text, pattern]: readonly unknown[]): number =>
  traversal(1 + actualSize(text)) * traversal(actualSize(pattern), REGEX_LENGTH)
