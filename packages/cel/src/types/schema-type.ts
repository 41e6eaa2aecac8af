import { type CelField, type CelType, DYN } from '../cel-type.ts'
import { escapeName } from './escape-name.ts'

/** What of an OpenAPI v3 schema CEL looks at (JSONSchemaProps; a structural schema's extensions by their JSON names). */
export interface CelSchema {
  readonly type?: string | undefined
  readonly format?: string | undefined
  readonly properties?: Readonly<Record<string, CelSchema>> | undefined
  readonly additionalProperties?: boolean | CelSchema | undefined
  readonly items?: CelSchema | readonly CelSchema[] | undefined
  readonly required?: readonly string[] | undefined
  readonly enum?: readonly unknown[] | undefined
  readonly default?: unknown
  readonly maxLength?: number | undefined
  readonly maxItems?: number | undefined
  readonly maxProperties?: number | undefined
  readonly 'x-kubernetes-int-or-string'?: boolean | undefined
  readonly 'x-kubernetes-embedded-resource'?: boolean | undefined
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean | undefined
  readonly 'x-kubernetes-list-type'?: string | undefined
  readonly 'x-kubernetes-list-map-keys'?: readonly string[] | undefined
}

/** The largest request, in bytes: nothing can be larger than what fits into one. */
export const REQUEST_BYTES = 3 * 1024 * 1024
const DURATION_CHARACTERS = 32
const DATE_CHARACTERS = 12
const DATE_TIME_CHARACTERS = 34
/** Least sizes of serialized values, in bytes. */
const MIN = { string: 2, bool: 4, number: 1, duration: 3, date: 12, dateTime: 21, object: 2 } as const

const STRING_SCHEMA: CelSchema = { type: 'string' }
const OBJECT_META: CelSchema = { type: 'object', properties: { name: STRING_SCHEMA, generateName: STRING_SCHEMA } }

interface Typed {
  readonly type: CelType
  /** The least that such a value takes in JSON, in bytes. */
  readonly bytes: number
}

/**
 * The type of values of a schema, for rules about them; undefined where rules cannot see them (what is preserved without being declared, and lists
 * and maps of it). `name` is what messages call the type; `isResource`: the schema is of a whole object, whose apiVersion, kind, metadata.name and
 * metadata.generateName may be read whether or not they are declared.
 */
export function celTypeOfSchema(
  schema: CelSchema,
  { isResource, name }: { readonly isResource: boolean; readonly name: string },
): CelType | undefined {
  return typed(schema, isResource, name)?.type
}

/** The least number of bytes that a value of a schema takes in JSON: it bounds how many of them a request can hold. Undefined where rules cannot see them. */
export function leastBytesOfSchema(schema: CelSchema, isResource: boolean): number | undefined {
  return typed(schema, isResource, '')?.bytes
}

function typed(schema: CelSchema, isResource: boolean, name: string): Typed | undefined {
  if (schema['x-kubernetes-int-or-string']) {
    const maxLength = schema.maxLength === undefined ? REQUEST_BYTES - 2 : Math.max(schema.maxLength, 0) * 4
    return { type: { ...DYN, kind: 'dyn', maxLength }, bytes: 1 }
  }
  const seen = isResource ? withObjectMeta(schema) : schema
  switch (seen.type) {
    case 'array':
      return listType(seen, name)
    case 'object':
      return seen.additionalProperties !== undefined && typeof seen.additionalProperties === 'object'
        ? mapType(seen, seen.additionalProperties, name)
        : objectType(seen, name)
    case 'string':
      return stringType(seen)
    case 'boolean':
      return { type: { kind: 'bool' }, bytes: MIN.bool }
    case 'number':
      return { type: { kind: 'double' }, bytes: MIN.number }
    case 'integer':
      return { type: { kind: 'int' }, bytes: MIN.number }
    default:
      return undefined
  }
}

function withObjectMeta(schema: CelSchema): CelSchema {
  const { kind, apiVersion, metadata } = schema.properties ?? {}
  const whole =
    kind?.type === 'string' &&
    apiVersion?.type === 'string' &&
    metadata?.properties?.['name']?.type === 'string' &&
    metadata.properties['generateName']?.type === 'string'
  if (whole) return schema
  return { ...schema, properties: { ...schema.properties, kind: STRING_SCHEMA, apiVersion: STRING_SCHEMA, metadata: OBJECT_META } }
}

function listType(schema: CelSchema, name: string): Typed | undefined {
  const { items } = schema
  if (items === undefined || Array.isArray(items)) return undefined
  const element = typed(items as CelSchema, (items as CelSchema)['x-kubernetes-embedded-resource'] === true, `${name}.@idx`)
  if (element === undefined) return undefined
  const maxItems = schema.maxItems === undefined ? Math.floor((REQUEST_BYTES - 2) / (element.bytes + 1)) : Math.max(schema.maxItems, 0)
  const order = schema['x-kubernetes-list-type']
  const listMapKeys = schema['x-kubernetes-list-map-keys']
  return {
    type: {
      kind: 'list',
      items: element.type,
      maxItems,
      ...(order === 'set' || order === 'map' ? { listType: order } : {}),
      ...(listMapKeys === undefined ? {} : { listMapKeys }),
    },
    bytes: MIN.object,
  }
}

function mapType(schema: CelSchema, of: CelSchema, name: string): Typed | undefined {
  const values = typed(of, of['x-kubernetes-embedded-resource'] === true, `${name}.@elem`)
  if (values === undefined) return undefined
  const maxProperties =
    schema.maxProperties === undefined ? Math.floor((REQUEST_BYTES - 2) / (values.bytes + 6)) : Math.max(schema.maxProperties, 0)
  return { type: { kind: 'map', values: values.type, keys: { kind: 'string', maxLength: 0 }, maxProperties }, bytes: MIN.object }
}

function objectType(schema: CelSchema, name: string): Typed {
  const fields: Record<string, CelField> = {}
  let bytes: number = MIN.object
  for (const [property, of] of Object.entries(schema.properties ?? {})) {
    const escaped = escapeName(property)
    const field = typed(of, of['x-kubernetes-embedded-resource'] === true, `${name}.${escaped ?? property}`)
    if (field === undefined) continue
    const required = schema.required?.includes(property) ?? false
    if (escaped !== undefined)
      Object.defineProperty(fields, escaped, { value: { type: field.type, property, optional: !required }, enumerable: true })
    if (required && of.default === undefined) bytes += property.length + field.bytes + 4
  }
  return { type: { kind: 'object', name, fields }, bytes }
}

function stringType(schema: CelSchema): Typed {
  const { maxLength } = schema
  switch (schema.format) {
    case 'byte':
      return { type: { kind: 'bytes', maxLength: maxLength === undefined ? REQUEST_BYTES - 2 : Math.max(maxLength, 0) }, bytes: MIN.string }
    case 'duration':
      return { type: { kind: 'duration', maxLength: DURATION_CHARACTERS }, bytes: MIN.duration }
    case 'date':
      return { type: { kind: 'timestamp', maxLength: DATE_CHARACTERS }, bytes: MIN.date }
    case 'date-time':
      return { type: { kind: 'timestamp', maxLength: DATE_TIME_CHARACTERS }, bytes: MIN.dateTime }
    default:
      return { type: { kind: 'string', maxLength: stringSize(schema) }, bytes: MIN.string }
  }
}

/** In bytes: a character may take four. */
function stringSize(schema: CelSchema): number {
  if (schema.maxLength !== undefined) return Math.max(schema.maxLength, 0) * 4
  const texts = (schema.enum ?? []).filter((one): one is string => typeof one === 'string')
  return (schema.enum?.length ?? 0) > 0 ? Math.max(0, ...texts.map((one) => Buffer.byteLength(one))) : REQUEST_BYTES - 2
}
