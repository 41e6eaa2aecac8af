import type { Entry, LogReader } from '@kubetape/eventlog'
import { parseObject } from './parse-object.ts'
import { CommandFailed } from './output.ts'

/** A place on a tape. */
export interface Moment {
  readonly revision: number
  /** Unix milliseconds at which this revision came; of a time that was asked for, that time. 0 on an empty tape. */
  readonly timeMs: number
}

const RFC3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/
const PAGE = 1000

/**
 * Reads a moment as users write it: `812` is the position on the tape, `rv:812` a resourceVersion (the same on the tape of a control plane of
 * our own), `2024-05-01T12:00:00Z` the last revision up to then. Undefined is the end of the tape. Throws where the tape does not reach.
 */
export function momentOf(reader: LogReader, text: string | undefined): Moment {
  const head = reader.head()
  if (text === undefined) return { revision: head, timeMs: timeOf(reader, head) }
  const resourceVersion = /^rv:(.+)$/.exec(text)?.[1]
  if (resourceVersion !== undefined) return reachable(reader, revisionWith(reader, resourceVersion))
  if (/^\d+$/.test(text)) return reachable(reader, Number(text))
  if (!RFC3339.test(text))
    throw new CommandFailed(
      `Cannot use the moment "${text}": it must be a revision, rv:<resourceVersion> or a time like 2024-05-01T12:00:00Z`,
      2,
    )
  const timeMs = Date.parse(text)
  return { ...reachable(reader, lastUpTo(reader, timeMs, text)), timeMs }
}

function reachable(reader: LogReader, revision: number): Moment {
  const [head, compacted] = [reader.head(), reader.compactedRevision()]
  if (revision > head) throw new CommandFailed(`Cannot read revision ${revision}: the tape ends at ${head}`, 2)
  if (revision < 1) throw new CommandFailed(`Cannot read revision ${revision}: the first one is 1`, 2)
  if (revision < compacted) throw new CommandFailed(`Cannot read revision ${revision}: the tape was compacted up to ${compacted}`, 2)
  return { revision, timeMs: timeOf(reader, revision) }
}

/** Compaction takes entries away; the next one that is left is the nearest in time. */
function timeOf(reader: LogReader, revision: number): number {
  return revision === 0 ? 0 : (reader.entries({ from: revision, limit: 1 })[0]?.timeMs ?? 0)
}

/** Halves the tape; a wall clock that jumped back makes the answer one of several that are equally right. */
function lastUpTo(reader: LogReader, timeMs: number, text: string): number {
  let [low, high] = [0, reader.head()]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    const [entry] = reader.entries({ from: middle, limit: 1 })
    if (entry === undefined || entry.timeMs > timeMs) high = middle - 1
    else low = Math.max(middle, entry.revision)
  }
  if (low === 0) throw new CommandFailed(`Cannot read the tape at ${text}: it starts later`, 2)
  return low
}

function revisionWith(reader: LogReader, resourceVersion: string): number {
  const has = (entry: Entry | undefined): boolean =>
    entry?.value !== undefined && parseObject(entry.value).metadata?.resourceVersion === resourceVersion
  const guess = Number(resourceVersion)
  if (Number.isSafeInteger(guess) && guess > 0 && has(reader.entry(guess))) return guess
  for (let from = 1; ;) {
    const page = reader.entries({ from, limit: PAGE })
    const found = page.find(has)
    if (found !== undefined) return found.revision
    if (page.length < PAGE) throw new CommandFailed(`Cannot find the resourceVersion ${resourceVersion}: no change on this tape has it`, 2)
    from = page.at(-1)!.revision + 1
  }
}
