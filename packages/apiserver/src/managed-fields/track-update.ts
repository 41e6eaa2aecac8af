import type { KubeObject, ManagedFieldsEntry } from '@kubetape/apimachinery'
import { difference, type FieldSet, isEmptySet, union } from './field-set.ts'
import type { FieldDifference, FieldTracker } from './field-tracker.ts'
import { type ObjectForms, reconciledEntry } from './object-forms.ts'
import { areReadable, fieldsOfEntry, foldUpdaters, isWipe, sameManager, sortEntries } from './managed-entries.ts'

/** A write that is no server-side apply: a create, an update, or a patch of any other type. */
export interface TrackedUpdate {
  readonly tracker: FieldTracker
  /** The versions of the kind; default: only the one that is written. */
  readonly forms?: ObjectForms
  /** The schema may be another than when the stored fields were written. Default false. */
  readonly changingSchema?: boolean
  /** The stored object; undefined on create. */
  readonly live: Readonly<KubeObject> | undefined
  /** Who writes; see `managerOf`. */
  readonly manager: string
  /** The version that the write came in. */
  readonly apiVersion: string
  /** The time of the write, RFC 3339 with whole seconds. */
  readonly time: string
  /** The subresource written to, or `''`. */
  readonly subresource: string
  /** See `resetFieldsOf`. */
  readonly reset?: FieldSet
}

/**
 * Sets `metadata.managedFields` of an object that is about to be written. It is called after defaulting and before the strategy prepares the
 * object, as upstream does it, so that what the server adds belongs to nobody.
 *
 * - The writer comes to own what it changed or added, and everybody loses what was changed by another or is gone.
 * - A write that changes nothing changes no entry and no time. Entries that own nothing go.
 * - What the client sent as managedFields replaces the stored ones, unless it came through a subresource or cannot be read; an empty list or
 *   one empty entry wipes them, and they stay wiped until the next server-side apply.
 */
export function trackUpdate(object: KubeObject, update: TrackedUpdate): void {
  const before = entriesBefore(object, update)
  // Who stopped tracking stays without: only creation and server-side apply begin it.
  const after = before.length === 0 && update.live?.metadata?.uid ? [] : entriesAfter(before, object, update)
  const metadata = (object.metadata ??= {})
  if (after.length > 0) metadata.managedFields = after
  else delete metadata.managedFields
}

/** The entries that the write starts from. */
function entriesBefore(object: Readonly<KubeObject>, { live, subresource }: TrackedUpdate): readonly ManagedFieldsEntry[] {
  const stored = live?.metadata?.managedFields ?? []
  const sent = object.metadata?.managedFields
  if (subresource !== '' || sent === undefined || sent === stored) return stored
  if (isWipe(sent)) return []
  return areReadable(sent) ? sent : stored
}

function entriesAfter(before: readonly ManagedFieldsEntry[], object: Readonly<KubeObject>, update: TrackedUpdate): ManagedFieldsEntry[] {
  const fields = update.tracker.compare(update.live, object, update.reset)
  const own: ManagedFieldsEntry = {
    manager: update.manager,
    operation: 'Update',
    apiVersion: update.apiVersion,
    time: update.time,
    fieldsType: 'FieldsV1',
    fieldsV1: fields.changed,
    ...(update.subresource === '' ? {} : { subresource: update.subresource }),
  }
  const entries = yieldFields(reconciled(before, update), update, object, fields)
  if (isEmptySet(fields.changed)) return sortEntries(entries)
  const at = entries.findIndex((entry) => sameManager(entry, own))
  if (at < 0) entries.push(own)
  else entries[at] = { ...own, fieldsV1: union(fieldsOfEntry(entries[at]!), fields.changed) }
  return sortEntries(foldUpdaters(entries))
}

/** Fields as the schema takes them apart now. */
function reconciled(entries: readonly ManagedFieldsEntry[], { forms, changingSchema }: TrackedUpdate): readonly ManagedFieldsEntry[] {
  return forms === undefined || changingSchema !== true ? entries : entries.map((entry) => reconciledEntry(entry, forms))
}

/** What each manager still owns when these fields have changed hands; the writer's own entry is one among them. */
function yieldFields(
  entries: readonly ManagedFieldsEntry[],
  update: TrackedUpdate,
  object: Readonly<KubeObject>,
  { changed, removed }: FieldDifference,
): ManagedFieldsEntry[] {
  const lostHere = union(changed, removed)
  return entries.flatMap((entry) => {
    const lost = entry.apiVersion === update.apiVersion ? lostHere : lostIn(entry.apiVersion ?? '', update, object, lostHere)
    // Nobody knows what fields of a version are that is no more.
    if (lost === undefined) return []
    if (isEmptySet(lost)) return entry
    const owned = fieldsOfEntry(entry)
    const left = difference(owned, lost)
    if (left === owned) return entry
    return isEmptySet(left) ? [] : { ...entry, fieldsV1: left }
  })
}

/** What changed hands, told in another version. */
function lostIn(
  apiVersion: string,
  { forms, live, reset }: TrackedUpdate,
  object: Readonly<KubeObject>,
  lostHere: FieldSet,
): FieldSet | undefined {
  if (forms === undefined) return lostHere
  const form = forms.find(apiVersion)
  if (form === undefined) return undefined
  const before = live === undefined ? undefined : (form.fromCurrent(live) as KubeObject)
  const { changed, removed } = form.tracker.compare(before, form.fromCurrent(object) as KubeObject, reset)
  return union(changed, removed)
}
