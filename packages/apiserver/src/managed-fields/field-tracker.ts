import type { KubeObject, SchemaSource } from '@kubetape/apimachinery'
import { type FieldChanges, isRecord } from './field-changes.ts'
import { FieldPlanCompiler, type StructFields } from './field-plan.ts'
import { EMPTY_SET, type FieldSet, isEmptySet, without } from './field-set.ts'
import { ShapeCompiler } from './schema-shape.ts'
import type { Shape } from './value-shape.ts'

/** Fields that belong to the server or to the object's identity: nobody manages them. */
const UNMANAGED_METADATA = new Set([
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'generation',
  'managedFields',
  'resourceVersion',
])
const UNMANAGED = new Set(['apiVersion', 'kind', 'metadata'])
const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'

/** The difference between two states of an object. */
export interface FieldDifference {
  /** Added or modified. */
  readonly changed: FieldSet
  readonly removed: FieldSet
}

/** Tells which fields of one kind's objects changed. */
export interface FieldTracker {
  /**
   * What changes when `live` becomes `next`. Without `live` (on create) it is told against an empty object, in which what the wire always shows
   * is there already. Objects may be as decoded or as stored. Nothing at or below `reset` counts.
   */
  compare(live: Readonly<KubeObject> | undefined, next: Readonly<KubeObject>, reset?: FieldSet): FieldDifference
  /** All fields of an object. */
  fieldsOf(object: Readonly<KubeObject>): FieldSet
  /** How objects are merged and their fields told apart by server-side apply. */
  readonly shape: Shape
}

/** Makes the trackers of the kinds of one schema source, each once. */
export class FieldTrackers {
  readonly #compiler: FieldPlanCompiler
  readonly #shapes: ShapeCompiler
  readonly #trackers = new Map<string, FieldTracker>()

  constructor(source: SchemaSource) {
    this.#compiler = new FieldPlanCompiler(source)
    this.#shapes = new ShapeCompiler(source)
  }

  /** The tracker of a kind's type (`io.k8s.api.batch.v1.Job`). Throws when the source has no such type. */
  kind(typeName: string): FieldTracker {
    let tracker = this.#trackers.get(typeName)
    if (tracker === undefined)
      this.#trackers.set(
        typeName,
        (tracker = trackerOf(this.#compiler.fieldsOf(typeName, UNMANAGED), this.#compiler.fieldsOf(OBJECT_META, UNMANAGED_METADATA), () =>
          this.#shapes.typeShape(typeName),
        )),
      )
    return tracker
  }
}

function trackerOf(fields: StructFields, metadata: StructFields, shapeOf: () => Shape): FieldTracker {
  const metadataOf = (object: Readonly<KubeObject>): Record<string, unknown> => (isRecord(object.metadata) ? object.metadata : {})
  return {
    compare(live, next, reset = EMPTY_SET) {
      const { changed, removed }: FieldChanges = { changed: {}, removed: {} }
      const inner: FieldChanges = { changed: {}, removed: {} }
      metadata.compareAll(live === undefined ? {} : metadataOf(live), metadataOf(next), inner)
      if (!isEmptySet(inner.changed)) changed['f:metadata'] = inner.changed
      if (!isEmptySet(inner.removed)) removed['f:metadata'] = inner.removed
      fields.compareAll(live ?? {}, next, { changed, removed })
      return { changed: without(changed, reset), removed: without(removed, reset) }
    },
    fieldsOf(object) {
      const set: Record<string, FieldSet> = {}
      const inner: Record<string, FieldSet> = {}
      if (metadata.addAll(metadataOf(object), inner)) set['f:metadata'] = inner
      fields.addAll(object, set)
      return set
    },
    get shape() {
      return shapeOf()
    },
  }
}
