import { deepEqual } from '@kubetape/apimachinery'
import { type FieldSet, LEAF } from './field-set.ts'

/** What changed between two values: fields that were added or modified, and fields that are gone. Filled in by comparing. */
export interface FieldChanges {
  readonly changed: Record<string, FieldSet>
  readonly removed: Record<string, FieldSet>
}

/** How fields of one schema are tracked; compiled once. */
export interface FieldPlan {
  /** The fields of a value that is new as a whole, the value itself included. */
  added(value: unknown): FieldSet
  /** Compares two values, either of which may be undefined (absent), and notes under `element` what changed. */
  compare(live: unknown, next: unknown, element: string, changes: FieldChanges): void
}

/** Values that are changed as a whole: scalars, and lists and maps that are atomic. */
export const ATOMIC: FieldPlan = {
  added: () => LEAF,
  compare(live, next, element, { changed, removed }) {
    if (live === undefined) changed[element] = LEAF
    else if (next === undefined) removed[element] = LEAF
    else if (!deepEqual(live, next)) changed[element] = LEAF
  },
}

/** Notes what a comparison of parts found, and that the whole came or went. */
export function noteParts(live: unknown, next: unknown, element: string, inner: FieldChanges, changes: FieldChanges): void {
  if (hasKeys(inner.changed)) changes.changed[element] = inner.changed
  if (hasKeys(inner.removed)) changes.removed[element] = inner.removed
  if (live === undefined) changes.changed[element] = { '.': LEAF, ...inner.changed }
  if (next === undefined) changes.removed[element] = { '.': LEAF, ...inner.removed }
}

/** Whether an object has any key. */
export const hasKeys = (object: object): boolean => {
  for (const _ in object) return true
  return false
}

/** Whether this is a JSON object. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
