import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { hasCode } from './volume-files.ts'

export interface RootLock {
  release(): void
}

/**
 * Takes the right to use the folder `root`: an exclusive SQLite transaction on the empty database `.lock` in it. The operating system drops it with the
 * process, however that dies, and SQLite also keeps two drivers of one process apart.
 *
 * @throws Error when another driver has it
 */
export function lockRoot(root: string): RootLock {
  const path = join(root, '.lock')
  createPrivately(path)
  const db = new Database(path, { timeout: 0 })
  try {
    db.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    db.close()
    if ((error as { code?: string }).code?.startsWith('SQLITE_BUSY') !== true) throw error
    throw new Error(`Cannot use "${root}": another driver uses it`, { cause: error })
  }
  return { release: () => void db.close() }
}

/** Others, who may pass through the root, could hold a lock on a file that they can read. */
function createPrivately(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  }
}
