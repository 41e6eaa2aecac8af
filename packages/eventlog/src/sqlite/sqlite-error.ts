import { EventLogError, type EventLogErrorCode } from '../errors.ts'

/**
 * SQLite's result code, e.g. `SQLITE_BUSY`; undefined when the error is not SQLite's. Told by the code and not by the class, because the
 * native module keeps the class of whoever loaded it first in the process, and test runners load modules more than once.
 */
export function sqliteCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code
  return typeof code === 'string' && code.startsWith('SQLITE_') ? code : undefined
}

/** Which of our codes an SQLite result code means. */
function codeOf(resultCode: string): EventLogErrorCode {
  // Growing the shared memory file fails with its own code when the disk is full, before anything was written.
  if (resultCode === 'SQLITE_FULL' || resultCode === 'SQLITE_IOERR_SHMSIZE') return 'DISK_FULL'
  if (resultCode.startsWith('SQLITE_CORRUPT') || resultCode.startsWith('SQLITE_NOTADB') || resultCode.startsWith('SQLITE_CONSTRAINT'))
    return 'LOG_DAMAGED'
  if (resultCode.startsWith('SQLITE_BUSY') || resultCode.startsWith('SQLITE_LOCKED')) return 'LOG_LOCKED'
  return 'IO_FAILED'
}

const ADVICE: Partial<Record<EventLogErrorCode, string>> = {
  DISK_FULL: 'no space is left on the disk; nothing was written, free some space and try again',
  LOG_DAMAGED: 'the database is damaged; nothing was changed, keep all its files and restore a backup or export what can be read',
  LOG_LOCKED: 'another connection writes to it',
  IO_FAILED: 'the disk failed; reopen the log to see what it holds',
}

/** An SQLite failure in our words ("Cannot <doing>: …"); anything else comes back as it is. */
export function translate(error: unknown, doing: string): unknown {
  const resultCode = sqliteCode(error)
  if (resultCode === undefined) return error
  const code = codeOf(resultCode)
  return new EventLogError(code, `Cannot ${doing}: ${ADVICE[code]} (${resultCode}: ${(error as Error).message})`, { cause: error })
}

/** Runs `fn`; SQLite failures come out translated. */
export function guarded<T>(doing: string, fn: () => T): T {
  try {
    return fn()
  } catch (error) {
    throw translate(error, doing)
  }
}
