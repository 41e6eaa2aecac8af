import { type FieldError, type FieldPath, invalid } from '@kubetape/apimachinery'

/** No element of the path is `..`. */
export function checkNoBacksteps(path: FieldPath, value: string): FieldError[] {
  return value.split('/').includes('..') ? [invalid(path, value, "must not contain '..'")] : []
}

/** A relative path that stays in its folder. */
export function checkDescendingPath(path: FieldPath, value: string): FieldError[] {
  return [...(value.startsWith('/') ? [invalid(path, value, 'must be a relative path')] : []), ...checkNoBacksteps(path, value)]
}

/** A relative path that stays in its folder and does not begin with `..`, the names that kubelets use themselves. */
export function checkLocalPath(path: FieldPath, value: string): FieldError[] {
  const reserved =
    value.startsWith('..') && !value.startsWith('../') && value !== '..' ? [invalid(path, value, "must not start with '..'")] : []
  return [...checkDescendingPath(path, value), ...reserved]
}

/** Permission bits of a file, 0 to 0777. */
export function checkFileMode(path: FieldPath, value: number | undefined): FieldError[] {
  return value === undefined || (value >= 0 && value <= 0o777)
    ? []
    : [invalid(path, value, 'must be a number between 0 and 0777 (octal), both inclusive')]
}
