import { deepEqual, type KubeObject, type ManagedFieldsEntry } from '@kubetape/apimachinery'
import { appliedFields } from './applied-fields.ts'
import { type Conflict, conflictError, withoutAllowed } from './apply-conflicts.ts'
import { compareValues, type ValueDifference } from './compare-values.ts'
import { difference, EMPTY_SET, type FieldSet, intersection, isEmptySet, union, without } from './field-set.ts'
import type { FieldTracker } from './field-tracker.ts'
import { fieldsSharedWithLastApplied, KUBECTL } from './last-applied.ts'
import { fieldsOfEntry, sortEntries } from './managed-entries.ts'
import { mergeValues } from './merge-values.ts'
import { type ObjectForms, reconciledEntry } from './object-forms.ts'
import { pruneFields } from './prune-fields.ts'
import { UNMANAGED_FIELDS } from './unmanaged-fields.ts'

/** A server-side apply. */
export interface Application {
  readonly tracker: FieldTracker
  /** The versions of the kind. */
  readonly forms: ObjectForms
  /** The stored object; undefined where the apply creates it. */
  readonly live: Readonly<KubeObject> | undefined
  /** What is applied, which fits the kind's shape (`shapeErrors`). */
  readonly applied: Readonly<KubeObject>
  readonly manager: string
  readonly apiVersion: string
  /** The time of the request, RFC 3339 with whole seconds. */
  readonly time: string
  /** The subresource applied to, or `''`. */
  readonly subresource: string
  /** See `resetFieldsOf`. */
  readonly reset: FieldSet
  /** Takes over what others own. */
  readonly force: boolean
}

/** What became of an apply. */
export interface Applied {
  /** The merged object as the wire would say it, neither decoded nor defaulted; its parts may be those of the live or the applied one. */
  readonly object: KubeObject
  readonly entries: readonly ManagedFieldsEntry[]
}

/** Who owns what there was before the first apply. */
const BEFORE_FIRST_APPLY = 'before-first-apply'

/**
 * Merges what is applied into the live object (KEP-555; structured-merge-diff, Updater.Apply).
 *
 * - What is applied counts and is owned by its applier; what the applier owned before and now leaves out goes, unless somebody else owns it.
 * - What would change a field of somebody else is a conflict: 409, unless `force`, which takes the field over. The same value is shared.
 * - For kubectl, what the annotation of its client-side apply says may be taken over.
 * - An apply that changes nothing keeps the time of its entry; a new entry has none then.
 */
export function applyConfiguration(application: Application): Applied {
  const { tracker, live } = application
  const value: object = live === undefined ? {} : withoutManagedFields(live)
  const entries = entriesBefore(application).map((entry) => reconciledEntry(entry, application.forms))
  const outcome = mergeAndOwn(application, value, entries, application.force)
  if (!('conflicts' in outcome)) return outcome
  if (application.manager !== KUBECTL) throw conflictError(outcome.conflicts)
  const allowed = fieldsSharedWithLastApplied(tracker, value, application.apiVersion)
  if (allowed === undefined) throw conflictError(outcome.conflicts)
  const left = withoutAllowed(outcome.conflicts, allowed)
  if (left.length > 0) throw conflictError(left)
  return mergeAndOwn(application, value, entries, true) as Applied
}

function withoutManagedFields(live: Readonly<KubeObject>): object {
  if (live.metadata?.managedFields === undefined) return live
  const { managedFields: _, ...metadata } = live.metadata
  return { ...live, metadata }
}

/** Whoever made an object that nobody's fields are told of comes to own all of it. */
function entriesBefore({ tracker, live, reset, apiVersion, time, subresource }: Application): readonly ManagedFieldsEntry[] {
  const stored = live?.metadata?.managedFields ?? []
  if (stored.length > 0 || live === undefined) return stored
  const { changed } = tracker.compare(undefined, live, reset)
  if (isEmptySet(changed)) return []
  return [
    { manager: BEFORE_FIRST_APPLY, operation: 'Update', apiVersion, time, fieldsType: 'FieldsV1', fieldsV1: changed, ...on(subresource) },
  ]
}

const on = (subresource: string): { subresource?: string } => (subresource === '' ? {} : { subresource })

function mergeAndOwn(
  { tracker, forms, applied, manager, apiVersion, time, subresource, reset }: Application,
  live: object,
  entries: readonly ManagedFieldsEntry[],
  force: boolean,
): Applied | { readonly conflicts: readonly Conflict[] } {
  const { shape } = tracker
  const isOwn = (entry: ManagedFieldsEntry): boolean =>
    entry.operation === 'Apply' && entry.manager === manager && (entry.subresource ?? '') === subresource
  const before = entries.find(isOwn)
  const others = entries.filter((entry) => !isOwn(entry))
  const own = without(appliedFields(shape, applied), reset)
  const managed = [...others.map(versioned), { apiVersion, fields: own }]
  const merged = pruneFields(forms, mergeValues(shape, live, applied) as object, before && versioned(before), managed)
  const yielded = yieldTo(others, differences(forms, { apiVersion, live, merged, reset }), force)
  if ('conflicts' in yielded) return yielded
  const { entries: left } = yielded
  const kept = deepEqual(merged, live) ? before?.time : time
  const fieldsV1 = difference(own, UNMANAGED_FIELDS)
  const entry: ManagedFieldsEntry = {
    manager,
    operation: 'Apply',
    apiVersion,
    ...(kept === undefined ? {} : { time: kept }),
    fieldsType: 'FieldsV1',
    fieldsV1,
    ...on(subresource),
  }
  return { object: merged as KubeObject, entries: sortEntries(isEmptySet(fieldsV1) ? left : [...left, entry]) }
}

const versioned = (entry: ManagedFieldsEntry): { apiVersion: string; fields: FieldSet } => ({
  apiVersion: entry.apiVersion ?? '',
  fields: fieldsOfEntry(entry),
})

/** What the merge changes, told in each version; undefined for versions that are no more. */
function differences(
  forms: ObjectForms,
  { apiVersion, live, merged, reset }: { apiVersion: string; live: object; merged: object; reset: FieldSet },
): (asked: string) => ValueDifference | undefined {
  const told = new Map<string, ValueDifference | undefined>()
  return (asked) => {
    if (told.has(asked)) return told.get(asked)
    const form = forms.find(asked)
    let found: ValueDifference | undefined
    if (form !== undefined) {
      const { changed, removed } = compareValues(form.tracker.shape, form.fromCurrent(live), form.fromCurrent(merged))
      found = { changed: without(changed, reset), removed: without(removed, reset) }
    }
    told.set(asked, found)
    // Only the version of the request is always known.
    if (found === undefined && asked === apiVersion) throw new Error(`Cannot apply in version ${apiVersion}: the kind has no such version`)
    return found
  }
}

/** What the others still own; conflicts where something of theirs would change and nobody forces it. */
function yieldTo(
  others: readonly ManagedFieldsEntry[],
  differenceIn: (apiVersion: string) => ValueDifference | undefined,
  force: boolean,
): { readonly entries: ManagedFieldsEntry[] } | { readonly conflicts: readonly Conflict[] } {
  const conflicts: Conflict[] = []
  const entries = others.flatMap((owner): ManagedFieldsEntry[] => {
    const found = differenceIn(owner.apiVersion ?? '')
    if (found === undefined) return []
    const fields = fieldsOfEntry(owner)
    const taken = isEmptySet(found.changed) ? EMPTY_SET : intersection(fields, found.changed)
    if (!isEmptySet(taken)) conflicts.push({ owner, fields: taken })
    const left = difference(fields, union(taken, found.removed))
    if (left === fields) return [owner]
    return isEmptySet(left) ? [] : [{ ...owner, fieldsV1: left }]
  })
  return conflicts.length > 0 && !force ? { conflicts } : { entries }
}
