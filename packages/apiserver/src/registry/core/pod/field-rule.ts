import {
  dnsLabelErrors,
  dnsSubdomainErrors,
  type FieldError,
  type FieldPath,
  invalid,
  qualifiedNameErrors,
  rangeErrors,
} from '@kubetape/apimachinery'

/** Applies a rule of names or values to a field: one `Invalid value` for each thing that is wrong. */
export function checkRule<T extends string | number>(path: FieldPath, value: T, rule: (value: T) => string[]): FieldError[] {
  return rule(value).map((message) => invalid(path, value, message))
}

export const checkDnsLabel = (path: FieldPath, value: string): FieldError[] => checkRule(path, value, dnsLabelErrors)
export const checkSubdomain = (path: FieldPath, value: string): FieldError[] => checkRule(path, value, dnsSubdomainErrors)
export const checkQualifiedName = (path: FieldPath, value: string): FieldError[] => checkRule(path, value, qualifiedNameErrors)

/** An integer from `low` to `high`; absent values are fine. */
export const checkRange = (path: FieldPath, value: number | undefined, low: number, high: number): FieldError[] =>
  value === undefined ? [] : checkRule(path, value, (one) => rangeErrors(one, low, high))

/** The largest user and group id that a Pod may ask for. */
const UNIX_ID_MAX = 2147483647

/** A user or group id (API reference, SecurityContext). */
export const checkUnixId = (path: FieldPath, value: number | undefined): FieldError[] => checkRange(path, value, 0, UNIX_ID_MAX)

export const checkNonNegative = (path: FieldPath, value: number | undefined): FieldError[] =>
  (value ?? 0) < 0 ? [invalid(path, value, 'must be greater than or equal to 0')] : []
export const checkPositive = (path: FieldPath, value: number): FieldError[] =>
  value <= 0 ? [invalid(path, value, 'must be greater than zero')] : []
