import type { OwnerReference } from './object-meta.ts'

/** Some messages of the API server show values in Go's syntax. Clients match on them, so they are printed here in the same way. */

/** A JSON value as Go's `%v` prints it: `map[a:1 b:[x y]]`, members in the order of their names, `<nil>` for null. */
export function printGoValue(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(printGoValue).join(' ')}]`
  if (typeof value === 'object') {
    const members = Object.entries(value).filter(([, member]) => member !== undefined)
    return `map[${members
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => `${name}:${printGoValue(member)}`)
      .join(' ')}]`
  }
  return typeof value === 'string' ? value : (value as number | bigint | boolean).toString()
}

/** The Go type that a JSON value is decoded into: `map[string]interface {}`, `[]interface {}`, `string`, `int64` … */
export function goTypeOf(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (Array.isArray(value)) return '[]interface {}'
  switch (typeof value) {
    case 'object':
      return 'map[string]interface {}'
    case 'boolean':
      return 'bool'
    case 'bigint':
      return 'int64'
    case 'number':
      return Number.isInteger(value) ? 'int64' : 'float64'
    default:
      return 'string'
  }
}

/** What encoding/json calls a JSON value when it cannot store it: `cannot unmarshal array into …`. */
export function goJsonKind(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'array'
  switch (typeof value) {
    case 'object':
      return 'object'
    case 'boolean':
      return 'bool'
    case 'bigint':
    case 'number':
      return 'number'
    default:
      return 'string'
  }
}

/** `[]string{"a", "b"}`; `[]string(nil)` when there is none. */
export function printGoStrings(list: readonly string[] | undefined): string {
  return list === undefined ? '[]string(nil)' : `[]string{${list.map((one) => JSON.stringify(one)).join(', ')}}`
}

/** `map[string]string{"a":"b"}` in the order of the keys; `map[string]string(nil)` when there is none. */
export function printGoStringMap(map: Readonly<Record<string, string>> | undefined): string {
  if (map === undefined) return 'map[string]string(nil)'
  const keys = Object.keys(map).sort()
  return `map[string]string{${keys.map((key) => `${JSON.stringify(key)}:${JSON.stringify(map[key])}`).join(', ')}}`
}

/** A pointer to a bool prints as its address, which nobody can match on; a fixed one keeps the message deterministic. */
const printGoBoolPointer = (value: boolean | undefined): string => (value === undefined ? '(*bool)(nil)' : '(*bool)(0xc000000000)')

/** `v1.OwnerReference{APIVersion:"v1", …}` */
export function printGoOwnerReference(owner: OwnerReference): string {
  const text = (value: string | undefined): string => JSON.stringify(value ?? '')
  return (
    `v1.OwnerReference{APIVersion:${text(owner.apiVersion)}, Kind:${text(owner.kind)}, Name:${text(owner.name)}, UID:${text(owner.uid)}, ` +
    `Controller:${printGoBoolPointer(owner.controller)}, BlockOwnerDeletion:${printGoBoolPointer(owner.blockOwnerDeletion)}}`
  )
}

/** `strconv.ParseInt`-like reading of a decimal integer of Go's `int` (64 bits); undefined where Go answers an error. */
export function parseGoInt(text: string): bigint | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text)
  return BigInt.asIntN(64, value) === value ? value : undefined
}

/** The error of `strconv.Atoi` for a text that `parseGoInt` refuses. */
export const goAtoiError = (text: string): string => numberError('Atoi', text)

/** The error of `strconv.ParseInt` for the same. */
export const goParseIntError = (text: string): string => numberError('ParseInt', text)

function numberError(reader: string, text: string): string {
  const why = /^[+-]?[0-9]+$/.test(text) ? 'value out of range' : 'invalid syntax'
  return `strconv.${reader}: parsing ${JSON.stringify(text)}: ${why}`
}
