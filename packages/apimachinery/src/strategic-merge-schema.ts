import { resolveSchema, type SchemaSource, type TypeSchema } from './type-schema.ts'
import { refused } from './strategic-merge-error.ts'

/** How a patch merges one field. */
export interface FieldMerge {
  /** The type of the field; undefined where nothing is known about it. */
  readonly schema: MergeSchema | undefined
  /** `merge`, `replace` or nothing; `retainKeys` only allows the directive of that name and says nothing here. */
  readonly strategy: string
  /** The field that identifies the elements of a list of objects; empty for lists of scalars. */
  readonly mergeKey: string
}

const UNKNOWN: FieldMerge = { schema: undefined, strategy: '', mergeKey: '' }

/** A type together with the types that it refers to. */
export class MergeSchema {
  readonly #source: SchemaSource
  readonly #schema: TypeSchema
  /** The Go type's name, which one message tells. */
  readonly #name: string

  constructor(source: SchemaSource, schema: TypeSchema) {
    this.#source = source
    this.#name = schema.$ref?.split('.').at(-1) ?? ''
    this.#schema = resolveSchema(source, schema)
  }

  /** How the member `name` of this type's objects is merged. Throws where the type is known and has no such field. */
  field(name: string): FieldMerge {
    const { properties, additionalProperties } = this.#schema
    if (properties !== undefined && Object.hasOwn(properties, name)) {
      const field = properties[name]!
      const strategies = field['x-kubernetes-patch-strategy']?.split(',') ?? []
      return {
        schema: new MergeSchema(this.#source, field),
        strategy: strategies.find((strategy) => strategy !== 'retainKeys') ?? '',
        mergeKey: field['x-kubernetes-patch-merge-key'] ?? '',
      }
    }
    if (typeof additionalProperties === 'object') {
      return { schema: new MergeSchema(this.#source, additionalProperties), strategy: '', mergeKey: '' }
    }
    if (properties === undefined || additionalProperties === true) return UNKNOWN
    throw refused(`unable to find api field in struct ${this.#name} for the json field ${JSON.stringify(name)}`)
  }

  /** The type of the elements of a list. */
  items(): MergeSchema | undefined {
    return this.#schema.items === undefined ? undefined : new MergeSchema(this.#source, this.#schema.items)
  }
}
