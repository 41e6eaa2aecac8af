import { goTypeOf, printGoValue } from '@kubetape/apimachinery'
import { isRecord } from './field-changes.ts'
import { ElementError, itemElement, printElement } from './path-element.ts'
import { type ListShape, type MapShape, type ScalarKind, type Shape, shapeKindOf } from './value-shape.ts'

/**
 * What keeps a value from being merged, each with its path and upstream's words (`.spec.nope: field not declared in schema`): values of another
 * type than the schema's, fields that it does not have, items of lists that cannot be told apart.
 */
export function shapeErrors(shape: Shape, value: unknown): string[] {
  const errors: string[] = []
  checkValue(shape, value, '', errors)
  return errors
}

/** Several errors under one heading, as upstream prints them. */
export function joinedErrors(errors: readonly string[]): string {
  return errors.length === 1 ? errors[0]! : ['errors:', ...errors.map((error) => `  ${error}`)].join('\n')
}

function checkValue(shape: Shape, value: unknown, path: string, errors: string[]): void {
  const refuse = (why: string): unknown => errors.push(path === '' ? why : `${path}: ${why}`)
  switch (shapeKindOf(shape, value)) {
    case 'map':
      if (isRecord(value)) checkMap(shape.map!, value, path, errors)
      else if (value !== null) refuse(`expected map, got ${printBoxed(value)}`)
      return
    case 'list':
      if (Array.isArray(value)) checkList(shape.list!, value, path, errors)
      else if (value !== null) refuse(`expected list, got ${printBoxed(value)}`)
      return
    case 'scalar': {
      const why = scalarProblem(shape.scalar!, value)
      if (why !== undefined) refuse(why)
      return
    }
    default:
      refuse('schema error: invalid atom: inlined')
  }
}

function checkMap(shape: MapShape, value: Readonly<Record<string, unknown>>, path: string, errors: string[]): void {
  for (const name in value) {
    const field = shape.fields.get(name) ?? shape.values
    if (field === undefined) {
      // Upstream looks no further in this object.
      errors.push(`${path}.${name}: field not declared in schema`)
      return
    }
    checkValue(field, value[name], `${path}.${name}`, errors)
  }
}

function checkList(shape: ListShape, value: readonly unknown[], path: string, errors: string[]): void {
  const seen = new Set<string>()
  const where = path === '' ? '' : `${path}: `
  for (const [at, item] of value.entries()) {
    if (shape.relation === 'atomic') {
      checkValue(shape.items, item, `${path}[${at}]`, errors)
      continue
    }
    let element: string
    try {
      element = itemElement(shape, item)
    } catch (error) {
      if (!(error instanceof ElementError)) throw error
      // Items after one that cannot be named cannot be named either.
      errors.push(`${where}element ${at}: ${error.message}`)
      return
    }
    if (seen.has(element)) errors.push(`${where}duplicate entries for key ${printElement(element)}`)
    seen.add(element)
    checkValue(shape.items, item, path + printElement(element), errors)
  }
}

function scalarProblem(kind: ScalarKind, value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined
  const type = typeof value === 'bigint' ? 'number' : typeof value
  switch (kind) {
    case 'numeric':
      return type === 'number' ? undefined : `expected numeric (int or float), got ${goTypeOf(value)}`
    case 'string':
      return type === 'string' ? undefined : `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`
    case 'boolean':
      return type === 'boolean' ? undefined : `expected boolean, got ${printBoxed(value)}`
    case 'untyped':
      return type === 'object' ? `expected any scalar, got ${printBoxed(value)}` : undefined
  }
}

/** A value as Go prints a pointer to what holds it. */
const printBoxed = (value: unknown): string => `&{${printGoValue(value)}}`

function goSyntax(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)'
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`
  if (!isRecord(value)) return typeof value === 'string' ? JSON.stringify(value) : printGoValue(value)
  return `map[string]interface {}{${sortedEntries(value)
    .map(([name, member]) => `${JSON.stringify(name)}:${goSyntax(member)}`)
    .join(', ')}}`
}

const sortedEntries = (value: Readonly<Record<string, unknown>>): [string, unknown][] =>
  Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
