import type { JsonSchemaProps } from './json-schema-props.ts'

/** Whether anything in a schema satisfies `holds`, alternatives and definitions included. */
export function someSchema(schema: JsonSchemaProps, holds: (schema: JsonSchemaProps) => boolean): boolean {
  if (holds(schema)) return true
  for (const inner of schemasIn(schema)) if (someSchema(inner, holds)) return true
  return false
}

/** The schemas directly in a schema. */
function* schemasIn(schema: JsonSchemaProps): Iterable<JsonSchemaProps> {
  const { items, additionalProperties, additionalItems } = schema
  if (Array.isArray(items)) yield* items as readonly JsonSchemaProps[]
  else if (items !== undefined) yield items as JsonSchemaProps
  for (const name of ['allOf', 'anyOf', 'oneOf'] as const) yield* schema[name] ?? []
  if (schema.not !== undefined) yield schema.not
  for (const name of ['properties', 'patternProperties', 'definitions'] as const) yield* Object.values(schema[name] ?? {})
  for (const one of [additionalProperties, additionalItems]) if (typeof one === 'object') yield one
  for (const one of Object.values(schema.dependencies ?? {})) if (!Array.isArray(one)) yield one as JsonSchemaProps
}
