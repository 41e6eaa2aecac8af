import { allResources, builtinSchemas, schemaOfKind } from '@kubetape/api'
import type { CustomResourceDefinition } from '@kubetape/api/types/apiextensions/v1'
import type { GroupVersionKind, GroupVersionResource, TypeSchema } from '@kubetape/apimachinery'
import { type CelSchema, type CelType, celTypeOfSchema } from '@kubetape/cel'

/** What there is for expressions to be about: built-in kinds and those of definitions. */
export class KindTypes {
  readonly #definitions: readonly Readonly<CustomResourceDefinition>[]

  constructor(definitions: readonly Readonly<CustomResourceDefinition>[]) {
    this.#definitions = definitions
  }

  /** The kinds of a resource. */
  kindsOf({ group, version, resource }: GroupVersionResource): GroupVersionKind[] {
    const builtin = allResources().filter((one) => one.group === group && one.version === version && one.resource === resource)
    const custom = this.#definitions.filter(
      ({ spec }) =>
        spec.group === group && spec.names.plural === resource && spec.versions.some((one) => one.name === version && one.served),
    )
    return [...builtin.map(({ kind }) => kind), ...custom.map(({ spec }) => spec.names.kind)].map((kind) => ({ group, version, kind }))
  }

  /** The type of a kind's objects; undefined where nothing is known of it. */
  typeOf(gvk: GroupVersionKind): CelType | undefined {
    const builtin = schemaOfKind(gvk)
    const schema = builtin === undefined ? this.#customSchema(gvk) : expand(builtin, [])
    return schema === undefined ? undefined : celTypeOfSchema(schema, { isResource: true, name: gvk.kind })
  }

  #customSchema({ group, version, kind }: GroupVersionKind): CelSchema | undefined {
    const definition = this.#definitions.find(({ spec }) => spec.group === group && spec.names.kind === kind)
    return definition?.spec.versions.find((one) => one.name === version)?.schema?.openAPIV3Schema as CelSchema | undefined
  }
}

/** Of such values anything may be said. */
const ANYTHING: CelSchema = { 'x-kubernetes-int-or-string': true }

/** A built-in type with the types that it refers to in their places; `within` are those that it stands in. */
function expand(schema: TypeSchema, within: readonly string[]): CelSchema {
  const { $ref } = schema
  // A type that contains itself has no end.
  if ($ref !== undefined && within.includes($ref)) return ANYTHING
  const named = $ref === undefined ? schema : builtinSchemas.type($ref)
  if (named === undefined) return {}
  const { type, format, properties, additionalProperties, items, required, enum: values } = named
  if (format === 'int-or-string') return ANYTHING
  const below = (one: TypeSchema): CelSchema => expand(one, $ref === undefined ? within : [...within, $ref])
  return {
    // Quantities are written as strings or numbers, and are strings once they are stored.
    type: type ?? (named.oneOf === undefined ? undefined : 'string'),
    format,
    required,
    enum: values,
    ...(properties === undefined
      ? {}
      : { properties: Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, below(one)])) }),
    ...(typeof additionalProperties === 'object' ? { additionalProperties: below(additionalProperties) } : {}),
    ...(items === undefined ? {} : { items: below(items) }),
    'x-kubernetes-list-type': named['x-kubernetes-list-type'],
    'x-kubernetes-list-map-keys': named['x-kubernetes-list-map-keys'],
  }
}
