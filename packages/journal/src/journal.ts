import { hash } from 'node:crypto'
import type { AppendRecord, Entry, EventLog } from '@kubetape/eventlog'
import { formatCause } from './cause.ts'
import type { ActorRecord, GapRecord, RunAnswer, RunBegin, RunEnd, RunReadings, RunRequest, StoredAnswer } from './records.ts'
import { encodeRow } from './rows.ts'

/**
 * The writing end. What a caller may rely on:
 *
 * - No call waits or throws; rows are lazy, so they ride in the commits of others.
 * - An entry is never durable before the row of its cause: rows are queued before the write that they explain, and the log commits its
 *   queue in order.
 * - A run is on the tape from its first request on, and reads `interrupted` until its end is written.
 * - A request or an answer of a run that is not open (it has ended: nobody waits for the answers to events) is written as it is and opens
 *   nothing.
 * - Rows that the log refuses (disk full) are queued again before the next row, and before the next write of an actor. If they become too
 *   many, they are dropped and a gap row says so.
 * - A gap row also stands for a row that is no JSON (a cycle).
 */
export interface Journal {
  /** Remembers the run; its row is written with the first request, or when it ends, as the run then is: what it reads first adds to its views. */
  begin(run: RunBegin): void
  /** To be called before the request is sent; `readings` is what the run read since the request before. */
  request(run: RunBegin, request: RunRequest, readings?: RunReadings): void
  answer(run: RunBegin, request: RunRequest, answer: RunAnswer): void
  end(run: RunBegin, end: RunEnd): void
  /** Commits at once. Resolves when all rows that were given so far are durable; rejects when the log refuses them, which then wait to be queued again. */
  durable(): Promise<void>
  /** Answers the cause text for a write of this actor. The same content gives the same id, and one row for all its writes. */
  actor(record: ActorRecord): string
  gap(record: GapRecord): void
  /** Stops listening to the log. Rows that were queued are still written. */
  close(): void
}

export interface JournalOptions {
  /** Told of each refusal by the log and of each row that is no JSON; default: ignored, because refusals reach the writers of the commit too. */
  readonly onError?: (error: unknown) => void
  /**
   * Whether positions on the log are the resourceVersions of its objects, so that an answer can be told by the entry that it made. False for recordings
   * of other API servers, where a number may be both by chance. Default true.
   */
  readonly revisionsAreVersions?: boolean
}

/** The run between its begin and its end. */
interface OpenRun {
  /** Until it was queued. */
  begin: RunBegin | undefined
  /** The requests without an answer, and the entry that each has made so far. */
  readonly asked: Map<number, Entry | undefined>
}

/** Known actors are remembered up to this many; one that was forgotten is looked up in the log again. */
const ACTORS_MAX = 10_000

/** Refused rows beyond this are dropped: a full disk must not fill the memory too. */
export const REFUSED_MAX = 10_000

/** Writes the journal into the side streams of `log`. */
export function createJournal(log: EventLog, options: JournalOptions = {}): Journal {
  return new LogJournal(log, options)
}

class LogJournal implements Journal {
  readonly #log: EventLog
  readonly #onError: (error: unknown) => void
  readonly #revisionsAreVersions: boolean
  readonly #open = new Map<string, OpenRun>()
  /** Open requests by cause text, for the commit listener. */
  readonly #askedBy = new Map<string, { run: OpenRun; sequence: number }>()
  readonly #actors = new Set<string>()
  #refused: AppendRecord[] = []
  /** Settles, always well, when the newest rows are durable or refused. */
  #newest: Promise<unknown> = Promise.resolve()
  readonly #stop: () => void

  constructor(log: EventLog, options: JournalOptions) {
    this.#log = log
    this.#onError = options.onError ?? (() => undefined)
    this.#revisionsAreVersions = options.revisionsAreVersions ?? true
    this.#stop = log.onCommit(({ entries }) => this.#notice(entries))
  }

  begin(run: RunBegin): void {
    this.#open.set(run.id, { begin: run, asked: new Map() })
  }

  request(run: RunBegin, request: RunRequest, readings?: RunReadings): void {
    const open = this.#open.get(run.id)
    const { sequence } = request
    if (open !== undefined) {
      open.asked.set(sequence, undefined)
      this.#askedBy.set(formatCause({ type: 'run', run: run.id, sequence }), { run: open, sequence })
    }
    this.#write(open, this.#encode('request', run.id, { sequence, request, ...(readings === undefined ? {} : { readings }) }))
  }

  answer(run: RunBegin, request: RunRequest, answer: RunAnswer): void {
    const open = this.#open.get(run.id)
    const { sequence } = request
    const stored = this.#revisionsAreVersions ? storedAnswer(answer, open?.asked.get(sequence)) : answer
    if (open !== undefined) this.#forget(run.id, open, sequence)
    this.#write(open, this.#encode('request', run.id, { sequence, answer: stored }))
  }

  end(run: RunBegin, end: RunEnd): void {
    const open = this.#open.get(run.id)
    if (open !== undefined) {
      for (const sequence of [...open.asked.keys()]) this.#forget(run.id, open, sequence)
      this.#open.delete(run.id)
    }
    this.#append(open?.begin === undefined ? [this.#encode('run', run.id, { end })] : this.#encodeWhole(run, end))
  }

  async durable(): Promise<void> {
    if (this.#refused.length > 0) this.#append([])
    const newest = this.#newest
    await this.#log.flush()
    await newest
    if (this.#refused.length > 0) throw new Error('Cannot write the journal: the log refuses its rows')
  }

  actor(record: ActorRecord): string {
    const { user, groups, userAgent, fieldManager, verb, subresource } = record
    const part = subresource === undefined ? [] : [subresource]
    const id = hash('sha256', JSON.stringify([user, groups ?? [], userAgent ?? '', fieldManager ?? '', verb, ...part])).slice(0, 24)
    // The row of this actor may be among the refused ones, and the write that follows must not be durable before it.
    if (this.#refused.length > 0) this.#append([])
    if (!this.#actors.has(id)) this.#introduce(id, record)
    return formatCause({ type: 'actor', actor: id })
  }

  gap(record: GapRecord): void {
    this.#append([this.#encode('gap', record.kind, record)])
  }

  close(): void {
    this.#stop()
  }

  #introduce(id: string, record: ActorRecord): void {
    if (this.#actors.size >= ACTORS_MAX) this.#actors.clear()
    if (this.#isOnTape(id)) this.#actors.add(id)
    else this.#append([this.#encode('actor', id, record)])
  }

  #isOnTape(actor: string): boolean {
    try {
      return this.#log.records('actor', { key: actor, limit: 1 }).length > 0
    } catch (error) {
      this.#onError(error)
      return false
    }
  }

  /** Writes a row of a run, behind the run's own row if that was not written yet. */
  #write(open: OpenRun | undefined, row: AppendRecord): void {
    const begin = open?.begin
    if (open === undefined || begin === undefined) {
      this.#append([row])
      return
    }
    open.begin = undefined
    this.#append([this.#encode('run', begin.id, { begin }), row])
  }

  /** A run without requests is told by one row, or by two when only one half of it is JSON. */
  #encodeWhole(begin: RunBegin, end: RunEnd): AppendRecord[] {
    try {
      return [encodeRow('run', begin.id, { begin, end })]
    } catch {
      return [this.#encode('run', begin.id, { begin }), this.#encode('run', begin.id, { end })]
    }
  }

  /** The row, or the gap that it leaves when it is no JSON. */
  #encode(...row: Parameters<typeof encodeRow>): AppendRecord {
    try {
      return encodeRow(...row)
    } catch (error) {
      this.#onError(error)
      const [stream, key] = row
      const [reason = ''] = error instanceof Error ? error.message.split('\n', 1) : []
      return encodeRow('gap', 'recorder', { kind: 'recorder', why: `a row "${key}" of the stream "${stream}" is no JSON: ${reason}` })
    }
  }

  #append(rows: readonly AppendRecord[]): void {
    const records = [...this.#refused, ...rows]
    this.#refused = []
    for (const { stream, key } of records) if (stream === 'actor') this.#actors.add(key)
    this.#newest = this.#log.append({ entries: [], records, lazy: true }).catch((error: unknown) => {
      for (const { stream, key } of records) if (stream === 'actor') this.#actors.delete(key)
      this.#keep(records)
      this.#onError(error)
    })
  }

  #keep(records: readonly AppendRecord[]): void {
    this.#refused.push(...records)
    if (this.#refused.length <= REFUSED_MAX) return
    const why = `the log refused ${this.#refused.length} rows of the journal, and they were dropped`
    this.#refused = [encodeRow('gap', 'recorder', { kind: 'recorder', why })]
    // Their rows may be among those dropped; whose are on the tape is looked up again.
    this.#actors.clear()
  }

  #notice(entries: readonly Entry[]): void {
    if (this.#askedBy.size === 0) return
    for (const entry of entries) {
      const asked = entry.cause === undefined ? undefined : this.#askedBy.get(entry.cause)
      asked?.run.asked.set(asked.sequence, entry)
    }
  }

  #forget(run: string, open: OpenRun, sequence: number): void {
    open.asked.delete(sequence)
    this.#askedBy.delete(formatCause({ type: 'run', run, sequence }))
  }
}

/** An object that came back as its own request logged it is told by its revision; conversions keep the resourceVersion, so they are the same too. */
function storedAnswer(answer: RunAnswer, made: Entry | undefined): StoredAnswer {
  if (answer.type !== 'object' || made === undefined || made.operation === 'delete') return answer
  return answer.object.metadata?.resourceVersion === String(made.revision) ? { type: 'entry', revision: made.revision } : answer
}
