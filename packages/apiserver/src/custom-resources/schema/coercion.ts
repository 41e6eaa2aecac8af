import { cloneJson, isJsonObject, type JsonObject, setMember } from '@kubetape/apimachinery'
import type { Structural } from './structural.ts'
import { ERRORS_MAX } from './validation-run.ts'

/** What a coercion did. Paths of unknown fields are as upstream prints them: `spec.list[0].b`. */
export interface Coerced {
  changed: boolean
  /** Undefined: nobody asks. No more than ERRORS_MAX. */
  readonly unknown: string[] | undefined
  /** Nulls that may not be null stay, unless there is a default, so that they can be refused. Default false. */
  readonly keepsNulls?: boolean
}

/**
 * Brings a value into the form that its schema knows, in place: drops unknown fields and nulls that may not be null, and fills in defaults. Done twice,
 * it changes nothing more.
 */
export type Coercion = (value: unknown, path: string, coerced: Coerced) => void

/** Unknown fields are dropped, or kept in this object (or the items of this list), or kept all the way down. */
type Pruning = 'drop' | 'keep' | 'never'

/** Fields of resources that their schema does not describe. */
const META_FIELDS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata'])

const NOTHING: Coercion = () => undefined

/** The coercion of a whole resource: of its metadata and type only what the schema fills in. `prunes`: unknown fields are dropped. Default true. */
export function resourceCoercion(schema: Structural, prunes = true): Coercion {
  return compile({ ...schema, embedded: true }, prunes ? 'drop' : 'never')
}

/** The coercion of a resource that drops what the schema does not know and fills nothing in: what a conversion to another version leaves of it. */
export function resourcePruning(schema: Structural, prunes = true): Coercion {
  return resourceCoercion(withoutDefaults(schema), prunes)
}

function withoutDefaults(node: Structural): Structural {
  const { properties, additional, items } = node
  return {
    ...node,
    default: undefined,
    properties: new Map([...properties].map(([name, property]) => [name, withoutDefaults(property)])),
    additional: additional?.schema === undefined ? additional : { schema: withoutDefaults(additional.schema) },
    items: items === undefined ? undefined : withoutDefaults(items),
  }
}

/** The coercion of a value that is no resource itself: a default. */
export function valueCoercion(schema: Structural): Coercion {
  return compile(schema, 'drop')
}

function compile(node: Structural, given: Pruning): Coercion {
  const pruning = given === 'drop' && node.preserves ? 'keep' : given
  const ofList = listCoercion(node, pruning)
  const ofMap = mapCoercion(node, pruning)
  return (value, path, coerced) => {
    if (typeof value !== 'object' || value === null) return
    if (Array.isArray(value)) ofList(value, path, coerced)
    else ofMap(value as JsonObject, path, coerced)
  }
}

function listCoercion({ items }: Structural, pruning: Pruning): (list: unknown[], path: string, coerced: Coerced) => void {
  if (items === undefined) return pruning === 'drop' ? clear : NOTHING
  const coerce = compile(items, pruning)
  const fallback = items.nullable ? undefined : items.default
  return (list, path, coerced) => {
    for (let at = 0; at < list.length; at++) {
      if (list[at] === null && fallback !== undefined) {
        list[at] = cloneJson(fallback)
        coerced.changed = true
      }
      if (typeof list[at] === 'object') coerce(list[at], coerced.unknown === undefined ? '' : `${path}[${at}]`, coerced)
    }
  }
}

/** One property, ready to be coerced. */
interface Property {
  readonly coerce: Coercion
  readonly nullable: boolean
  readonly fallback: unknown
}

function mapCoercion(node: Structural, pruning: Pruning): (map: JsonObject, path: string, coerced: Coerced) => void {
  const inner = pruning === 'never' ? 'never' : 'drop'
  const properties = new Map<string, Property>()
  for (const [name, property] of node.properties)
    properties.set(name, propertyOf(property, node.embedded && META_FIELDS.has(name) ? 'never' : inner))
  const defaulted = [...properties].filter(([, { fallback }]) => fallback !== undefined)
  const additional = additionalOf(node, inner)
  return (map, path, coerced) => {
    for (const name in map) {
      const property = properties.get(name) ?? (node.embedded && META_FIELDS.has(name) ? UNDESCRIBED : additional)
      if (property !== undefined) coerceMember(map, name, property, path, coerced)
      else if (pruning === 'drop') drop(map, name, path, coerced)
    }
    for (const [name, { coerce, fallback }] of defaulted) {
      if (Object.hasOwn(map, name)) continue
      const value = cloneJson(fallback)
      setMember(map, name, value)
      coerce(value, '', coerced)
      coerced.changed = true
    }
  }
}

const UNDESCRIBED: Property = { coerce: NOTHING, nullable: true, fallback: undefined }

function additionalOf({ additional }: Structural, pruning: Pruning): Property | undefined {
  if (additional === undefined) return undefined
  if (additional.schema !== undefined) return propertyOf(additional.schema, pruning)
  return { ...UNDESCRIBED, coerce: pruning === 'never' ? NOTHING : clear }
}

function propertyOf(node: Structural, pruning: Pruning): Property {
  return { coerce: compile(node, pruning), nullable: node.nullable, fallback: node.default }
}

function coerceMember(map: JsonObject, name: string, { coerce, nullable, fallback }: Property, path: string, coerced: Coerced): void {
  const value = map[name]
  if (typeof value !== 'object') return
  if (value !== null) {
    coerce(value, coerced.unknown === undefined ? '' : memberPath(path, name), coerced)
    return
  }
  if (nullable || (fallback === undefined && coerced.keepsNulls === true)) return
  coerced.changed = true
  if (fallback === undefined) delete map[name]
  else {
    const filled = cloneJson(fallback)
    setMember(map, name, filled)
    coerce(filled, '', coerced)
  }
}

/** What stands under no schema keeps its scalars; of objects nothing is known. */
function clear(value: unknown, path: string, coerced: Coerced): void {
  if (Array.isArray(value)) value.forEach((item, at) => clear(item, `${path}[${at}]`, coerced))
  else if (isJsonObject(value)) for (const name of Object.keys(value)) drop(value, name, path, coerced)
}

function drop(map: JsonObject, name: string, path: string, coerced: Coerced): void {
  delete map[name]
  coerced.changed = true
  if ((coerced.unknown?.length ?? ERRORS_MAX) < ERRORS_MAX) coerced.unknown!.push(memberPath(path, name))
}

const memberPath = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`)
