import { builtinSchemas } from '@kubetape/api'
import { appliedFields } from './applied-fields.ts'
import { compareValues } from './compare-values.ts'
import { difference, EMPTY_SET, type FieldSet, without } from './field-set.ts'
import type { FieldTracker } from './field-tracker.ts'
import { ShapeCompiler, type StructuralSchema } from './schema-shape.ts'
import { UNMANAGED_FIELDS } from './unmanaged-fields.ts'

const compiler = new ShapeCompiler(builtinSchemas)

/**
 * The tracker of a custom kind, from the structural schema of one of its versions: list and map types, keys with their defaults, embedded resources,
 * numbers or texts, any further properties. What the schema leaves open (`x-kubernetes-preserve-unknown-fields`, objects without properties, or no
 * schema at all) is tracked as it comes: maps granular, lists atomic.
 */
export function structuralTracker(schema: StructuralSchema | undefined): FieldTracker {
  const shape = compiler.objectShape(schema)
  const managed = (set: FieldSet): FieldSet => difference(set, UNMANAGED_FIELDS)
  return {
    shape,
    // What an object of a custom kind does not say, the wire does not say for it: values are compared as they are.
    compare(live, next, reset = EMPTY_SET) {
      const { changed, removed } = compareValues(shape, live ?? {}, next)
      return { changed: without(managed(changed), reset), removed: without(managed(removed), reset) }
    },
    fieldsOf: (object) => managed(appliedFields(shape, object)),
  }
}
