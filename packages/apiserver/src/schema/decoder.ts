import { exactInteger } from '@kubetape/apimachinery'
import type { DecodeContext } from './decode-context.ts'
import { ExactNumber } from './exact-number.ts'
import { RepeatedFields } from './repeated-fields.ts'

/** Decodes one JSON value that is not null. Undefined means that the wire would not show it: the zero value of a field that is omitted when empty. */
export type Decoder = (value: unknown, context: DecodeContext) => unknown

/** What upstream's decoder calls a JSON value that it cannot store. */
export function jsonKindOf(value: unknown): string {
  if (typeof value === 'string') return 'string'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof ExactNumber) return 'number'
  return Array.isArray(value) ? 'array' : 'object'
}

/** Whether this is a JSON object, with or without repeated keys. */
export function isObject(value: unknown): value is Record<string, unknown> | RepeatedFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber)
}

/** The number of keys in all objects of a value. */
export function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) return 0
  let count = 0
  if (Array.isArray(value)) for (const item of value) count += countKeys(item)
  else if (value instanceof RepeatedFields) for (const [, member] of value.entries) count += 1 + countKeys(member)
  else for (const name in value) count += 1 + countKeys((value as Record<string, unknown>)[name])
  return count
}

/** The entries of an object, repeated ones included. */
function entriesOf(value: object): Iterable<readonly [string, unknown]> {
  return value instanceof RepeatedFields ? value.entries : Object.entries(value)
}

/** A copy of a value that the API does not look into; integers beyond 2^53 become bigints, of repeated keys the last wins. */
export function copyFreely(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof ExactNumber) return exactInteger(value.valueOf(), value.text)
  if (Array.isArray(value)) return value.map(copyFreely)
  const copy: Record<string, unknown> = {}
  for (const [name, member] of entriesOf(value)) setOwn(copy, name, copyFreely(member))
  return copy
}

/** Sets a key of a map that users name: `__proto__` must not reach the prototype. */
export function setOwn(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true })
  else object[name] = value
}
