import { type FieldError, type FieldPath, invalid } from '@kubetape/apimachinery'

const PERCENT = /^[0-9]+%$/
const NO_PERCENT =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"

/** A count, or a percentage of one (API reference, IntOrString): not negative, and a percentage well-formed. */
export function validatePositiveIntOrPercent(value: number | string, path: FieldPath): FieldError[] {
  if (typeof value === 'string') return PERCENT.test(value) ? [] : [invalid(path, value, NO_PERCENT, printGoIntOrString(value))]
  return value < 0 ? [invalid(path, value, 'must be greater than or equal to 0')] : []
}

/** Percentages beyond all of what they are of are refused; counts are not looked at. */
export function validateAtMostAll(value: number | string, path: FieldPath): FieldError[] {
  return percentOf(value) > 100 ? [invalid(path, value, 'must not be greater than 100%', printGoIntOrString(value))] : []
}

/** Whether the value is nothing: 0, or 0 %. */
export const isZeroIntOrPercent = (value: number | string): boolean =>
  typeof value === 'string' ? PERCENT.test(value) && percentOf(value) === 0 : value === 0

function percentOf(value: number | string): number {
  return typeof value === 'string' && PERCENT.test(value) ? Number(value.slice(0, -1)) : 0
}

/** A value as Go prints its structure: what messages about it show. */
export function printGoIntOrString(value: number | string): string {
  return typeof value === 'string'
    ? `intstr.IntOrString{Type:1, IntVal:0, StrVal:${JSON.stringify(value)}}`
    : `intstr.IntOrString{Type:0, IntVal:${value}, StrVal:""}`
}
