import type { LogReader, SideRecord } from '@kubetape/eventlog'
import { parseCause } from './cause.ts'
import type {
  ActorRecord,
  GapRecord,
  RequestRecord,
  RunBegin,
  RunEnd,
  RunReadings,
  RunRecord,
  RunRequest,
  StoredAnswer,
} from './records.ts'
import { decodeRow } from './rows.ts'

/** Who made an entry, with all that the tape knows of it. */
export type Explanation =
  /** `request` is undefined only if its row is missing, which a whole tape has never. */
  | { readonly type: 'run'; readonly run: RunRecord; readonly request: RequestRecord | undefined }
  | { readonly type: 'actor'; readonly actor: ActorRecord }

/** One step of a run's conversation with the API. */
export type RunStep =
  /** `readings`: what the run read since the request before; undefined for nothing. */
  | { readonly type: 'request'; readonly sequence: number; readonly request: RunRequest; readonly readings?: RunReadings }
  | { readonly type: 'answer'; readonly sequence: number; readonly answer: StoredAnswer }

export interface RunFilter {
  /** Runs whose first row comes after this position. */
  readonly after?: number
  /** Its name, or the names of several. */
  readonly controller?: string | readonly string[]
  readonly key?: string
}

/** The reading end, over any reader of the log, also while it is being written. Everything is read in pages. */
export interface JournalReader {
  /** Runs in the order in which they came onto the tape. */
  runs(filter?: RunFilter): Generator<RunRecord>
  run(id: string): RunRecord | undefined
  /** The requests of a run by sequence. */
  requests(run: string): RequestRecord[]
  /** What a run asked and was answered, in the order in which it happened: what replay steps through. */
  steps(run: string): RunStep[]
  actor(id: string): ActorRecord | undefined
  /** What the cause text of an entry stands for; undefined when it is none of ours or its row is missing. */
  explain(cause: string): Explanation | undefined
  gaps(): Generator<GapRecord>
}

const PAGE_ROWS = 256

/** Reads the journal on a tape. */
export function readJournal(log: LogReader): JournalReader {
  const run = (id: string): RunRecord | undefined => runOf([...rowsOf(log, 'run', { key: id })])
  const requests = (id: string): RequestRecord[] => requestsOf(id, rowsOf(log, 'request', { key: id }))
  const actor = (id: string): ActorRecord | undefined => {
    const [row] = log.records('actor', { key: id, limit: 1 })
    return row === undefined ? undefined : decodeRow('actor', row.value)
  }
  return {
    run,
    requests,
    steps: (id) => stepsOf(rowsOf(log, 'request', { key: id })),
    actor,
    *runs(filter = {}) {
      const controllers = typeof filter.controller === 'string' ? [filter.controller] : filter.controller
      const mayPass = passing(controllers, filter.key)
      for (const row of rowsOf(log, 'run', { after: filter.after ?? 0 })) {
        if (!mayPass(row.value)) continue
        const { begin } = decodeRow('run', row.value)
        if (begin === undefined) continue
        if (controllers !== undefined && !controllers.includes(begin.controller)) continue
        if (filter.key !== undefined && begin.key !== filter.key) continue
        const record = run(begin.id)!
        // A second begin row tells nothing new.
        if (record.position === row.position) yield record
      }
    },
    explain(text) {
      const cause = parseCause(text)
      if (cause === undefined) return undefined
      if (cause.type === 'actor') {
        const found = actor(cause.actor)
        return found === undefined ? undefined : { type: 'actor', actor: found }
      }
      const found = run(cause.run)
      if (found === undefined) return undefined
      return { type: 'run', run: found, request: requests(cause.run).find(({ sequence }) => sequence === cause.sequence) }
    },
    *gaps() {
      for (const row of rowsOf(log, 'gap', {})) yield decodeRow('gap', row.value)
    },
  }
}

/** Whether a row has the words of a filter anywhere: parsing all runs of a long tape for those of one controller or key would take most of the time. */
function passing(controllers: readonly string[] | undefined, key: string | undefined): (value: Uint8Array) => boolean {
  const wanted = [controllers, key === undefined ? undefined : [key]].filter((words) => words !== undefined)
  const marks = wanted.map((words) => words.map((word) => Buffer.from(JSON.stringify(word))))
  return (value) => {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    return marks.every((some) => some.some((mark) => bytes.includes(mark)))
  }
}

function* rowsOf(log: LogReader, stream: string, options: { after?: number; key?: string }): Generator<SideRecord> {
  let after = options.after ?? 0
  for (;;) {
    const page = log.records(stream, { ...options, after, limit: PAGE_ROWS })
    yield* page
    if (page.length < PAGE_ROWS) return
    after = page.at(-1)!.position
  }
}

/** The begin row comes first; a row that was refused and queued again may have a twin, which says the same. */
function runOf(rows: readonly SideRecord[]): RunRecord | undefined {
  let begin: RunBegin | undefined
  let end: RunEnd | undefined
  let position = 0
  for (const row of rows) {
    const parts = decodeRow('run', row.value)
    if (parts.begin !== undefined && begin === undefined) {
      begin = parts.begin
      position = row.position
    }
    end = parts.end ?? end
  }
  return begin === undefined ? undefined : runRecord(begin, end, position)
}

const runRecord = (begin: RunBegin, end: RunEnd | undefined, position: number): RunRecord => ({
  ...begin,
  position,
  end,
  outcome: end?.outcome ?? 'interrupted',
})

function requestsOf(run: string, rows: Iterable<SideRecord>): RequestRecord[] {
  const asked = new Map<number, RunRequest>()
  const answers = new Map<number, StoredAnswer>()
  for (const row of rows) {
    const { sequence, request, answer } = decodeRow('request', row.value)
    if (request !== undefined) asked.set(sequence, request)
    if (answer !== undefined) answers.set(sequence, answer)
  }
  return [...asked.values()]
    .sort((a, b) => a.sequence - b.sequence)
    .map((request) => ({ ...request, run, answer: answers.get(request.sequence) }))
}

/** A row that was refused and queued again may have a twin: only the first of each counts. */
function stepsOf(rows: Iterable<SideRecord>): RunStep[] {
  const steps: RunStep[] = []
  const seen = new Set<string>()
  for (const row of rows) {
    const { sequence, request, readings, answer } = decodeRow('request', row.value)
    const step: RunStep | undefined =
      request !== undefined
        ? { type: 'request', sequence, request, ...(readings === undefined ? {} : { readings }) }
        : answer !== undefined
          ? { type: 'answer', sequence, answer }
          : undefined
    if (step === undefined || seen.has(`${step.type}/${sequence}`)) continue
    seen.add(`${step.type}/${sequence}`)
    steps.push(step)
  }
  return steps
}
