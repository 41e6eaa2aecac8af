import { printExactJson } from './exact-json.ts'

/** Where in an object an error is: `spec.template.spec.containers[0].image`, `metadata.labels[a/b]`. */
export class FieldPath {
  readonly #text: string

  private constructor(text: string) {
    this.#text = text
  }

  static of(root: string): FieldPath {
    return new FieldPath(root)
  }

  /** The field `name` of this object; the names of nested fields may be given at once. */
  child(...names: string[]): FieldPath {
    let text = this.#text
    // Nearly all paths are made and never read: a sum of strings is not put together before it is.
    for (const name of names) if (name !== '') text = text === '' ? name : `${text}.${name}`
    return new FieldPath(text)
  }

  /** Element `at` of this list. */
  index(at: number): FieldPath {
    return new FieldPath(`${this.#text}[${at}]`)
  }

  /** Entry `key` of this map. */
  key(key: string): FieldPath {
    return new FieldPath(`${this.#text}[${key}]`)
  }

  toString(): string {
    return this.#text
  }
}

/** The kinds of field errors, by their wire reasons (API reference, CauseType). */
export type FieldErrorType =
  | 'FieldValueNotFound'
  | 'FieldValueRequired'
  | 'FieldValueDuplicate'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'InternalError'
  | 'FieldValueTypeInvalid'

/** One thing wrong with one field; `message` is what a Status cause carries, without the field. */
export interface FieldError {
  readonly type: FieldErrorType
  readonly field: string
  readonly message: string
}

/** A value as upstream prints it in `Invalid value: …`: strings quoted, objects as JSON unless a rule prints them otherwise. */
export function printValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (value === undefined || value === null) return '"null"'
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  return printExactJson(value)
}

const make = (type: FieldErrorType, path: FieldPath | string, message: string): FieldError => ({ type, field: String(path), message })
const withDetail = (head: string, detail: string): string => (detail ? `${head}: ${detail}` : head)

/** `Required value: detail` */
export const required = (path: FieldPath, detail = ''): FieldError => make('FieldValueRequired', path, withDetail('Required value', detail))
/** `Invalid value: value: detail`; give `printed` where upstream prints the value in its own way. */
export const invalid = (path: FieldPath, value: unknown, detail: string, printed = printValue(value)): FieldError =>
  make('FieldValueInvalid', path, withDetail(`Invalid value: ${printed}`, detail))
/** `Unsupported value: value: supported values: "a", "b"` (in the order given); give `printed` where upstream prints the value in its own way. */
export const notSupported = (path: FieldPath, value: unknown, supported: readonly string[], printed = printValue(value)): FieldError =>
  make(
    'FieldValueNotSupported',
    path,
    withDetail(
      `Unsupported value: ${printed}`,
      supported.length > 0 ? `supported values: ${supported.map((one) => JSON.stringify(one)).join(', ')}` : '',
    ),
  )
/** `Forbidden: detail` */
export const forbidden = (path: FieldPath, detail: string): FieldError => make('FieldValueForbidden', path, withDetail('Forbidden', detail))
/** `Duplicate value: value`; give `printed` where upstream prints the value in its own way. */
export const duplicate = (path: FieldPath, value: unknown, printed = printValue(value)): FieldError =>
  make('FieldValueDuplicate', path, `Duplicate value: ${printed}`)
/** `Not found: value` */
export const notFoundValue = (path: FieldPath, value: unknown): FieldError =>
  make('FieldValueNotFound', path, `Not found: ${printValue(value)}`)
/** `Too long: must have at most max bytes` (v1.31 wording) */
export const tooLong = (path: FieldPath, maxBytes: number): FieldError =>
  make('FieldValueTooLong', path, `Too long: must have at most ${maxBytes} bytes`)
/** `Too many: actual: must have at most max items` */
export const tooMany = (path: FieldPath, actual: number, max: number): FieldError =>
  make('FieldValueTooMany', path, `Too many: ${actual}: must have at most ${max} items`)
/** `Invalid value: value: detail` with the cause FieldValueTypeInvalid */
export const typeInvalid = (path: FieldPath, value: unknown, detail: string): FieldError =>
  make('FieldValueTypeInvalid', path, withDetail(`Invalid value: ${printValue(value)}`, detail))
/** `Internal error: detail` */
export const internalFieldError = (path: FieldPath, detail: string): FieldError =>
  make('InternalError', path, withDetail('Internal error', detail))
