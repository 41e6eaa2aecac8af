import type Database from 'better-sqlite3'
import { OPERATION_CODES, type SideStream } from '../chain.ts'
import { SIDE_STREAMS } from '../event-log.ts'
import type { PlannedCommit } from '../planned-commit.ts'

/** The insertions of a commit, as prepared statements. */
export class RowWriter {
  readonly #entry: Database.Statement
  readonly #record = {} as Record<SideStream, Database.Statement>

  constructor(db: Database.Database) {
    this.#entry = db.prepare(
      'INSERT INTO entry (revision, time, key, operation, prior, cause, value, previous, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    for (const stream of SIDE_STREAMS) {
      this.#record[stream] = db.prepare(`INSERT INTO ${stream} (position, time, key, value, hash) VALUES (?, ?, ?, ?, ?)`)
    }
  }

  /** Inserts all rows; to be called in a transaction. Answers the size of their values in bytes. */
  write({ entries, records }: PlannedCommit): number {
    let bytes = 0
    for (const { entry, previous, hash } of entries) {
      const { revision, timeMs, key, operation, prior, cause = null, value } = entry
      bytes += value!.byteLength
      this.#entry.run(revision, timeMs, key, OPERATION_CODES[operation], prior, cause, value, previous, hash)
    }
    for (const { record, hash } of records) {
      const { stream, position, timeMs, key, value } = record
      bytes += value.byteLength
      this.#record[stream as SideStream].run(position, timeMs, key, value, hash)
    }
    return bytes
  }
}
