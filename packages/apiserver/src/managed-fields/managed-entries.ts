import { deepEqual, type ManagedFieldsEntry } from '@kubetape/apimachinery'
import { isRecord } from './field-changes.ts'
import { type FieldSet, union } from './field-set.ts'

/** Updaters beyond this number are folded, oldest first. */
const UPDATERS_MAX = 10
/** Whom folded updates are ascribed to. */
const ANCIENT_CHANGES = 'ancient-changes'

/** The fields of an entry. */
export const fieldsOfEntry = (entry: ManagedFieldsEntry): FieldSet => (entry.fieldsV1 ?? {}) as FieldSet

/** Who an entry belongs to; two entries of an object never have the same. */
export function sameManager(a: ManagedFieldsEntry, b: ManagedFieldsEntry): boolean {
  return (
    a.manager === b.manager &&
    a.operation === b.operation &&
    a.apiVersion === b.apiVersion &&
    (a.subresource ?? '') === (b.subresource ?? '')
  )
}

/** Whether these are a client's way to have managed fields forgotten: an empty list, or one empty entry. */
export function isWipe(entries: readonly ManagedFieldsEntry[] | undefined): boolean {
  if (entries === undefined) return false
  return entries.length === 0 || (entries.length === 1 && Object.values(entries[0]!).every((value) => value === undefined))
}

/** Whether all of these can be read; a list with one that cannot is taken as not sent. */
export function areReadable(entries: readonly ManagedFieldsEntry[]): boolean {
  return entries.every(
    ({ operation, fieldsType, fieldsV1 }) =>
      (operation === 'Apply' || operation === 'Update') && fieldsType === 'FieldsV1' && isFieldSet(fieldsV1),
  )
}

/** Whether a value is a tree of path elements: `.`, `f:name`, `i:index`, and `k:` and `v:` with JSON behind them. */
function isFieldSet(value: unknown): boolean {
  if (!isRecord(value)) return false
  for (const element in value) if (!isPathElement(element) || !isFieldSet(value[element])) return false
  return true
}

function isPathElement(element: string): boolean {
  if (element === '.' || element.startsWith('f:')) return true
  if (element.startsWith('i:')) return /^i:\d+$/.test(element)
  if (!element.startsWith('k:') && !element.startsWith('v:')) return false
  try {
    const key: unknown = JSON.parse(element.slice(2))
    return element.startsWith('v:') || isRecord(key)
  } catch {
    return false
  }
}

/** The order in which entries are stored: appliers first, then by time, manager, version and subresource. */
export function sortEntries(entries: readonly ManagedFieldsEntry[]): ManagedFieldsEntry[] {
  return [...entries].sort(
    (a, b) =>
      compareText(a.operation, b.operation) ||
      compareText(a.time, b.time) ||
      compareText(a.manager, b.manager) ||
      compareText(a.apiVersion, b.apiVersion) ||
      compareText(a.subresource, b.subresource),
  )
}

/** Times compare as their texts do; an absent one comes first. */
function compareText(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Folds the oldest updaters of each version into one entry, while there are more than ten. */
export function foldUpdaters(entries: readonly ManagedFieldsEntry[]): ManagedFieldsEntry[] {
  const updaters = sortEntries(entries.filter(({ operation }) => operation === 'Update'))
  const kept = new Set(entries)
  const firstOf = new Map<string, ManagedFieldsEntry>()
  let count = updaters.length
  for (const updater of updaters) {
    if (count <= UPDATERS_MAX) break
    const version = updater.apiVersion ?? ''
    const first = firstOf.get(version)
    if (first === undefined) firstOf.set(version, updater)
    else {
      // The time is that of the newest update in the bucket.
      const { time } = updater
      const bucket: ManagedFieldsEntry = {
        manager: ANCIENT_CHANGES,
        operation: 'Update',
        ...(updater.apiVersion === undefined ? {} : { apiVersion: updater.apiVersion }),
        ...(time === undefined ? {} : { time }),
        fieldsType: 'FieldsV1',
        fieldsV1: union(fieldsOfEntry(first), fieldsOfEntry(updater)),
      }
      kept.delete(first)
      kept.delete(updater)
      kept.add(bucket)
      firstOf.set(version, bucket)
      count--
    }
  }
  return [...kept]
}

/** Whether two lists of entries say the same but for their times: then the old times stay, so that nothing is written for a change of none. */
export function equalButForTimes(a: readonly ManagedFieldsEntry[] | undefined, b: readonly ManagedFieldsEntry[] | undefined): boolean {
  const timeless = (entries: readonly ManagedFieldsEntry[]): ManagedFieldsEntry[] =>
    sortEntries(entries.map(({ time: _, ...entry }) => entry))
  return a === b || deepEqual(timeless(a ?? []), timeless(b ?? []))
}
