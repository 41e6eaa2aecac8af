import type { KubeObject } from '@kubetape/apimachinery'
import type { Entry, LogReader } from '@kubetape/eventlog'
import { type Explanation, type JournalReader, readJournal, type RequestRecord, type Trigger } from '@kubetape/journal'
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
  /** What the run behind it had asked of systems outside of the API until then, what it did for an earlier change left out. */
  readonly calls: readonly RequestRecord[]
}

/** One change, and who made it. */
export interface Authored {
  readonly entry: Entry
  readonly by: Explanation | undefined
}

export interface Reason {
  readonly trigger: Trigger
  /** The change that the trigger names, and who made it; undefined where it is no change or not on the tape. */
  readonly entry: Entry | undefined
  readonly by: Explanation | undefined
  /** Of an object that went when its last finalizer did: the change that asked for it. */
  readonly asked?: Authored
  /** Of an object that a controller changed and for which this one was made: how it came, where that was no controller's work. */
  readonly origin?: Authored
}

/** `unknown`: something was there, and the tape no longer has it. */
type State = KubeObject | 'absent' | 'unknown'

/** Tells the changes of one object in order; with a field, only those that touched it. */
export function* storyOf(reader: LogReader, ref: ObjectRef, field: FieldPath | undefined): Generator<ChangeStory> {
  const journal = readJournal(reader)
  let before: State | undefined
  const told = new Map<string, number>()
  for (const { entry, object, by } of why(reader, ref)) {
    before ??= entry.prior === 0 ? 'absent' : 'unknown'
    const after: State = entry.operation === 'delete' ? 'absent' : (object ?? 'unknown')
    const fields = fieldsOf(before, after, field)
    const reasons = by?.type === 'run' ? by.run.triggers.map((trigger) => reasonOf(reader, journal, trigger, entry)) : []
    if (field === undefined || fields === undefined || fields.length > 0)
      yield { entry, fields, by, because: reasons, calls: callsOf(journal, by, told) }
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

/** Calls before the request that made the change, and after the last one that was told. */
function callsOf(journal: JournalReader, by: Explanation | undefined, told: Map<string, number>): RequestRecord[] {
  if (by?.type !== 'run' || by.request === undefined) return []
  const { run, request } = by
  const after = told.get(run.id) ?? 0
  told.set(run.id, request.sequence)
  return journal.requests(run.id).filter(({ verb, sequence }) => verb === 'call' && sequence > after && sequence < request.sequence)
}

function reasonOf(reader: LogReader, journal: JournalReader, trigger: Trigger, told: Entry): Reason {
  const entry = triggeringEntry(reader, trigger, told.revision)
  const explained = (one: Entry): Authored => ({ entry: one, by: one.cause === undefined ? undefined : journal.explain(one.cause) })
  if (entry === undefined) return { trigger, entry, by: undefined }
  const reason: Reason = { trigger, ...explained(entry) }
  if (reason.by?.type !== 'run') return reason
  if (entry.operation === 'delete') {
    const mark = markOf(reader, entry)
    return mark === undefined ? reason : { ...reason, asked: explained(mark) }
  }
  // Whose wish it was in the end is of interest where something new came of it.
  if (told.operation !== 'create') return reason
  const first = firstOf(reader, entry)
  const origin = first === undefined || first === entry ? undefined : explained(first)
  return origin?.by?.type === 'actor' ? { ...reason, origin } : reason
}

/** The changes of an object that is gone, or was changed, from the newest on; ends where the tape does. */
function* historyOf(reader: LogReader, { prior }: Entry): Generator<Entry> {
  for (let at = prior; at !== 0;) {
    const entry = reader.entry(at)
    if (entry === undefined) return
    yield entry
    at = entry.prior
  }
}

/** Of a deletion that had to wait: the change with which the object began to go. */
function markOf(reader: LogReader, deletion: Entry): Entry | undefined {
  let mark: Entry | undefined
  for (const entry of historyOf(reader, deletion)) {
    if (entry.value === undefined || !Buffer.from(entry.value).includes('"deletionTimestamp"')) break
    mark = entry
  }
  return mark
}

function firstOf(reader: LogReader, entry: Entry): Entry | undefined {
  const oldest = [...historyOf(reader, entry)].at(-1)
  return oldest?.prior === 0 ? oldest : undefined
}
