import { builtinSchemas } from '@kubetape/api'
import type { SchemaSource, TypeSchema } from '@kubetape/apimachinery'
import { type FieldTracker, FieldTrackers } from '../../managed-fields/field-tracker.ts'
import type { Structural } from './structural.ts'

const ROOT = 'custom'

/** Whose fields are whose in objects of a structural schema: lists and maps by their list and map types, what has no schema as a whole. */
export function customTracker(structural: Structural): FieldTracker {
  const type = typeOf(structural)
  const source: SchemaSource = { type: (name) => (name === ROOT ? type : builtinSchemas.type(name)) }
  return new FieldTrackers(source).kind(ROOT)
}

function typeOf(node: Structural): TypeSchema {
  const properties = [...node.properties].map(([name, property]) => [name, typeOf(property)] as const)
  return {
    ...(node.type === '' ? {} : { type: node.type as NonNullable<TypeSchema['type']> }),
    ...(properties.length === 0 ? {} : { properties: Object.fromEntries(properties) }),
    ...(node.additional?.schema === undefined ? {} : { additionalProperties: typeOf(node.additional.schema) }),
    ...(node.items === undefined ? {} : { items: typeOf(node.items) }),
    ...(node.default === undefined ? {} : { default: node.default }),
    ...(node.listType === undefined ? {} : { 'x-kubernetes-list-type': node.listType }),
    ...(node.listMapKeys.length === 0 ? {} : { 'x-kubernetes-list-map-keys': node.listMapKeys }),
    ...(node.mapType === undefined ? {} : { 'x-kubernetes-map-type': node.mapType }),
  }
}
