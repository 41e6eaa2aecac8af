import type { SchemaSource, TypeSchema } from '@kubetape/apimachinery'
import { hasZeroDefault, isScalar, shortTypeName, wireFieldOf } from '../schema/wire-field.ts'
import { type FieldSet, LEAF } from './field-set.ts'
import { listMapPlan, mapPlan, setPlan } from './collection-plan.ts'
import { ATOMIC, type FieldChanges, type FieldPlan, hasKeys, isRecord, noteParts } from './field-changes.ts'

/** One field of a type. */
export interface TrackedField {
  readonly name: string
  /** Its path element. */
  readonly element: string
  readonly plan: FieldPlan
  /** What the wire says when nothing is there; undefined where it says nothing. */
  readonly implied: unknown
  /** A zero value or an empty list is as good as absent. */
  readonly omitsEmpty: boolean
}

/** Compiles types into plans; types may refer to themselves. A compiler belongs to one schema source. */
export class FieldPlanCompiler {
  readonly #source: SchemaSource
  readonly #types = new Map<string, { plan?: FieldPlan }>()

  constructor(source: SchemaSource) {
    this.#source = source
  }

  /** The plan of a type. */
  typePlan(typeName: string): FieldPlan {
    const known = this.#types.get(typeName)
    if (known?.plan !== undefined) return known.plan
    if (known !== undefined) {
      return {
        added: (value) => known.plan!.added(value),
        compare: (live, next, element, changes) => known.plan!.compare(live, next, element, changes),
      }
    }
    const slot: { plan?: FieldPlan } = {}
    this.#types.set(typeName, slot)
    slot.plan = this.#compile(typeName)
    return slot.plan
  }

  /** The fields of a type, without those named in `except`. */
  fieldsOf(typeName: string, except: ReadonlySet<string> = new Set()): StructFields {
    const type = this.#source.type(typeName)
    if (type === undefined) throw new Error(`Cannot track fields of type "${typeName}": no such type`)
    const fields = Object.entries(type.properties ?? {}).filter(([name]) => !except.has(name))
    return new StructFields(fields.map(([name, schema]) => this.#field(typeName, type, name, schema)))
  }

  #compile(typeName: string): FieldPlan {
    const type = this.#source.type(typeName)
    if (type?.properties === undefined || type['x-kubernetes-map-type'] === 'atomic') return ATOMIC
    return structPlan(this.fieldsOf(typeName))
  }

  #field(typeName: string, type: TypeSchema, name: string, schema: TypeSchema): TrackedField {
    const wire = wireFieldOf(typeName, type, name)
    return {
      name,
      element: `f:${name}`,
      plan: this.planOf(schema),
      implied: wire.alwaysPrinted ? impliedBy(schema, wire.keepsZero) : undefined,
      omitsEmpty: !wire.keepsZero && !wire.alwaysPrinted && schema.$ref === undefined,
    }
  }

  /** The plan of any schema. */
  planOf(schema: TypeSchema): FieldPlan {
    if (schema['x-kubernetes-map-type'] === 'atomic') return ATOMIC
    if (schema.$ref !== undefined) return this.typePlan(schema.$ref)
    if (schema.type === 'array') return this.#listPlan(schema)
    if (schema.properties !== undefined) {
      const fields = Object.entries(schema.properties).map(([name, property]) => ({
        name,
        element: `f:${name}`,
        plan: this.planOf(property),
        implied: undefined,
        omitsEmpty: false,
      }))
      return structPlan(new StructFields(fields))
    }
    return schema.type === 'object' && typeof schema.additionalProperties === 'object'
      ? mapPlan(this.planOf(schema.additionalProperties))
      : ATOMIC
  }

  #listPlan(schema: TypeSchema): FieldPlan {
    const items = schema.items ?? {}
    if (schema['x-kubernetes-list-type'] === 'set') return setPlan()
    const keys = schema['x-kubernetes-list-map-keys']
    if (schema['x-kubernetes-list-type'] !== 'map' || keys === undefined) return ATOMIC
    const itemType = items.$ref === undefined ? items : this.#source.type(items.$ref)
    return listMapPlan(
      this.planOf(items),
      [...keys].sort().map((name) => ({ name, fallback: itemType?.properties?.[name]?.default ?? null })),
    )
  }
}

/** What stands for nothing in a field that the wire always shows. */
function impliedBy(schema: TypeSchema, keepsZero: boolean): unknown {
  if (isScalar(schema)) {
    if (schema.$ref !== undefined)
      return shortTypeName(schema.$ref) === 'Quantity' ? '0' : shortTypeName(schema.$ref) === 'IntOrString' ? 0 : null
    if (keepsZero) return null
    return hasZeroDefault(schema) ? schema.default : schema.type === 'string' ? '' : schema.type === 'boolean' ? false : 0
  }
  return schema.$ref !== undefined && 'default' in schema ? {} : null
}

/** The fields of a type, by name. */
export class StructFields {
  readonly #byName: ReadonlyMap<string, TrackedField>
  readonly #implied: readonly TrackedField[]

  constructor(fields: readonly TrackedField[]) {
    this.#byName = new Map(fields.map((field) => [field.name, field]))
    this.#implied = fields.filter(({ implied }) => implied !== undefined)
  }

  /** Notes all fields of a value in `into`; answers whether there was any. */
  addAll(value: Readonly<Record<string, unknown>>, into: Record<string, FieldSet>): boolean {
    let any = false
    for (const name in value) {
      const field = this.#byName.get(name)
      const present = field === undefined ? undefined : effective(field, value[name])
      if (present === undefined) continue
      into[field!.element] = field!.plan.added(present)
      any = true
    }
    for (const field of this.#implied) {
      if (value[field.name] !== undefined) continue
      into[field.element] = field.plan.added(field.implied)
      any = true
    }
    return any
  }

  /** Notes what differs between two values; answers whether either has a field at all. */
  compareAll(live: Readonly<Record<string, unknown>>, next: Readonly<Record<string, unknown>>, changes: FieldChanges): boolean {
    let any = this.#implied.length > 0
    for (const name in next) any = this.#compareOne(name, live, next, changes) || any
    for (const name in live) if (!(name in next)) any = this.#compareOne(name, live, next, changes) || any
    return any
  }

  #compareOne(
    name: string,
    live: Readonly<Record<string, unknown>>,
    next: Readonly<Record<string, unknown>>,
    changes: FieldChanges,
  ): boolean {
    const field = this.#byName.get(name)
    if (field === undefined) return false
    const before = live[name]
    const after = next[name]
    if (before === after && before !== undefined) return effective(field, after) !== undefined
    const effectiveBefore = effective(field, before)
    const effectiveAfter = effective(field, after)
    if (effectiveBefore === undefined && effectiveAfter === undefined) return false
    field.plan.compare(effectiveBefore, effectiveAfter, field.element, changes)
    return true
  }
}

/** A field's value as the wire would say it; undefined where it would not. */
function effective(field: TrackedField, value: unknown): unknown {
  if (value === undefined || value === null) return field.implied
  if (!field.omitsEmpty) return value
  if (value === '' || value === 0 || value === false) return undefined
  return typeof value === 'object' && isEmpty(value) ? undefined : value
}

function isEmpty(value: object): boolean {
  if (Array.isArray(value)) return value.length === 0
  return !hasKeys(value)
}

function structPlan(fields: StructFields): FieldPlan {
  const added = (value: unknown): FieldSet => {
    if (!isRecord(value)) return LEAF
    const set: Record<string, FieldSet> = { '.': LEAF }
    return fields.addAll(value, set) ? set : LEAF
  }
  return {
    added,
    compare(live, next, element, changes) {
      if (live === undefined) changes.changed[element] = added(next)
      else if (next === undefined) changes.removed[element] = added(live)
      else {
        const inner: FieldChanges = { changed: {}, removed: {} }
        if (fields.compareAll(isRecord(live) ? live : NOTHING, isRecord(next) ? next : NOTHING, inner))
          noteParts(live, next, element, inner, changes)
        else ATOMIC.compare(live, next, element, changes)
      }
    },
  }
}

const NOTHING: Readonly<Record<string, unknown>> = Object.freeze({})
