import { builtinSchemas } from '@kubetape/api'
import { appliedFields } from './applied-fields.ts'
import { compareValues } from './compare-values.ts'
import { difference, EMPTY_SET, type FieldSet, without } from './field-set.ts'
import type { FieldDifference, FieldTracker } from './field-tracker.ts'
import { ElementError } from './path-element.ts'
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
      const found = named(() => compareValues(shape, live ?? {}, next))
      if (found === undefined) return NO_DIFFERENCE
      return { changed: without(managed(found.changed), reset), removed: without(managed(found.removed), reset) }
    },
    fieldsOf: (object) => named(() => managed(appliedFields(shape, object))) ?? EMPTY_SET,
  }
}

const NO_DIFFERENCE: FieldDifference = { changed: EMPTY_SET, removed: EMPTY_SET }

/** What `read` answers; undefined where some item of a list has no name. Upstream tracks nothing then, and leaves it to validation to refuse the object. */
function named<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof ElementError) return undefined
    throw error
  }
}
