import type { Clock } from '@kubetape/determinism'
import type Database from 'better-sqlite3'
import { AppendQueue } from '../append-queue.ts'
import type { ChainHeads } from '../chain.ts'
import { compactionNeeded } from '../compaction-bounds.ts'
import { EventLogError } from '../errors.ts'
import type { AppendBatch, Commit, Entry, EventLog, LogInfo, SideRecord, VerifyReport } from '../event-log.ts'
import type { PlannedCommit } from '../planned-commit.ts'
import { Checkpoints, DiskSpace, type LogSink } from './housekeeping.ts'
import { compactEntries, eraseValues } from './maintenance.ts'
import { leaveWal } from './open-database.ts'
import type { SqliteLogOptions } from './open-writer.ts'
import { RowWriter } from './row-writer.ts'
import { translate } from './sqlite-error.ts'
import { CheckedReader } from './sqlite-reader.ts'
import { type Witness, WitnessTimer, writeWitness } from './witness.ts'
import type { WriterLock } from './writer-lock.ts'

/** A log over an open database that was found in order; it owns the database and the lock. */
export class SqliteLog implements EventLog {
  readonly info: LogInfo
  readonly #db: Database.Database
  readonly #path: string
  readonly #clock: Clock
  readonly #logger: LogSink
  readonly #sync: boolean
  readonly #lock: WriterLock
  readonly #queue: AppendQueue
  readonly #reader: CheckedReader
  readonly #witness: WitnessTimer
  readonly #checkpoints: Checkpoints
  readonly #space: DiskSpace
  readonly #begin: Database.Statement
  readonly #commit: Database.Statement
  readonly #rollback: Database.Statement
  readonly #writer: RowWriter
  /** The heads when the whole -wal was last in the main file, by whoever had the log then. */
  #verified: ChainHeads
  #compacted: number
  #checkpointScheduled = false
  #failed = false

  /** `verified`: what the witness found beside the log says; what a crash left behind it still stands in the -wal alone. */
  constructor(db: Database.Database, path: string, lock: WriterLock, verified: ChainHeads, options: SqliteLogOptions) {
    this.#db = db
    this.#path = path
    this.#lock = lock
    this.#clock = options.clock
    this.#logger = options.logger ?? (() => undefined)
    this.#sync = options.durability !== 'relaxed'
    this.#reader = new CheckedReader(db, path, options.durability ?? 'full')
    this.info = this.#reader.info
    this.#checkpoints = new Checkpoints(db, this.#logger)
    this.#space = new DiskSpace(path, options.clock, this.#logger)
    this.#begin = db.prepare('BEGIN IMMEDIATE')
    this.#commit = db.prepare('COMMIT')
    this.#rollback = db.prepare('ROLLBACK')
    this.#writer = new RowWriter(db)
    const { rows } = this.#reader
    const heads = rows.heads()
    this.#compacted = rows.anchor()?.revision ?? 0
    this.#verified = verified
    this.#queue = new AppendQueue({ clock: options.clock, heads, live: rows.live(), commit: (planned) => this.#store(planned) })
    this.#witness = new WitnessTimer(options.clock, () => this.#writeWitness(false))
    writeWitness(path, this.#witnessNow(false), { sync: this.#sync })
  }

  append(batch: AppendBatch): Promise<Entry[]> {
    return this.#queue.append(batch)
  }

  onCommit(listener: (commit: Commit) => void): () => void {
    return this.#queue.onCommit(listener)
  }

  async flush(): Promise<void> {
    this.#queue.assertOpen('flush')
    await this.#queue.flush()
  }

  head(): number {
    this.#queue.assertOpen('read')
    return this.#queue.heads.entry.position
  }

  compactedRevision(): number {
    this.#queue.assertOpen('read')
    return this.#compacted
  }

  entry(revision: number): Entry | undefined {
    this.#queue.assertOpen('read')
    return this.#reader.entry(revision)
  }

  latest(key: string, at?: number): Entry | undefined {
    this.#queue.assertOpen('read')
    return this.#reader.latest(key, at)
  }

  range(options: { prefix: string; after?: string; at?: number; limit?: number }): Entry[] {
    this.#queue.assertOpen('read')
    return this.#reader.range(options)
  }

  entries(options: { from: number; to?: number; limit: number; prefix?: string }): Entry[] {
    this.#queue.assertOpen('read')
    return this.#reader.entries(options)
  }

  records(stream: string, options?: { after?: number; limit?: number; key?: string }): SideRecord[] {
    this.#queue.assertOpen('read')
    return this.#reader.records(stream, options)
  }

  verify(options?: { onProgress?: (done: number, total: number) => void }): VerifyReport {
    this.#queue.assertOpen('verify')
    const report = this.#reader.verify(options)
    const head = this.#queue.heads.entry.position
    if (report.head === head) return report
    return {
      ...report,
      ok: false,
      problems: [...report.problems, `the database ends at revision ${report.head}, the writer's head is ${head}`],
    }
  }

  erase(revisions: readonly number[]): void {
    const head = this.head()
    this.#transaction(`erase in "${this.#path}"`, () => eraseValues(this.#db, this.#reader.rows, revisions, head))
    this.#noteCommit(revisions.length, 0)
  }

  compact(revision: number): void {
    const head = this.head()
    if (!compactionNeeded(revision, head, this.#compacted)) return
    const timeMs = Math.trunc(this.#clock.wallMs())
    const removed = this.#transaction(`compact "${this.#path}"`, () => compactEntries(this.#db, revision, timeMs))
    this.#compacted = revision
    this.#noteCommit(removed, 0)
  }

  async close(): Promise<void> {
    if (!this.#db.open) return
    if (this.#queue.ended === undefined) this.#queue.close()
    this.#witness.stop()
    if (!this.#failed) this.#finish()
    try {
      this.#db.close()
      // After a failure of the disk nothing more is claimed about the log: the next opener checks it.
      if (!this.#failed) this.#writeWitness(true)
    } finally {
      this.#lock.release()
    }
  }

  #store(planned: PlannedCommit): void {
    const bytes = this.#transaction(`append to "${this.#path}"`, () => this.#writer.write(planned))
    this.#noteCommit(planned.entries.length + planned.records.length, bytes)
  }

  /** All or nothing. Full disks and refusals leave the handle usable; any other failure ends it, because what is on the disk is unknown then. */
  #transaction<T>(doing: string, work: () => T): T {
    try {
      this.#begin.run()
      const result = work()
      this.#commit.run()
      return result
    } catch (error) {
      throw this.#undo(translate(error, doing))
    }
  }

  #undo(error: unknown): unknown {
    try {
      // SQLite rolls back by itself after some failures.
      if (this.#db.inTransaction) this.#rollback.run()
    } catch (rollbackError) {
      error = translate(rollbackError, `roll back in "${this.#path}"`)
    }
    if (error instanceof EventLogError && (error.code === 'IO_FAILED' || error.code === 'LOG_DAMAGED')) {
      this.#failed = true
      this.#queue.end(error)
      this.#witness.stop()
      this.#logger('error', error.message, { path: this.#path, code: error.code })
    }
    return error
  }

  #noteCommit(rows: number, bytes: number): void {
    this.#witness.touch()
    this.#space.check()
    if (!this.#checkpoints.note(rows, bytes) || this.#checkpointScheduled) return
    this.#checkpointScheduled = true
    // Not within the commit: whoever waits for it should not wait for the checkpoint too.
    this.#clock.defer(() => {
      this.#checkpointScheduled = false
      if (this.#queue.ended === undefined) this.#checkpoint('PASSIVE')
    })
  }

  /** Leaves one plain file behind, unless readers are in the way: closing does not wait for them. */
  #finish(): void {
    this.#db.pragma('busy_timeout = 0')
    this.#checkpoint('TRUNCATE')
  }

  #checkpoint(mode: 'PASSIVE' | 'TRUNCATE'): void {
    try {
      if (this.#checkpoints.run(mode)) this.#verified = this.#queue.heads
      if (mode === 'TRUNCATE') leaveWal(this.#db)
    } catch (error) {
      this.#undo(translate(error, `checkpoint "${this.#path}"`))
    }
  }

  #witnessNow(clean: boolean): Witness {
    const { heads } = this.#queue
    return { generation: this.info.generation, pid: process.pid, clean, heads, verified: clean ? heads : this.#verified }
  }

  /** A witness that cannot be written leaves the one before it, which is weaker but true. */
  #writeWitness(clean: boolean): void {
    try {
      writeWitness(this.#path, this.#witnessNow(clean), { sync: this.#sync })
    } catch (error) {
      this.#logger('warn', 'Cannot write the witness of the log', { path: this.#path, error: (error as Error).message })
    }
  }
}
