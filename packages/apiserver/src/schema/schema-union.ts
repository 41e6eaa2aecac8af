import { DecodeError } from './decode-context.ts'
import { type Decoder, isObject, jsonKindOf } from './decoder.ts'

/** The types that are a schema or something else (API reference, JSONSchemaProps apiextensions/v1). */
export const SCHEMA_UNIONS: ReadonlySet<string> = new Set([
  'JSONSchemaPropsOrArray',
  'JSONSchemaPropsOrBool',
  'JSONSchemaPropsOrStringArray',
])

/**
 * Decodes a schema or what may stand in its place: a list of schemas, a boolean, a list of names. Anything else is refused where it should be a boolean,
 * and as good as absent otherwise. Upstream decodes inner schemas in its own, lenient way: nothing unknown in them is told.
 */
export function schemaUnionDecoder(union: string, schema: Decoder): Decoder {
  const whole: Decoder = (value, context) => context.quietly(() => schema(value, context))
  const other = union === 'JSONSchemaPropsOrBool' ? booleanOnly : union === 'JSONSchemaPropsOrArray' ? listOf(schemaItem(whole)) : names
  return (value, context) => (isObject(value) ? whole(value, context) : other(value, context))
}

const booleanOnly: Decoder = (value) => {
  if (typeof value === 'boolean') return value
  throw new DecodeError('boolean or JSON schema expected')
}

function listOf(item: Decoder): Decoder {
  return (value, context) => (Array.isArray(value) ? value.map((one) => item(one, context)) : undefined)
}

function schemaItem(whole: Decoder): Decoder {
  return (value, context) => {
    if (isObject(value)) return whole(value, context)
    if (value === null) return {}
    throw unfit(value, 'v1.JSONSchemaProps')
  }
}

/** In a map of dependencies, which has no absent members, nothing is no names. */
const names: Decoder = (value, context) => listOf(nameItem)(value, context) ?? []

const nameItem: Decoder = (value) => {
  if (value === null) return ''
  if (typeof value === 'string') return value
  throw unfit(value, 'string')
}

function unfit(value: unknown, goType: string): DecodeError {
  return new DecodeError(`json: cannot unmarshal ${jsonKindOf(value)} into Go value of type ${goType}`)
}
