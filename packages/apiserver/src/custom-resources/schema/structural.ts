import { additionalSchema, itemSchema, type JsonSchemaProps, type ValidationRule } from './json-schema-props.ts'

/**
 * A structural schema (API concepts, "Specifying a structural schema"): the spine of a schema, which says of every value what it is, apart from what is
 * demanded of it. Properties are a Map, so that a field may have any name.
 */
export interface Structural {
  /** Empty where it may be of several types: int-or-string, or anything that is preserved. */
  readonly type: string
  readonly nullable: boolean
  /** Undefined without a default; null is none either. */
  readonly default: unknown
  readonly properties: ReadonlyMap<string, Structural>
  /** Undefined: other properties are unknown. Without a schema: `additionalProperties: true`, whose values may be scalars or empty. */
  readonly additional: { readonly schema: Structural | undefined } | undefined
  readonly items: Structural | undefined
  readonly preserves: boolean
  readonly embedded: boolean
  readonly intOrString: boolean
  readonly listType: 'atomic' | 'set' | 'map' | undefined
  readonly listMapKeys: readonly string[]
  readonly mapType: 'atomic' | 'granular' | undefined
  readonly rules: readonly ValidationRule[]
  /** What the schema came from, for what is demanded of values. */
  readonly schema: JsonSchemaProps
}

/** The structural form of a schema that is one: the rest of it is ignored. Interpreted once, when a definition begins to be served. */
export function structuralOf(schema: JsonSchemaProps): Structural {
  const items = itemSchema(schema)
  return {
    type: schema.type ?? '',
    nullable: schema.nullable === true,
    default: schema.default ?? undefined,
    properties: new Map(Object.entries(schema.properties ?? {}).map(([name, property]) => [name, structuralOf(property)])),
    additional: additionalOf(schema),
    items: items === undefined ? undefined : structuralOf(items),
    preserves: schema['x-kubernetes-preserve-unknown-fields'] === true,
    embedded: schema['x-kubernetes-embedded-resource'] === true,
    intOrString: schema['x-kubernetes-int-or-string'] === true,
    listType: schema['x-kubernetes-list-type'] as Structural['listType'],
    listMapKeys: schema['x-kubernetes-list-map-keys'] ?? [],
    mapType: schema['x-kubernetes-map-type'] as Structural['mapType'],
    rules: schema['x-kubernetes-validations'] ?? [],
    schema,
  }
}

function additionalOf(schema: JsonSchemaProps): Structural['additional'] {
  if (schema.additionalProperties === undefined) return undefined
  const values = additionalSchema(schema)
  return { schema: values === undefined ? undefined : structuralOf(values) }
}

/** Whether anything in the schema satisfies `holds`. */
export function anySchema(node: Structural, holds: (node: Structural) => boolean): boolean {
  if (holds(node)) return true
  for (const property of node.properties.values()) if (anySchema(property, holds)) return true
  if (node.items !== undefined && anySchema(node.items, holds)) return true
  return node.additional?.schema !== undefined && anySchema(node.additional.schema, holds)
}
