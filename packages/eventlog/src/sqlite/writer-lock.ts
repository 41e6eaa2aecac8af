import { closeSync, openSync } from 'node:fs'
import Database from 'better-sqlite3'
import { EventLogError } from '../errors.ts'
import { sqliteCode } from './sqlite-error.ts'

export interface WriterLock {
  release(): void
}

/** Creates a file that nobody else can read, unless it is there. Never opens one that is: closing it would drop this process's own locks on it. */
export function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/**
 * Takes the right to write `path`: an exclusive SQLite transaction on the empty database `<path>.lock`, held as long as the log is open.
 * The operating system drops it with the process, however that dies, and SQLite also keeps two handles of one process apart.
 * The log's own database cannot carry the lock: other processes read it meanwhile.
 *
 * @throws EventLogError `LOG_LOCKED` with the pid that `holder` answers
 */
export function acquireWriterLock(path: string, holder: () => number | undefined): WriterLock {
  const lockPath = `${path}.lock`
  createPrivately(lockPath)
  const db = new Database(lockPath, { timeout: 0 })
  try {
    db.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    db.close()
    if (sqliteCode(error)?.startsWith('SQLITE_BUSY') !== true) throw error
    const pid = holder()
    const who = pid === undefined ? 'another process' : pid === process.pid ? `this process (pid ${pid})` : `process ${pid}`
    throw new EventLogError('LOG_LOCKED', `Cannot open "${path}" for writing: ${who} has it open`, { cause: error })
  }
  return { release: () => void db.close() }
}
