import { dirname } from 'node:path'
import type { Clock, Random } from '@kubetape/determinism'
import Database from 'better-sqlite3'
import { EventLogError } from '../errors.ts'
import type { LogSink } from './housekeeping.ts'
import { assertSqliteVersion, enterWal } from './open-database.ts'
import { createSchema, PAGE_BYTES } from './schema.ts'
import { syncFolder } from './witness.ts'
import { createPrivately } from './writer-lock.ts'

export interface SqliteLogOptions {
  /** The database file; it and its folder are made when they are not there, readable by the owner only. */
  readonly path: string
  readonly clock: Clock
  /** Draws the generation of a new log. */
  readonly random: Random
  /** `full` (default): an append resolves when it is on the disk. `relaxed`: nothing is synced, for simulations; a power loss may take or damage the end. */
  readonly durability?: 'full' | 'relaxed'
  /** Warnings: disk nearly full, -wal too large, witness missing; default: nowhere. */
  readonly logger?: LogSink
  /** What to say about a new log, see `LogInfo.meta`; an existing one keeps what it has. */
  readonly meta?: Readonly<Record<string, string>>
}

/** Opens the database for writing, with the settings that an acknowledged append rests on, and makes the tables of a fresh one. */
export function openWriter(path: string, state: 'fresh' | 'tape', options: SqliteLogOptions): Database.Database {
  createPrivately(path)
  const db = new Database(path)
  try {
    assertSqliteVersion(db)
    if (state === 'fresh') db.pragma(`page_size = ${PAGE_BYTES}`)
    enterWal(db)
    const synchronous = options.durability === 'relaxed' ? { name: 'OFF', number: 0 } : { name: 'FULL', number: 2 }
    db.pragma(`synchronous = ${synchronous.name}`)
    db.pragma('wal_autocheckpoint = 0')
    if (state === 'fresh') {
      createSchema(db, { random: options.random, wallMs: options.clock.wallMs(), meta: options.meta ?? {} })
      // So that the main file alone already tells what it is.
      db.pragma('wal_checkpoint(TRUNCATE)')
      if (synchronous.number > 0) syncFolder(dirname(path))
    } else db.transaction(() => undefined).immediate()
    // SQLite decides what it really uses with the first transaction; only now does reading it back say something.
    const used = [db.pragma('journal_mode', { simple: true }), db.pragma('synchronous', { simple: true })]
    if (used[0] !== 'wal' || used[1] !== synchronous.number) {
      throw new EventLogError(
        'IO_FAILED',
        `Cannot write "${path}" safely: SQLite uses journal_mode ${String(used[0])} and synchronous ${String(used[1])} here`,
      )
    }
    return db
  } catch (error) {
    db.close()
    throw error
  }
}
