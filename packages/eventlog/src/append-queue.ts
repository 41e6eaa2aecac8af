import type { Clock, Timer } from '@kubetape/determinism'
import { type ChainHeads, isSideStream } from './chain.ts'
import { assertText, EntryNumbering } from './entry-numbering.ts'
import { EventLogError } from './errors.ts'
import { type AppendBatch, type Commit, type Entry, LAZY_FLUSH_MS } from './event-log.ts'
import { planCommit, type PlannedCommit, type StagedBatch, type StagedRecord } from './planned-commit.ts'

export interface AppendQueueOptions {
  readonly clock: Clock
  readonly heads: ChainHeads
  /** The live revision of every live key; the queue takes it over and keeps it. */
  readonly live: Map<string, number>
  /** Stores everything or throws, having stored nothing. */
  readonly commit: (planned: PlannedCommit) => void
}

interface QueuedBatch extends StagedBatch {
  readonly entries: Entry[]
  resolve(entries: Entry[]): void
  reject(error: unknown): void
}

/** The longest that a commit waits for more writers. */
const GATHER_MS_MAX = 2
/** Lazy records above this size do not wait for company. */
const LAZY_BYTES_MAX = 1 << 20

/**
 * The writing half of a log, whatever stores it: expectations, revisions, group commit, chain, listeners.
 * A batch is checked and numbered when it is queued, against the log plus everything queued before it; if the commit fails, all numbers
 * of the queue are taken back, which is sound because a commit always takes the whole queue.
 */
export class AppendQueue {
  readonly #clock: Clock
  readonly #commit: (planned: PlannedCommit) => void
  readonly #numbering: EntryNumbering
  readonly #listeners = new Set<(commit: Commit) => void>()
  #heads: ChainHeads
  #queued: QueuedBatch[] = []
  #lazyBytes = 0
  #lazyTimer: Timer | undefined
  #scheduled = false
  /** Queued batches that have entries, and how many the last commit had and how long it took. */
  #writesQueued = 0
  #lastWrites = 0
  #lastCommitMs = 0
  /** Listeners are being called. */
  #busy = false
  #ended: EventLogError | undefined

  constructor(options: AppendQueueOptions) {
    this.#clock = options.clock
    this.#commit = options.commit
    this.#heads = options.heads
    this.#numbering = new EntryNumbering(options.live, options.heads.entry.position)
  }

  /** The ends of the streams after the last commit. */
  get heads(): ChainHeads {
    return this.#heads
  }

  /** Everything up to queueing happens at once; what throws there rejects the promise. */
  append(batch: AppendBatch): Promise<Entry[]> {
    return new Promise((resolve, reject) => {
      this.assertOpen('append')
      this.#numbering.assertIdle()
      const records = this.#stageRecords(batch)
      const entries = this.#numbering.number(batch.entries, Math.trunc(this.#clock.wallMs()))
      if (entries.length === 0 && records.length === 0) {
        resolve([])
        return
      }
      this.#queued.push({ entries, records, resolve, reject })
      if (batch.lazy === true) this.#scheduleLazily(records)
      else {
        this.#writesQueued++
        this.#schedule()
      }
    })
  }

  onCommit(listener: (commit: Commit) => void): () => void {
    this.assertOpen('listen')
    // A wrapper of its own lets the same function be added twice and stopped once.
    const added = (commit: Commit): void => listener(commit)
    this.#listeners.add(added)
    return () => {
      this.#listeners.delete(added)
    }
  }

  /** Commits at once, unless a commit is under way (a listener called): then it waits for the next. */
  flush(): Promise<void> {
    if (!this.#busy) {
      this.#flushNow()
      return Promise.resolve()
    }
    if (this.#queued.length === 0) return Promise.resolve()
    this.#lastWrites = 0
    this.#schedule()
    return new Promise((resolve) => this.#clock.defer(resolve))
  }

  /** Flushes, then refuses everything. */
  close(): void {
    this.#flushNow()
    this.end(new EventLogError('LOG_CLOSED', 'Cannot use the log: it is closed'))
  }

  /** From here on every call is refused with `error`. */
  end(error: EventLogError): void {
    this.#ended ??= error
    this.#lazyTimer?.cancel()
    this.#lazyTimer = undefined
  }

  /** Why the log takes nothing any more. */
  get ended(): EventLogError | undefined {
    return this.#ended
  }

  assertOpen(verb: string): void {
    if (this.#ended !== undefined) {
      throw new EventLogError('LOG_CLOSED', `Cannot ${verb}: ${this.#ended.message.replace(/^Cannot [^:]*: /, '')}`, { cause: this.#ended })
    }
  }

  #stageRecords(batch: AppendBatch): StagedRecord[] {
    const records = batch.records ?? []
    if (batch.lazy === true && batch.entries.length > 0) {
      throw new EventLogError('INVALID_ARGUMENT', 'Cannot append lazily: the batch has entries')
    }
    const timeMs = Math.trunc(this.#clock.wallMs())
    return records.map((record) => {
      const { stream, key, value } = record
      if (!isSideStream(stream))
        throw new EventLogError('INVALID_ARGUMENT', `Cannot append to the stream "${stream}": there is none of this name`)
      assertText('key', key)
      return { stream, key, value, timeMs }
    })
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    const sinceMs = this.#clock.monotonicMs()
    const attempt = (): void => {
      if (this.#isGathering(sinceMs)) {
        this.#clock.defer(attempt)
        return
      }
      this.#scheduled = false
      this.#flushNow()
    }
    this.#clock.defer(attempt)
  }

  /**
   * Whether it pays to let more writers join. Those whose last write was answered by the commit before are about to send their next one, so
   * a commit waits for as many as the last one had, but never longer than that one took. A lone writer never waits.
   */
  #isGathering(sinceMs: number): boolean {
    if (this.#writesQueued >= this.#lastWrites) return false
    return this.#clock.monotonicMs() - sinceMs < Math.min(this.#lastCommitMs, GATHER_MS_MAX)
  }

  #scheduleLazily(records: readonly StagedRecord[]): void {
    for (const { value } of records) this.#lazyBytes += value.byteLength
    if (this.#lazyBytes > LAZY_BYTES_MAX) this.#schedule()
    else if (!this.#scheduled) this.#lazyTimer ??= this.#clock.setTimer(() => this.#flushNow(), LAZY_FLUSH_MS)
  }

  #flushNow(): void {
    this.#lazyTimer?.cancel()
    this.#lazyTimer = undefined
    this.#lazyBytes = 0
    const batches = this.#queued
    if (batches.length === 0) return
    this.#queued = []
    this.#lastWrites = this.#writesQueued
    this.#writesQueued = 0
    const startedMs = this.#clock.monotonicMs()
    let planned: PlannedCommit
    try {
      planned = planCommit(this.#heads, batches)
      this.#commit(planned)
    } catch (error) {
      for (let i = batches.length - 1; i >= 0; i--) this.#numbering.takeBack(batches[i]!.entries)
      for (const batch of batches) batch.reject(error)
      return
    }
    this.#lastCommitMs = this.#clock.monotonicMs() - startedMs
    this.#heads = planned.heads
    try {
      this.#notify({ entries: planned.entries.map(({ entry }) => entry), records: planned.records.map(({ record }) => record) })
    } finally {
      for (const batch of batches) batch.resolve(batch.entries)
    }
  }

  /** Every listener hears of the commit, even if one before it throws; that bug then surfaces instead of vanishing. */
  #notify(commit: Commit): void {
    let thrown: { error: unknown } | undefined
    this.#busy = true
    for (const listener of [...this.#listeners]) {
      try {
        listener(commit)
      } catch (error) {
        thrown ??= { error }
      }
    }
    this.#busy = false
    if (thrown !== undefined) throw thrown.error
  }
}
