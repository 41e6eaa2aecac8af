import type { ObjectForm, ObjectForms } from './object-forms.ts'
import { appliedFields } from './applied-fields.ts'
import { difference, EMPTY_SET, type FieldSet, intersection, isEmptySet, union } from './field-set.ts'
import { withNamedFields } from './named-fields.ts'
import { removeFields } from './remove-fields.ts'

/** Fields that somebody owns, told in one version. */
export interface VersionedFields {
  readonly apiVersion: string
  readonly fields: FieldSet
}

/**
 * Takes out of a merged object what its applier owned before and has now left out, unless somebody owns it still. `managed` are the fields of all
 * managers, those that the applier owns now among them.
 */
export function pruneFields(
  forms: ObjectForms,
  merged: object,
  last: VersionedFields | undefined,
  managed: readonly VersionedFields[],
): object {
  if (last === undefined || isEmptySet(last.fields)) return merged
  const form = forms.find(last.apiVersion)
  if (form === undefined) return merged
  const { shape } = form.tracker
  const before = withNamedFields(shape, last.fields)
  const byVersion = unionByVersion(managed)
  const owned = byVersion.get(last.apiVersion) ?? EMPTY_SET
  // The usual case: everything that was applied is owned still.
  if (isEmptySet(difference(before, withNamedFields(shape, owned)))) return merged
  const whole = form.fromCurrent(merged)
  let pruned = addBackOwned(form, whole, removeFields(shape, whole, before) as object, owned)
  for (const [apiVersion, fields] of byVersion) {
    const other = apiVersion === last.apiVersion ? undefined : forms.find(apiVersion)
    if (other === undefined) continue
    const current = form.toCurrent(pruned)
    pruned = form.fromCurrent(other.toCurrent(addBackOwned(other, other.fromCurrent(merged), other.fromCurrent(current), fields)))
  }
  return form.toCurrent(addBackOthers(form, whole, pruned, before))
}

function unionByVersion(managed: readonly VersionedFields[]): ReadonlyMap<string, FieldSet> {
  const byVersion = new Map<string, FieldSet>()
  for (const { apiVersion, fields } of managed) byVersion.set(apiVersion, union(byVersion.get(apiVersion) ?? EMPTY_SET, fields))
  return byVersion
}

/** What was taken out although somebody owns it comes back. */
function addBackOwned({ tracker: { shape } }: ObjectForm, whole: object, pruned: object, owned: FieldSet): object {
  const all = withNamedFields(shape, appliedFields(shape, whole))
  const left = withNamedFields(shape, appliedFields(shape, pruned))
  return removeFields(shape, whole, difference(all, union(left, withNamedFields(shape, owned)))) as object
}

/** What went only because it was in something that went, and never was the applier's, comes back. */
function addBackOthers({ tracker: { shape } }: ObjectForm, whole: object, pruned: object, before: FieldSet): object {
  const all = withNamedFields(shape, appliedFields(shape, whole))
  const left = withNamedFields(shape, appliedFields(shape, pruned))
  return removeFields(shape, whole, intersection(difference(all, left), before)) as object
}
