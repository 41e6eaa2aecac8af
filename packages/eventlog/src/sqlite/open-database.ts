import Database from 'better-sqlite3'
import { EventLogError } from '../errors.ts'
import { APPLICATION_ID, FORMAT_VERSION, SQLITE_MINIMUM } from './schema.ts'
import { guarded, sqliteCode } from './sqlite-error.ts'

/**
 * Opens a log for reading, beside a writer or alone. Such a connection never changes the database nor its `-wal`, not even on closing.
 * A log that was closed is one plain file and can also be read where nothing can be created, see `leaveWal`.
 */
export function openReadonly(path: string): Database.Database {
  return guarded(`open "${path}"`, () => {
    const db = new Database(path, { readonly: true, fileMustExist: true })
    try {
      db.prepare('SELECT count(*) FROM sqlite_master').get()
      return db
    } catch (error) {
      db.close()
      if (!/^SQLITE_(CANTOPEN|READONLY)/.test(sqliteCode(error) ?? '')) throw error
      throw new EventLogError(
        'IO_FAILED',
        `Cannot open "${path}": it was not closed and its folder is read-only; copy all its files to a folder that can be written`,
        {
          cause: error,
        },
      )
    }
  })
}

/**
 * Switches to the write-ahead log. The switch itself writes only the first sector of the file, so its own journal can stay in memory:
 * a crash then leaves no rollback journal that a read-only opener could not deal with.
 */
export function enterWal(db: Database.Database): void {
  if (db.pragma('journal_mode', { simple: true }) !== 'wal') db.pragma('journal_mode = MEMORY')
  db.pragma('journal_mode = WAL')
}

/** Makes the log one plain file again, without `-wal` and `-shm`. While others read it, it stays as it is, which is as safe but needs a folder that can be written. */
export function leaveWal(db: Database.Database): void {
  try {
    db.pragma('journal_mode = MEMORY')
  } catch (error) {
    if (sqliteCode(error)?.startsWith('SQLITE_BUSY') !== true) throw error
  }
}

/** Whether this is a tape, or a database whose creation was cut off before anything was in it. */
export function identify(db: Database.Database, path: string): 'tape' | 'empty' {
  const number = (pragma: string): number => db.pragma(pragma, { simple: true }) as number
  const id = number('application_id')
  if (id !== APPLICATION_ID) {
    const { tables } = db.prepare('SELECT count(*) AS tables FROM sqlite_master').get() as { tables: number }
    if (id === 0 && tables === 0) return 'empty'
    throw new EventLogError('NOT_A_TAPE', `Cannot open "${path}": it is an SQLite database, but no tape`)
  }
  const version = number('user_version')
  if (version > FORMAT_VERSION) {
    throw new EventLogError(
      'FORMAT_TOO_NEW',
      `Cannot open "${path}": its tape format is ${version} and this build reads up to ${FORMAT_VERSION}; upgrade Kubetape to read it`,
    )
  }
  return 'tape'
}

/** Refuses SQLite builds that are known to lose commits. */
export function assertSqliteVersion(db: Database.Database): void {
  const { version } = db.prepare('SELECT sqlite_version() AS version').get() as { version: string }
  const parts = (text: string): number[] => text.split('.').map(Number)
  const [have, need] = [parts(version), parts(SQLITE_MINIMUM)]
  const differing = need.findIndex((part, i) => part !== (have[i] ?? 0))
  if (differing >= 0 && (have[differing] ?? 0) < need[differing]!) {
    throw new EventLogError('IO_FAILED', `Cannot write with SQLite ${version}: it can lose commits; ${SQLITE_MINIMUM} or newer is needed`)
  }
}
