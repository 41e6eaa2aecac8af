import { existsSync, mkdirSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type Database from 'better-sqlite3'
import { emptyHeads } from '../chain.ts'
import type { EventLog } from '../event-log.ts'
import { inspect } from './inspect.ts'
import { openWriter, type SqliteLogOptions } from './open-writer.ts'
import { guarded } from './sqlite-error.ts'
import { SqliteLog } from './sqlite-log.ts'
import { readWitness } from './witness.ts'
import { acquireWriterLock } from './writer-lock.ts'

/**
 * Opens the log at `path` for writing, or makes it. One process at a time; readers may be many, see `openSqliteReader`.
 * What is not in order is refused and left as it is: nothing is ever repaired or deleted.
 *
 * @throws EventLogError `LOG_LOCKED`, `FORMAT_TOO_NEW`, `NOT_A_TAPE`, `LOG_DAMAGED`, `TAIL_LOST`, `DISK_FULL`, `IO_FAILED`
 */
export function openSqliteLog(options: SqliteLogOptions): EventLog {
  const path = prepareFolder(options.path)
  const logger = options.logger ?? (() => undefined)
  const lock = acquireWriterLock(path, () => readWitness(path)?.pid)
  let db: Database.Database | undefined
  try {
    const witness = readWitness(path)
    const state = guarded(`open "${path}"`, () => inspect(path, witness))
    if (state === 'tape' && witness === undefined)
      logger('warn', 'The log has no witness beside it: whether its end is complete cannot be told', { path })
    db = guarded(`open "${path}"`, () => openWriter(path, state, options))
    return new SqliteLog(db, path, lock, witness?.verified ?? emptyHeads(), options)
  } catch (error) {
    db?.close()
    lock.release()
    throw error
  }
}

function prepareFolder(path: string): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  // The same log under two names must not get two locks.
  return existsSync(path) ? realpathSync(path) : join(realpathSync(dirname(path)), basename(path))
}
