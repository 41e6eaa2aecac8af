import { type FieldError, type FieldPath, invalid, printGoStringMap, required } from '@kubetape/apimachinery'

/** An `Invalid value` that prints no value: upstream omits it where the whole object is at fault. */
export const invalidAltogether = (path: FieldPath, detail: string): FieldError => ({
  type: 'FieldValueInvalid',
  field: path.toString(),
  message: `Invalid value: ${detail}`,
})

/** A text over its limit in characters (upstream's v1.31 words for names). */
export const longerThan = (path: FieldPath, max: number): FieldError => ({
  type: 'FieldValueTooLong',
  field: path.toString(),
  message: `Too long: may not be longer than ${max}`,
})

/** Numbers that may be absent but not negative. */
export function nonNegative(path: FieldPath, value: number | undefined): FieldError[] {
  return value !== undefined && value < 0 ? [invalid(path, value, 'must be greater than or equal to 0')] : []
}

/**
 * A field that keeps its value for good. An absent value prints as "null" in quotes, as upstream's nil pointers do; others as JSON, or in the
 * way of `print`.
 */
export function immutable<T>(path: FieldPath, value: T, old: T, print?: (value: NonNullable<T>) => string): FieldError[] {
  if (sameFields(value, old)) return []
  if (value === undefined || value === null) return [invalid(path, 'null', 'field is immutable')]
  return [print === undefined ? invalid(path, value, 'field is immutable') : invalid(path, value, 'field is immutable', print(value))]
}

/**
 * Prints structures of a Go type for messages. Upstream prints their members with addresses in between, which nobody can match on; here they
 * are JSON.
 */
export const goStruct =
  (type: string) =>
  (value: unknown): string =>
    `${type}${JSON.stringify(value)}`

/** Whether two values say the same. Stored objects have null where drafts have nothing yet; an empty list says nothing either. */
export function sameFields(a: unknown, b: unknown): boolean {
  if (saysNothing(a) || saysNothing(b)) return saysNothing(a) && saysNothing(b)
  if (typeof a !== 'object' || typeof b !== 'object') return a === b
  if (Array.isArray(a) || Array.isArray(b))
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => sameFields(item, b[i]))
  const one = a as Record<string, unknown>
  const other = b as Record<string, unknown>
  return (
    Object.keys(one).every((field) => sameFields(one[field], other[field])) &&
    Object.keys(other).every((field) => field in one || saysNothing(other[field]))
  )
}

const saysNothing = (value: unknown): boolean => value === undefined || value === null || (Array.isArray(value) && value.length === 0)

/** `required` where `labels` has no `key`, `invalid` where it has another value. */
export function hasLabel(
  labels: Readonly<Record<string, string>> | undefined,
  metadataPath: FieldPath,
  key: string,
  value: string,
): FieldError[] {
  const actual = labels?.[key]
  const path = metadataPath.child('labels').key(key)
  if (actual === undefined) return [required(path, `must be '${value}'`)]
  return actual === value ? [] : [invalid(path, labels, `must be '${value}'`, printGoStringMap(labels))]
}

/** Words as upstream lists them in `valid values: ["a" "b"]`. */
export const validValues = (words: readonly string[]): string => `valid values: [${words.map((word) => JSON.stringify(word)).join(' ')}]`
