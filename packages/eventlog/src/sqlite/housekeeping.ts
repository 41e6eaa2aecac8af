import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Clock } from '@kubetape/determinism'
import type Database from 'better-sqlite3'
import { PAGE_BYTES } from './schema.ts'
import { sqliteCode } from './sqlite-error.ts'

/** Where the log says what an operator should know; fits the log methods of pino with one line of glue. */
export type LogSink = (level: 'info' | 'warn' | 'error', message: string, fields: Readonly<Record<string, unknown>>) => void

/** A checkpoint is due after about this much in the -wal: small enough to bound it, large enough to be rare. */
const CHECKPOINT_BYTES = 8 << 20
/** Pages that a commit touches besides its values: leaf, index leaves, side tables. */
const PAGES_PER_COMMIT = 4
/** Header, hashes and index entry of a row. */
const ROW_OVERHEAD_BYTES = 300
export const WAL_WARN_BYTES = 64 << 20

/** Moves the -wal into the main file as it grows, and warns when readers keep it from shrinking. */
export class Checkpoints {
  readonly #db: Database.Database
  readonly #log: LogSink
  #pendingBytes = 0
  #warnedBytes = 0

  constructor(db: Database.Database, log: LogSink) {
    this.#db = db
    this.#log = log
  }

  /** Counts a commit; answers whether a checkpoint is due. */
  note(rows: number, valueBytes: number): boolean {
    this.#pendingBytes += PAGES_PER_COMMIT * PAGE_BYTES + rows * ROW_OVERHEAD_BYTES + valueBytes
    return this.#pendingBytes >= CHECKPOINT_BYTES
  }

  /** Answers whether all of the -wal is in the main file now. Readers on an old state may prevent that; the next one tries again. */
  run(mode: 'PASSIVE' | 'TRUNCATE' = 'PASSIVE'): boolean {
    this.#pendingBytes = 0
    try {
      const [state] = this.#db.pragma(`wal_checkpoint(${mode})`) as { busy: number; log: number; checkpointed: number }[]
      if (state === undefined || state.busy !== 0) return false
      this.#watch(state.log * PAGE_BYTES)
      return state.log === state.checkpointed
    } catch (error) {
      // The main file could not grow; everything stays in the -wal and is safe there.
      if (sqliteCode(error) !== 'SQLITE_FULL') throw error
      this.#log('warn', 'Cannot checkpoint: no space is left on the disk', { path: this.#db.name })
      return false
    }
  }

  #watch(walBytes: number): void {
    if (walBytes < WAL_WARN_BYTES) this.#warnedBytes = 0
    else if (walBytes >= 2 * this.#warnedBytes) {
      this.#warnedBytes = walBytes
      this.#log('warn', 'The -wal grows because a reader holds on to an old state', { path: this.#db.name, walBytes })
    }
  }
}

const SPACE_CHECK_INTERVAL_MS = 10_000
export const SPACE_LOW_BYTES = 256 << 20
const SPACE_LOW_SHARE = 0.05

/** Warns once when the disk is nearly full, and says when it is no longer. */
export class DiskSpace {
  readonly #clock: Clock
  readonly #log: LogSink
  readonly #folder: string
  #checkedMs = -Infinity
  #low = false

  constructor(path: string, clock: Clock, log: LogSink) {
    this.#folder = dirname(path)
    this.#clock = clock
    this.#log = log
  }

  /** Looks at most every 10 s, so it can be called after every commit. */
  check(): void {
    const now = this.#clock.monotonicMs()
    if (now - this.#checkedMs < SPACE_CHECK_INTERVAL_MS) return
    this.#checkedMs = now
    const { bavail, blocks, bsize } = statfsSync(this.#folder)
    const freeBytes = bavail * bsize
    const low = freeBytes < SPACE_LOW_BYTES || bavail < blocks * SPACE_LOW_SHARE
    if (low === this.#low) return
    this.#low = low
    const fields = { folder: this.#folder, freeBytes }
    if (low) this.#log('warn', 'The disk of the log is nearly full', fields)
    else this.#log('info', 'The disk of the log has space again', fields)
  }
}
