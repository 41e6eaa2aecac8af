import type { GroupVersionKind, SchemaSource, TypeSchema } from '@kubetape/apimachinery'
import { schemaData } from './generated/schema-data.ts'

let types: Readonly<Record<string, TypeSchema>> | undefined
let byKind: Map<string, string> | undefined

/** Every type of the v1.31 API by its OpenAPI name (`io.k8s.api.batch.v1.Job`). */
export function schemaTypes(): Readonly<Record<string, TypeSchema>> {
  types ??= JSON.parse(schemaData) as Record<string, TypeSchema>
  return types
}

/** The built-in types as schema-driven code takes them. */
export const builtinSchemas: SchemaSource = { type: (name) => schemaTypes()[name] }

/** The OpenAPI name of a kind's type; undefined when v1.31 has no such kind. */
export function typeNameOfKind({ group, version, kind }: GroupVersionKind): string | undefined {
  if (byKind === undefined) {
    byKind = new Map()
    for (const [name, schema] of Object.entries(schemaTypes())) {
      const kinds = schema['x-kubernetes-group-version-kind']
      if (kinds?.length === 1) byKind.set(`${kinds[0]!.group}/${kinds[0]!.version}/${kinds[0]!.kind}`, name)
    }
  }
  return byKind.get(`${group}/${version}/${kind}`)
}

/** The schema of a kind; undefined when v1.31 has no such kind. */
export function schemaOfKind(kind: GroupVersionKind): TypeSchema | undefined {
  const name = typeNameOfKind(kind)
  return name === undefined ? undefined : schemaTypes()[name]
}
