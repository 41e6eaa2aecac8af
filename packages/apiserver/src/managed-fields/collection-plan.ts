import { printExactJson } from '@kubetape/apimachinery'
import { type FieldSet, LEAF, union } from './field-set.ts'
import { ATOMIC, type FieldChanges, type FieldPlan, isRecord, noteParts } from './field-changes.ts'

/** A key of a list's items; `fallback` stands for it where an item does not say. */
export interface ListKey {
  readonly name: string
  readonly fallback: unknown
}

/** A list or a map taken apart: each part under its path element. */
type Parts = ReadonlyMap<string, unknown>

/** Granular maps: each entry is a field. */
export function mapPlan(values: FieldPlan): FieldPlan {
  return collectionPlan(values, (value) =>
    isRecord(value) ? new Map(Object.entries(value).map(([key, member]) => [`f:${key}`, member])) : new Map(),
  )
}

/** Lists of sets: each item is a field by its value. */
export function setPlan(): FieldPlan {
  return collectionPlan(ATOMIC, (value) =>
    Array.isArray(value) ? new Map(value.map((item) => [`v:${printExactJson(item)}`, item])) : new Map(),
  )
}

/** Lists whose items are told apart by keys. Items with the same keys count as one, with the fields of all. */
export function listMapPlan(items: FieldPlan, keys: readonly ListKey[]): FieldPlan {
  const elementOf = listElement(keys)
  const merged: FieldPlan = {
    added: (value) => (value instanceof SameKeys ? value.items.map((item) => items.added(item)).reduce(union) : items.added(value)),
    compare(live, next, element, changes) {
      if (!(live instanceof SameKeys) && !(next instanceof SameKeys)) items.compare(live, next, element, changes)
      else if (live === undefined) changes.changed[element] = merged.added(next)
      else if (next === undefined) changes.removed[element] = merged.added(live)
      else if (printExactJson(live) !== printExactJson(next)) changes.changed[element] = merged.added(next)
    },
  }
  return collectionPlan(merged, (value) => {
    const parts = new Map<string, unknown>()
    if (!Array.isArray(value)) return parts
    for (const item of value) {
      const element = elementOf(item)
      const before = parts.get(element)
      parts.set(element, before === undefined ? item : new SameKeys([...(before instanceof SameKeys ? before.items : [before]), item]))
    }
    return parts
  })
}

/** Several items of one list with the same keys. */
class SameKeys {
  readonly items: readonly unknown[]

  constructor(items: readonly unknown[]) {
    this.items = items
  }
}

/** Names an item by its keys: `k:{"containerPort":80,"protocol":"TCP"}`. */
function listElement(keys: readonly ListKey[]): (item: unknown) => string {
  const named = keys.map(({ name, fallback }, at) => ({ name, fallback, head: `${at === 0 ? 'k:{' : ','}${JSON.stringify(name)}:` }))
  return (item) => {
    let element = ''
    for (const { name, fallback, head } of named)
      element += head + printExactJson((item as Record<string, unknown> | null)?.[name] ?? fallback)
    return `${element}}`
  }
}

function collectionPlan(values: FieldPlan, partsOf: (value: unknown) => Parts): FieldPlan {
  const added = (value: unknown): FieldSet => {
    const parts = partsOf(value)
    if (parts.size === 0) return LEAF
    const set: Record<string, FieldSet> = { '.': LEAF }
    for (const [element, part] of parts) set[element] = values.added(part)
    return set
  }
  return {
    added,
    compare(live, next, element, changes) {
      if (live === next) return
      if (live === undefined) {
        changes.changed[element] = added(next)
        return
      }
      if (next === undefined) {
        changes.removed[element] = added(live)
        return
      }
      const before = partsOf(live)
      const after = partsOf(next)
      // Two empty ones differ only as null differs from an empty list.
      if (before.size === 0 && after.size === 0) ATOMIC.compare(live, next, element, changes)
      else {
        const inner: FieldChanges = { changed: {}, removed: {} }
        for (const [part, value] of after) values.compare(before.get(part), value, part, inner)
        for (const [part, value] of before) if (!after.has(part)) values.compare(value, undefined, part, inner)
        noteParts(live, next, element, inner, changes)
      }
    },
  }
}
