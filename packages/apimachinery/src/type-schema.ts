/** One type of the API as OpenAPI v3 says it, with Kubernetes' extensions. `$ref` is a type's name, without a path. */
export interface TypeSchema {
  readonly type?: 'array' | 'boolean' | 'integer' | 'number' | 'object' | 'string'
  readonly format?: string
  readonly $ref?: string
  readonly properties?: Readonly<Record<string, TypeSchema>>
  readonly additionalProperties?: TypeSchema | boolean
  readonly items?: TypeSchema
  readonly required?: readonly string[]
  readonly enum?: readonly (string | number | boolean)[]
  readonly default?: unknown
  readonly oneOf?: readonly TypeSchema[]
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'map' | 'set'
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
  readonly 'x-kubernetes-map-type'?: 'atomic' | 'granular'
  readonly 'x-kubernetes-patch-strategy'?: string
  readonly 'x-kubernetes-patch-merge-key'?: string
  readonly 'x-kubernetes-group-version-kind'?: readonly { group: string; version: string; kind: string }[]
  readonly 'x-kubernetes-unions'?: readonly { discriminator?: string; 'fields-to-discriminateBy'?: Record<string, string> }[]
}

/** All types by name; what schema-driven code (patches, defaulting, validation) takes as an argument. */
export interface SchemaSource {
  /** The type of this name; undefined when there is none. */
  type(name: string): TypeSchema | undefined
}

/** `schema` itself, or the type that its `$ref` names. Throws when that type is unknown: the schema data is ours, so it is a bug. */
export function resolveSchema(source: SchemaSource, schema: TypeSchema): TypeSchema {
  if (schema.$ref === undefined) return schema
  const target = source.type(schema.$ref)
  if (target === undefined) throw new Error(`Cannot resolve schema reference "${schema.$ref}": no such type`)
  return target
}
