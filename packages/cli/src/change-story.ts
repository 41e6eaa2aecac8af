import type { KubeObject } from '@kubetape/apimachinery'
import type { Entry, LogReader } from '@kubetape/eventlog'
import { type Explanation, type JournalReader, readJournal, type Trigger } from '@kubetape/journal'
import { type ObjectRef, triggeringEntry, why } from '@kubetape/replay'
import { changedFields, type FieldChange } from './field-changes.ts'
import { type FieldPath, valueAt } from './field-path.ts'

/** One change of an object, with all that led to it. */
export interface ChangeStory {
  readonly entry: Entry
  /** Undefined where the state before or after was erased or compacted away. A creation has none unless a field was asked for. */
  readonly fields: readonly FieldChange[] | undefined
  readonly by: Explanation | undefined
  /** Why the run behind it was due. */
  readonly because: readonly Reason[]
}

export interface Reason {
  readonly trigger: Trigger
  /** The change that the trigger names, and who made it; undefined where it is no change or not on the tape. */
  readonly entry: Entry | undefined
  readonly by: Explanation | undefined
}

/** `unknown`: something was there, and the tape no longer has it. */
type State = KubeObject | 'absent' | 'unknown'

/** Tells the changes of one object in order; with a field, only those that touched it. */
export function* storyOf(reader: LogReader, ref: ObjectRef, field: FieldPath | undefined): Generator<ChangeStory> {
  const journal = readJournal(reader)
  let before: State | undefined
  for (const { entry, object, by } of why(reader, ref)) {
    before ??= entry.prior === 0 ? 'absent' : 'unknown'
    const after: State = entry.operation === 'delete' ? 'absent' : (object ?? 'unknown')
    const fields = fieldsOf(before, after, field)
    const reasons = by?.type === 'run' ? by.run.triggers.map((trigger) => reasonOf(reader, journal, trigger, entry.revision)) : []
    if (field === undefined || fields === undefined || fields.length > 0) yield { entry, fields, by, because: reasons }
    before = after
  }
}

function fieldsOf(before: State, after: State, field: FieldPath | undefined): FieldChange[] | undefined {
  if (before === 'unknown' || after === 'unknown') return undefined
  const [from, to] = [before === 'absent' ? undefined : before, after === 'absent' ? undefined : after]
  if (field !== undefined)
    return valueAt(from, field) === undefined && valueAt(to, field) === undefined ? [] : changedFields(from, to, field)
  return from === undefined || to === undefined ? [] : changedFields(from, to)
}

function reasonOf(reader: LogReader, journal: JournalReader, trigger: Trigger, at: number): Reason {
  const entry = triggeringEntry(reader, trigger, at)
  return { trigger, entry, by: entry?.cause === undefined ? undefined : journal.explain(entry.cause) }
}
