import { type Clock, type Random, systemRandom, uidSource } from '@kubetape/determinism'
import { AppendQueue } from '../append-queue.ts'
import { type Anchor, checkChain } from '../chain-check.ts'
import { type ChainedEntry, type ChainedRecord, digestOf, emptyHeads, isSideStream, type SideStream } from '../chain.ts'
import { compactionNeeded } from '../compaction-bounds.ts'
import { EventLogError } from '../errors.ts'
import { type AppendBatch, type Commit, type Entry, type EventLog, type LogInfo, type SideRecord, type VerifyReport } from '../event-log.ts'
import type { PlannedCommit } from '../planned-commit.ts'
import { SortedKeys } from './sorted-keys.ts'

export interface MemoryLogOptions {
  /** Times the entries, the group commits and the lazy flushes. */
  readonly clock: Clock
  /** Draws the generation; default: the system's randomness. */
  readonly random?: Random
  /** Refuses every append with `READ_ONLY`, for tests of what stands above a log that cannot be written; default false. */
  readonly readOnly?: boolean
  /** What to say about this log, see `LogInfo.meta`. */
  readonly meta?: Readonly<Record<string, string>>
}

/** A log in memory, gone with the process: for tests, simulations and what-if runs. */
export function createMemoryLog(options: MemoryLogOptions): EventLog {
  return new MemoryLog(options)
}

class MemoryLog implements EventLog {
  readonly info: LogInfo
  readonly #queue: AppendQueue
  readonly #readOnly: boolean
  /** Entry N at index N - 1; holes where compaction removed one. */
  readonly #entries: (ChainedEntry | undefined)[] = []
  /** The revisions of each key that has entries, ascending. */
  readonly #history = new Map<string, number[]>()
  readonly #keys = new SortedKeys()
  readonly #records: Record<SideStream, ChainedRecord[]> = { run: [], request: [], actor: [], gap: [] }
  readonly #recordsByKey: Record<SideStream, Map<string, SideRecord[]>> = {
    run: new Map(),
    request: new Map(),
    actor: new Map(),
    gap: new Map(),
  }
  #anchor: Anchor | undefined

  constructor(options: MemoryLogOptions) {
    this.info = {
      formatVersion: 1,
      generation: uidSource(options.random ?? systemRandom()).next(),
      meta: options.meta ?? {},
      capabilities: { durable: false, readersInOtherProcesses: false },
    }
    this.#readOnly = options.readOnly ?? false
    this.#queue = new AppendQueue({ clock: options.clock, heads: emptyHeads(), live: new Map(), commit: (planned) => this.#store(planned) })
  }

  append(batch: AppendBatch): Promise<Entry[]> {
    if (this.#readOnly) return Promise.reject(new EventLogError('READ_ONLY', 'Cannot append: the log is read-only'))
    return this.#queue.append(batch)
  }

  onCommit(listener: (commit: Commit) => void): () => void {
    return this.#queue.onCommit(listener)
  }

  async flush(): Promise<void> {
    this.#queue.assertOpen('flush')
    await this.#queue.flush()
  }

  async close(): Promise<void> {
    if (this.#queue.ended === undefined) this.#queue.close()
  }

  head(): number {
    this.#queue.assertOpen('read')
    return this.#queue.heads.entry.position
  }

  compactedRevision(): number {
    this.#queue.assertOpen('read')
    return this.#anchor?.revision ?? 0
  }

  entry(revision: number): Entry | undefined {
    this.#queue.assertOpen('read')
    return this.#entries[revision - 1]?.entry
  }

  latest(key: string, at = Infinity): Entry | undefined {
    this.#queue.assertOpen('read')
    return this.#latest(key, at)?.entry
  }

  range({ prefix, after, at = Infinity, limit = Infinity }: { prefix: string; after?: string; at?: number; limit?: number }): Entry[] {
    this.#queue.assertOpen('read')
    const found: Entry[] = []
    if (limit <= 0) return found
    // The NUL that is appended makes the smallest key after `after`.
    const first = after !== undefined && after >= prefix ? `${after}\0` : prefix
    for (const key of this.#keys.from(first)) {
      if (!key.startsWith(prefix)) break
      const newest = this.#latest(key, at)
      if (newest === undefined || newest.entry.operation === 'delete') continue
      found.push(newest.entry)
      if (found.length >= limit) break
    }
    return found
  }

  entries({ from, to = Infinity, limit, prefix = '' }: { from: number; to?: number; limit: number; prefix?: string }): Entry[] {
    this.#queue.assertOpen('read')
    const found: Entry[] = []
    const last = Math.min(to, this.#entries.length)
    for (let revision = Math.max(1, from); revision <= last && found.length < limit; revision++) {
      const entry = this.#entries[revision - 1]?.entry
      if (entry?.key.startsWith(prefix) === true) found.push(entry)
    }
    return found
  }

  records(stream: string, options: { after?: number; limit?: number; key?: string } = {}): SideRecord[] {
    this.#queue.assertOpen('read')
    if (!isSideStream(stream)) throw new EventLogError('INVALID_ARGUMENT', `Cannot read the stream "${stream}": there is none of this name`)
    const { after = 0, limit = Infinity, key } = options
    if (key === undefined) return this.#records[stream].slice(after, after + limit).map(({ record }) => record)
    return (this.#recordsByKey[stream].get(key) ?? []).filter(({ position }) => position > after).slice(0, limit)
  }

  erase(revisions: readonly number[]): void {
    this.#queue.assertOpen('erase')
    const found = revisions.map((revision) => {
      if (revision > this.#entries.length)
        throw new EventLogError('INVALID_ARGUMENT', `Cannot erase revision ${revision}: the head is ${this.#entries.length}`)
      const row = this.#entries[revision - 1]
      if (row !== undefined && this.#history.get(row.entry.key)?.at(-1) === revision) {
        throw new EventLogError('INVALID_ARGUMENT', `Cannot erase revision ${revision}: it is the newest of "${row.entry.key}"`)
      }
      return row
    })
    for (const row of found) {
      if (row?.entry.value === undefined) continue
      this.#entries[row.entry.revision - 1] = { ...row, entry: { ...row.entry, value: undefined }, digest: digestOf(row.entry.value) }
    }
  }

  compact(revision: number): void {
    this.#queue.assertOpen('compact')
    if (!compactionNeeded(revision, this.#entries.length, this.#anchor?.revision ?? 0)) return
    const { hash } = this.#entries[revision - 1]!
    let survivors = 0
    for (const [key, revisions] of this.#history) {
      if (revisions[0]! > revision) continue
      const newest = this.#latest(key, revision)!.entry
      const kept = revisions.filter((one) => one > revision || (one === newest.revision && newest.operation !== 'delete'))
      for (const one of revisions) if (one <= revision && one !== kept[0]) this.#entries[one - 1] = undefined
      if (kept.length > 0) this.#history.set(key, kept)
      else {
        this.#history.delete(key)
        this.#keys.remove(key)
      }
      if (kept[0] === newest.revision) survivors++
    }
    this.#anchor = { revision, hash, survivors }
  }

  verify(options: { onProgress?: (done: number, total: number) => void } = {}): VerifyReport {
    this.#queue.assertOpen('verify')
    const { entriesChecked, recordsChecked, problems } = checkChain(
      {
        anchor: this.#anchor,
        heads: this.#queue.heads,
        entriesAfter: (revision, limit) => this.#page(revision, limit),
        recordsAfter: (stream, position, limit) => this.#records[stream].slice(position, position + limit),
      },
      options,
    )
    return { ok: problems.length === 0, head: this.head(), entriesChecked, recordsChecked, problems }
  }

  #page(after: number, limit: number): ChainedEntry[] {
    const page: ChainedEntry[] = []
    for (let index = after; index < this.#entries.length && page.length < limit; index++) {
      const row = this.#entries[index]
      if (row !== undefined) page.push(row)
    }
    return page
  }

  #latest(key: string, at: number): ChainedEntry | undefined {
    const revisions = this.#history.get(key)
    if (revisions === undefined) return undefined
    let low = 0
    let high = revisions.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (revisions[middle]! <= at) low = middle + 1
      else high = middle
    }
    return low === 0 ? undefined : this.#entries[revisions[low - 1]! - 1]
  }

  #store({ entries, records }: PlannedCommit): void {
    for (const row of entries) {
      const { key, revision } = row.entry
      this.#entries.push(row)
      const revisions = this.#history.get(key)
      if (revisions !== undefined) revisions.push(revision)
      else {
        this.#history.set(key, [revision])
        this.#keys.add(key)
      }
    }
    for (const row of records) {
      const stream = row.record.stream as SideStream
      this.#records[stream].push(row)
      const ofKey = this.#recordsByKey[stream].get(row.record.key)
      if (ofKey === undefined) this.#recordsByKey[stream].set(row.record.key, [row.record])
      else ofKey.push(row.record)
    }
  }
}
