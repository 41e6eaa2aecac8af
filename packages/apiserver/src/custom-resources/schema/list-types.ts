import { type FieldError, FieldPath, invalid, isJsonObject, type JsonObject, printExactJson } from '@kubetape/apimachinery'
import { printFieldValue } from './go-literal.ts'
import { anySchema, type Structural } from './structural.ts'

type Check = (value: unknown, path: string, errors: FieldError[]) => void

/** Finds values that a set has twice and keys that a map list has twice (`x-kubernetes-list-type`); undefined where the schema has neither. */
export function compileListTypes(schema: Structural): ((value: unknown) => FieldError[]) | undefined {
  const check = compile(schema)
  if (check === undefined) return undefined
  return (value) => {
    const errors: FieldError[] = []
    check(value, '', errors)
    return errors
  }
}

const isChecked = ({ listType }: Structural): boolean => listType === 'set' || listType === 'map'

function compile(node: Structural): Check | undefined {
  if (!anySchema(node, isChecked)) return undefined
  const items = node.items === undefined ? undefined : compile(node.items)
  const properties = new Map<string, Check>()
  for (const [name, property] of node.properties) {
    const check = compile(property)
    if (check !== undefined) properties.set(name, check)
  }
  const values = node.additional?.schema === undefined ? undefined : compile(node.additional.schema)
  return (value, path, errors) => {
    if (Array.isArray(value)) {
      if (isChecked(node)) checkList(node, value, path, errors)
      if (items !== undefined) value.forEach((item, at) => items(item, `${path}[${at}]`, errors))
    } else if (isJsonObject(value)) {
      for (const name in value) {
        properties.get(name)?.(value[name], path === '' ? name : `${path}.${name}`, errors)
        values?.(value[name], `${path}[${name}]`, errors)
      }
    }
  }
}

function checkList({ listType, listMapKeys }: Structural, list: readonly unknown[], path: string, errors: FieldError[]): void {
  if (listType === 'set') return noteRepeated(list, path, errors)
  const wrong = list.findIndex((item) => item !== null && !isJsonObject(item))
  if (wrong >= 0) {
    const place = FieldPath.of(path).index(wrong)
    errors.push(invalid(place, '', 'must be an object for an array of list-type map', printFieldValue(list[wrong])))
    return
  }
  const keys = list.map((item) => keysOf(item as JsonObject | null, listMapKeys))
  noteRepeated(keys, path, errors)
}

function keysOf(item: JsonObject | null, names: readonly string[]): JsonObject {
  if (item === null) return {}
  return Object.fromEntries(names.filter((name) => Object.hasOwn(item, name)).map((name) => [name, item[name]]))
}

/** Notes each value that has occurred once before; further ones are not noted again. */
function noteRepeated(values: readonly unknown[], path: string, errors: FieldError[]): void {
  if (values.length < 2) return
  const seen = new Map<string, number>()
  for (const [at, value] of values.entries()) {
    const text = identity(value)
    const times = seen.get(text) ?? 0
    seen.set(text, times + 1)
    if (times !== 1) continue
    errors.push({ type: 'FieldValueDuplicate', field: `${path}[${at}]`, message: `Duplicate value: ${printFieldValue(value)}` })
  }
}

/** A text that equal values share: members in the order of their names. */
function identity(value: unknown): string {
  if (typeof value !== 'object' || value === null) return `${typeof value} ${String(value)}`
  if (Array.isArray(value)) return `[${value.map(identity).join(',')}]`
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${printExactJson(name)}:${identity(member)}`).join(',')}}`
}
