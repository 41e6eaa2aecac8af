import type { SchemaSource, TypeSchema } from '@kubetape/apimachinery'
import { ATOMIC_SHAPE, DEDUCED_SHAPE, type ListShape, type MapShape, recursive, type ScalarKind, type Shape } from './value-shape.ts'

/** A schema of a CustomResourceDefinition says more than one of the API does. */
export interface StructuralSchema extends Omit<TypeSchema, 'properties' | 'additionalProperties' | 'items'> {
  readonly properties?: Readonly<Record<string, StructuralSchema>>
  readonly additionalProperties?: StructuralSchema | boolean
  readonly items?: StructuralSchema
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean
  readonly 'x-kubernetes-int-or-string'?: boolean
  readonly 'x-kubernetes-embedded-resource'?: boolean
}

const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'
/** Fields that every object has beside those of its kind. */
const HEAD: Readonly<Record<string, StructuralSchema>> = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
  metadata: { $ref: OBJECT_META },
}

/** Compiles schemas into shapes; named types once each, so types may refer to themselves. A compiler belongs to one source of named types. */
export class ShapeCompiler {
  readonly #source: SchemaSource
  readonly #types = new Map<string, Shape>()

  constructor(source: SchemaSource) {
    this.#source = source
  }

  /** The shape of a named type. Throws when the source has no such type. */
  typeShape(typeName: string): Shape {
    const known = this.#types.get(typeName)
    if (known !== undefined) return known
    const type = this.#source.type(typeName)
    if (type === undefined) throw new Error(`Cannot merge values of type "${typeName}": no such type`)
    return recursive((self) => {
      this.#types.set(typeName, self)
      return this.schemaShape(type)
    })
  }

  /** The shape of the objects of a custom kind: what its schema says, and what every object has. Without a schema, all of it is deduced. */
  objectShape(schema: StructuralSchema | undefined): Shape {
    return this.schemaShape({
      'x-kubernetes-preserve-unknown-fields': schema === undefined,
      ...schema,
      type: 'object',
      properties: { ...schema?.properties, ...HEAD },
    })
  }

  /** The shape of any schema. `preserves`: a schema around this one keeps unknown fields. */
  schemaShape(schema: StructuralSchema, preserves = false): Shape {
    if (schema.$ref !== undefined) return this.#referred(schema.$ref, schema['x-kubernetes-map-type'])
    const keeps = preserves || schema['x-kubernetes-preserve-unknown-fields'] === true
    const whole = schema['x-kubernetes-embedded-resource'] === true ? { ...schema, properties: { ...schema.properties, ...HEAD } } : schema
    switch (schema.type) {
      case undefined:
        return { scalar: 'untyped', list: this.#list(whole, keeps), map: this.#map(whole, keeps) }
      case 'object':
        return { map: this.#map(whole, keeps) }
      case 'array':
        return { list: this.#list(whole, keeps) }
      default:
        return scalarShape(schema.type, schema.format)
    }
  }

  /** A field may say that it takes the whole of a type that is granular elsewhere. */
  #referred(typeName: string, mapType: 'atomic' | 'granular' | undefined): Shape {
    const type = this.typeShape(typeName)
    if (mapType === undefined) return type
    const atomic = mapType === 'atomic'
    return {
      get scalar() {
        return type.scalar
      },
      get list() {
        return type.list
      },
      get map() {
        return type.map === undefined || type.map.atomic === atomic ? type.map : { ...type.map, atomic }
      },
    }
  }

  #map(schema: StructuralSchema, keeps: boolean): MapShape {
    const fields = new Map(Object.entries(schema.properties ?? {}).map(([name, field]) => [name, this.schemaShape(field, keeps)]))
    return { fields, values: this.#values(schema, keeps, fields.size), atomic: schema['x-kubernetes-map-type'] === 'atomic' }
  }

  /** An object that names no fields may have any; one that does has only those, unless its schema says otherwise. */
  #values({ additionalProperties }: StructuralSchema, keeps: boolean, fields: number): Shape | undefined {
    if (typeof additionalProperties === 'object') return this.schemaShape(additionalProperties, keeps)
    if (additionalProperties === true || (additionalProperties === undefined && (keeps || fields === 0))) return DEDUCED_SHAPE
    return undefined
  }

  #list(schema: StructuralSchema, keeps: boolean): ListShape {
    const items = schema.items === undefined ? ATOMIC_SHAPE : this.schemaShape(schema.items, keeps)
    const { relation, keys } = listRelation(schema)
    if (relation !== 'map') return { items, relation, keys: [] }
    const item = schema.items?.$ref === undefined ? schema.items : this.#source.type(schema.items.$ref)
    return { items, relation, keys: [...keys].sort().map((name) => ({ name, fallback: item?.properties?.[name]?.default })) }
  }
}

function listRelation(schema: StructuralSchema): { relation: ListShape['relation']; keys: readonly string[] } {
  const type = schema['x-kubernetes-list-type']
  if (type === 'map') return { relation: 'map', keys: schema['x-kubernetes-list-map-keys'] ?? [] }
  if (type !== undefined) return { relation: type, keys: [] }
  // Older types say how they merge only for strategic merge patches.
  if (schema['x-kubernetes-patch-strategy']?.startsWith('merge') !== true) return { relation: 'atomic', keys: [] }
  const key = schema['x-kubernetes-patch-merge-key']
  return key === undefined ? { relation: 'set', keys: [] } : { relation: 'map', keys: [key] }
}

function scalarShape(type: string, format: string | undefined): Shape {
  return { scalar: scalarKind(type, format) }
}

function scalarKind(type: string, format: string | undefined): ScalarKind {
  if (type === 'integer' || type === 'number') return 'numeric'
  if (type === 'boolean') return 'boolean'
  return type === 'string' && (format === undefined || format === '' || format === 'byte') ? 'string' : 'untyped'
}
