import type { LogReader } from '@kubetape/eventlog'
import { type JournalReader, readJournal } from '@kubetape/journal'
import { readFileIfAny, writePrivateFile } from './private-file.ts'

/** How far the runs of a tape have been read, and what was open then. */
interface Mark<T> {
  readonly generation: string
  /** The last row of a run that was read, with the run's id: a tape that has another one there is another tape. */
  readonly position: number
  readonly run: string
  /** Runs that had not ended: they may have been under way, and are read again. */
  readonly unfinished: readonly string[]
  readonly open: readonly (readonly [string, T])[]
}

export interface OpenReading<T> {
  readonly controllers: readonly string[]
  /** Notes what one run has opened and settled; may be given the same run twice, with nothing of its key between. */
  readonly note: (journal: JournalReader, run: string, open: Map<string, T>) => void
  /** Where it is remembered how far the tape has been read; only what came since is read then. Default: nowhere, all is read each time. */
  readonly file?: string | undefined
}

/** What the runs of these controllers have opened and not settled, in the order in which they did. */
export function readOpen<T>(log: LogReader, { controllers, note, file }: OpenReading<T>): Map<string, T> {
  const journal = readJournal(log)
  const mark = file === undefined ? undefined : markOf<T>(log, file)
  const last = file === undefined ? undefined : lastRun(log, mark?.position ?? 0)
  const open = new Map<string, T>(mark?.open)
  for (const run of mark?.unfinished ?? []) note(journal, run, open)
  const unfinished = new Map<string, string>()
  for (const { id, controller, key, end } of journal.runs({ controller: controllers, after: mark?.position ?? 0 })) {
    note(journal, id, open)
    // Of one key only one run is under way: those before the last one are over, whether they ended or not.
    if (end === undefined) unfinished.set(`${controller} ${key}`, id)
    else unfinished.delete(`${controller} ${key}`)
  }
  if (file !== undefined && last !== undefined)
    keep<T>(file, { ...last, generation: log.info.generation, unfinished: [...unfinished.values()], open: [...open] })
  return open
}

/** Undefined where nothing is remembered of this tape. */
function markOf<T>(log: LogReader, file: string): Mark<T> | undefined {
  try {
    const mark = JSON.parse(readFileIfAny(file) ?? 'null') as Mark<T> | null
    if (mark === null || mark.generation !== log.info.generation) return undefined
    return log.records('run', { after: mark.position - 1, limit: 1 })[0]?.key === mark.run ? mark : undefined
  } catch {
    // A damaged file remembers nothing.
    return undefined
  }
}

/** The last row of a run on the tape, which has none missing between; `from`: one that is there. */
function lastRun(log: LogReader, from: number): Pick<Mark<unknown>, 'position' | 'run'> | undefined {
  const at = (position: number): string | undefined => log.records('run', { after: position - 1, limit: 1 })[0]?.key
  let there = from
  let step = 1
  while (at(there + step) !== undefined) {
    there += step
    step *= 2
  }
  for (; step >= 1; step = Math.floor(step / 2)) if (at(there + step) !== undefined) there += step
  const run = there === 0 ? undefined : at(there)
  return run === undefined ? undefined : { position: there, run }
}

function keep<T>(file: string, mark: Mark<T>): void {
  try {
    writePrivateFile(file, JSON.stringify(mark))
  } catch {
    // Where nothing can be written the whole tape is read again the next time.
  }
}
