import type { LimitRange, LimitRangeItem } from '@kubetape/api/types/core/v1'
import {
  duplicate,
  type FieldError,
  FieldPath,
  forbidden,
  invalid,
  qualifiedNameErrors,
  type Quantity,
  quantityOf,
  required,
} from '@kubetape/apimachinery'
import { invalidQuantity } from '../go-quantity.ts'
import { mayOvercommit, validateContainerResourceName } from '../pod/resource-requirements.ts'
import { validateResourceName } from '../resource-name.ts'

const STANDARD_TYPES = new Set(['Pod', 'Container', 'PersistentVolumeClaim'])
const LIMITS = FieldPath.of('spec').child('limits')

/** Validates what a LimitRange says about each kind of thing (API reference, LimitRangeItem). */
export function validateLimitRange({ spec }: Readonly<LimitRange>): FieldError[] {
  const errors: FieldError[] = []
  const seen = new Set<string>()
  for (const [at, item] of (spec?.limits ?? []).entries()) {
    const path = LIMITS.index(at)
    errors.push(...validateType(item.type, path.child('type')))
    if (seen.has(item.type)) errors.push(duplicate(path.child('type'), item.type))
    seen.add(item.type)
    errors.push(...validateItem(item, path))
  }
  return errors
}

function validateType(type: string, path: FieldPath): FieldError[] {
  const malformed = qualifiedNameErrors(type)
  if (malformed.length > 0) return malformed.map((message) => invalid(path, type, message))
  if (type.includes('/') || STANDARD_TYPES.has(type)) return []
  return [invalid(path, type, 'must be a standard limit type or fully qualified')]
}

function validateItem(item: Readonly<LimitRangeItem>, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  const judge = item.type === 'Pod' || item.type === 'Container' ? validateContainerResourceName : validateResourceName
  const names = new Set<string>()
  const take = (member: keyof LimitRangeItem): void => {
    for (const name of Object.keys((item[member] as object | undefined) ?? {}).sort()) {
      errors.push(...judge(name, path.child(member).key(name)))
      names.add(name)
    }
  }
  take('max')
  take('min')
  if (item.type === 'Pod') {
    for (const member of ['default', 'defaultRequest'] as const)
      if (Object.keys(item[member] ?? {}).length > 0)
        errors.push(forbidden(path.child(member), "may not be specified when `type` is 'Pod'"))
  } else {
    take('default')
    take('defaultRequest')
  }
  if (item.type === 'PersistentVolumeClaim' && item.min?.['storage'] === undefined && item.max?.['storage'] === undefined)
    errors.push(required(path.child('limits'), 'either minimum or maximum storage value is required, but neither was provided'))
  take('maxLimitRequestRatio')
  for (const name of [...names].sort()) errors.push(...validateAmounts(name, item, path))
  return errors
}

/** What the amounts of one resource say must fit together: min ≤ defaultRequest ≤ default ≤ max. */
function validateAmounts(name: string, item: Readonly<LimitRangeItem>, path: FieldPath): FieldError[] {
  const amount = (list: Readonly<Record<string, string>> | undefined): Quantity | undefined =>
    list?.[name] === undefined ? undefined : quantityOf(list[name])
  const [min, max, ratio] = [amount(item.min), amount(item.max), amount(item.maxLimitRequestRatio)]
  const limit = item.type === 'Pod' ? undefined : amount(item.default)
  const request = item.type === 'Pod' ? undefined : amount(item.defaultRequest)
  const errors: FieldError[] = []
  const ordered = (
    member: string,
    shown: Quantity | undefined,
    low: Quantity | undefined,
    high: Quantity | undefined,
    [a, b]: string[],
  ): void => {
    if (low !== undefined && high !== undefined && low.compare(high) > 0)
      errors.push(
        invalidQuantity(path.child(member).key(name), shown!, `${a} value ${String(low)} is greater than ${b} value ${String(high)}`),
      )
  }
  ordered('min', min, min, max, ['min', 'max'])
  ordered('defaultRequest', request, min, request, ['min', 'default request'])
  ordered('defaultRequest', request, request, max, ['default request', 'max'])
  ordered('defaultRequest', request, request, limit, ['default request', 'default limit'])
  ordered('default', min, min, limit, ['min', 'default'])
  ordered('default', max, limit, max, ['default', 'max'])
  if (ratio !== undefined) errors.push(...validateRatio(ratio, min, max, path.child('maxLimitRequestRatio').key(name)))
  if (!mayOvercommit(name) && limit !== undefined && request !== undefined && !limit.equals(request))
    errors.push(
      invalidQuantity(
        path.child('defaultRequest').key(name),
        request,
        `default value ${String(limit)} must equal to defaultRequest value ${String(request)} in ${name}`,
      ),
    )
  return errors
}

function validateRatio(ratio: Quantity, min: Quantity | undefined, max: Quantity | undefined, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  if (ratio.compare(1) < 0) errors.push(invalidQuantity(path, ratio, `ratio ${String(ratio)} is less than 1`))
  if (min !== undefined && max !== undefined) {
    const most = max.asNumber() / min.asNumber()
    if (ratio.asNumber() > most)
      errors.push(invalidQuantity(path, ratio, `ratio ${String(ratio)} is greater than max/min = ${most.toFixed(6)}`))
  }
  return errors
}
