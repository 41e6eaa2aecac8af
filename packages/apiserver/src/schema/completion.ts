import type { TypeSchema } from '@kubetape/apimachinery'
import { hasZeroDefault, isScalar, shortTypeName, type WireField } from './wire-field.ts'

/** Brings an object of a type into the form that is stored and served. Changes it in place; done twice, it changes nothing more. */
export type Completion = (object: Record<string, unknown>) => void

/** One field, as completion needs it. */
export interface CompletedField {
  readonly name: string
  readonly schema: TypeSchema
  readonly wire: WireField
  /** The completion of the field's type, of its items or of its values. */
  readonly nested: Completion | undefined
}

/** What to do with one field of an object; decided once, when the type is compiled. */
interface Step {
  readonly name: string
  /** What the field holds when nothing is in it; undefined leaves it out. */
  readonly empty: unknown
  readonly shape: 'scalar' | 'pointer' | 'struct' | 'list' | 'map'
  readonly keepsZero: boolean
  readonly nested: Completion | undefined
}

/**
 * The completion of a type with these fields: fills in what the wire always shows, and drops what it never shows (empty lists, maps and zero
 * values of fields that are omitted when empty). `keepsEmptyLists` is for types whose storage tells an empty list from none.
 */
export function completionOf(fields: readonly CompletedField[], keepsEmptyLists: boolean): Completion {
  const steps = fields.map(stepOf)
  return (object) => {
    for (const step of steps) {
      const value = object[step.name]
      if (value === undefined || value === null) fill(object, step, value)
      else if (step.shape === 'scalar') {
        if (!step.keepsZero && isZero(value)) replace(object, step.name, step.empty)
      } else if (step.shape === 'struct' || step.shape === 'pointer') step.nested?.(value as Record<string, unknown>)
      else completeMany(object, step, value, keepsEmptyLists)
    }
  }
}

function stepOf({ name, schema, wire, nested }: CompletedField): Step {
  const shape = shapeOf(schema)
  return {
    name,
    shape,
    keepsZero: wire.keepsZero || wire.alwaysPrinted,
    nested,
    empty: wire.alwaysPrinted ? emptyOf(schema, wire) : undefined,
  }
}

function shapeOf(schema: TypeSchema): Step['shape'] {
  if (isScalar(schema) || schema.format === 'byte') return 'scalar'
  if (schema.type === 'array') return 'list'
  if (schema.type === 'object') return 'map'
  return schema.$ref !== undefined && 'default' in schema ? 'struct' : 'pointer'
}

/** What stands for nothing in a field that is always printed. */
function emptyOf(schema: TypeSchema, wire: WireField): unknown {
  if (wire.keepsZero || !isScalar(schema)) return null
  if (schema.$ref !== undefined) {
    const name = shortTypeName(schema.$ref)
    return name === 'Quantity' ? '0' : name === 'IntOrString' ? 0 : null
  }
  if ('default' in schema && !hasZeroDefault(schema)) return schema.default
  return schema.type === 'string' ? '' : schema.type === 'boolean' ? false : 0
}

function fill(object: Record<string, unknown>, step: Step, value: undefined | null): void {
  if (step.shape === 'struct') {
    const made: Record<string, unknown> = {}
    step.nested?.(made)
    object[step.name] = made
  } else if (step.empty !== undefined) {
    if (value !== step.empty) object[step.name] = step.empty
  } else if (value === null) delete object[step.name]
}

function completeMany(object: Record<string, unknown>, step: Step, value: unknown, keepsEmptyLists: boolean): void {
  const { nested } = step
  if (step.shape === 'list') {
    const list = value as unknown[]
    if (list.length === 0) {
      if (step.empty === undefined || !keepsEmptyLists) replace(object, step.name, step.empty)
    } else if (nested !== undefined) for (const item of list) nested(item as Record<string, unknown>)
    return
  }
  let last: string | undefined
  let sorted = true
  const map = value as Record<string, unknown>
  for (const key in map) {
    if (last !== undefined && key < last) sorted = false
    last = key
    nested?.(map[key] as Record<string, unknown>)
  }
  if (last === undefined) replace(object, step.name, step.empty)
  else if (!sorted) object[step.name] = sortedByKey(map)
}

/** The wire has the entries of maps in the order of their keys. */
function sortedByKey(map: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(map)
      .sort()
      .map((key) => [key, map[key]]),
  )
}

/** Deleting is slow and rare: the decoder has dropped most of what is empty. */
function replace(object: Record<string, unknown>, name: string, value: unknown): void {
  if (value === undefined) delete object[name]
  else object[name] = value
}

const isZero = (value: unknown): boolean => value === '' || value === 0 || value === false
