import { join } from 'node:path'
import Database from 'better-sqlite3'

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
  const db = new Database(join(root, '.lock'), { timeout: 0 })
  try {
    db.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    db.close()
    if ((error as { code?: string }).code?.startsWith('SQLITE_BUSY') !== true) throw error
    throw new Error(`Cannot use "${root}": another driver uses it`, { cause: error })
  }
  return { release: () => void db.close() }
}
