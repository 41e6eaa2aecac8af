import type { KubeObject } from '@kubetape/apimachinery'
import type { Entry, LogReader } from '@kubetape/eventlog'
import { type Explanation, type JournalReader, readJournal } from '@kubetape/journal'
import { keyWithinResource, resourcePrefix } from '@kubetape/storage'
import { RECORDING_META } from './recording-object.ts'
import { parseObject } from './view.ts'

/** Names one object, whichever incarnation. */
export interface ObjectRef {
  readonly group: string
  readonly resource: string
  /** Empty for cluster-scoped kinds. */
  readonly namespace: string
  readonly name: string
}

/** One change of an object, with who made it and why. */
export interface ChangeOf {
  readonly entry: Entry
  /** Undefined where the value was erased. */
  readonly object: KubeObject | undefined
  /** Undefined where the tape does not say. */
  readonly by: Explanation | undefined
}

const PAGE = 500

/** The changes of one object in the order of the tape, each with the run or actor behind it. */
export function* why(reader: LogReader, ref: ObjectRef): Generator<ChangeOf> {
  const journal = readJournal(reader)
  const key = resourcePrefix(ref) + keyWithinResource(ref.namespace, ref.name)
  for (let from = 1; ;) {
    const page = reader.entries({ from, limit: PAGE, prefix: key })
    for (const entry of page) {
      if (entry.key !== key) continue
      yield {
        entry,
        object: entry.value === undefined ? undefined : parseObject(entry.value),
        by: entry.cause === undefined ? undefined : explained(reader, journal, entry),
      }
    }
    if (page.length < PAGE) return
    from = page.at(-1)!.revision + 1
  }
}

/**
 * Who made an entry. A recorder that sees an object change while a run writes it can only suppose that this was the run: the answer tells,
 * which came later.
 */
function explained(reader: LogReader, journal: JournalReader, entry: Entry): Explanation | undefined {
  const by = journal.explain(entry.cause!)
  if (by?.type !== 'run' || reader.info.meta?.[RECORDING_META] === undefined || entry.operation === 'delete') return by
  const answer = by.request?.answer
  if (answer?.type !== 'object' || entry.value === undefined) return undefined
  return answer.object.metadata?.resourceVersion === parseObject(entry.value).metadata?.resourceVersion ? by : undefined
}

/** The object as it was at `revision`; undefined when it did not exist then. Throws when the tape no longer reaches back so far. */
export function objectAt(reader: LogReader, ref: ObjectRef, revision: number): KubeObject | undefined {
  checkRevision(reader, revision)
  const entry = reader.latest(resourcePrefix(ref) + keyWithinResource(ref.namespace, ref.name), revision)
  return entry?.value === undefined || entry.operation === 'delete' ? undefined : parseObject(entry.value)
}

/** The objects of a resource as they were at `revision`, in key order; one namespace or all. */
export function* objectsAt(
  reader: LogReader,
  target: { group: string; resource: string; namespace: string },
  revision: number,
): Generator<KubeObject> {
  checkRevision(reader, revision)
  const prefix = resourcePrefix(target) + (target.namespace ? `${target.namespace}/` : '')
  for (let after = ''; ;) {
    const page = reader.range({ prefix, at: revision, limit: PAGE, ...(after ? { after } : {}) })
    for (const entry of page) if (entry.value !== undefined) yield parseObject(entry.value)
    if (page.length < PAGE) return
    after = page.at(-1)!.key
  }
}

function checkRevision(reader: LogReader, revision: number): void {
  if (revision > reader.head()) throw new RangeError(`Cannot read revision ${revision}: the tape ends at ${reader.head()}`)
  if (revision < reader.compactedRevision())
    throw new RangeError(`Cannot read revision ${revision}: the tape was compacted up to ${reader.compactedRevision()}`)
}
