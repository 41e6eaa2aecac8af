import { hash } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll } from '@jest/globals'
import { seededRandom } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import type { EventLog } from '../event-log.ts'
import { openSqliteLog, type SqliteLogOptions } from '../sqlite/index.ts'

/** A folder for the tapes of one test file; gone when the file is done. */
export function tapeFolder(): { path(name: string): string; fresh(): string } {
  const root = mkdtempSync(join(tmpdir(), 'kubetape-tape-'))
  afterAll(() => rmSync(root, { recursive: true, force: true }))
  let made = 0
  return { path: (name) => join(root, name), fresh: () => join(mkdtempSync(join(root, `${made++}-`)), 'log.tape') }
}

/** Opens a log for a test: virtual time, the same generation for the same seed. */
export function openTape(path: string, options: Partial<SqliteLogOptions> & { seed?: number } = {}): EventLog {
  const { seed = 1, ...rest } = options
  return openSqliteLog({ path, clock: new VirtualClock(), random: seededRandom(seed), ...rest })
}

/** Appends this many entries of keys of their own, each in a commit of its own. */
export async function fill(log: EventLog, count: number, valueBytes = 100): Promise<void> {
  for (let i = 0; i < count; i++) {
    const encode = (revision: number): Buffer => Buffer.from(`value of ${revision} `.padEnd(valueBytes, '.'))
    const records = [{ stream: 'run', key: `run${log.head()}`, value: Buffer.from(`run ${i}`) }]
    const appended = log.append({ entries: [{ key: `key${log.head()}`, operation: 'create', expect: 0, encode }], records })
    await log.flush()
    await appended
  }
}

/** The files of a tape as a power cut at this moment would leave them. */
export function cutOff(from: string, to: string): void {
  for (const suffix of ['', '-wal', '.head']) cpSync(from + suffix, to + suffix)
}

/** Inverts one byte of a file, by default in its middle. */
export function flipByte(path: string, at = statSync(path).size >> 1): void {
  const bytes = readFileSync(path)
  bytes[at]! ^= 0xff
  writeFileSync(path, bytes)
}

/** Inverts the first byte of every place where this text stands in a file; pages that SQLite no longer uses may hold it too. */
export function flipText(path: string, text: string): void {
  const bytes = readFileSync(path)
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) bytes[at]! ^= 0xff
  writeFileSync(path, bytes)
}

/** Digests of the files of a tape, to see that nothing touched them. A -wal without content counts as none. */
export function snapshot(path: string): Record<string, string> {
  const files = ['', '-wal', '.head'].filter(
    (suffix) => existsSync(path + suffix) && (suffix !== '-wal' || statSync(path + suffix).size > 0),
  )
  return Object.fromEntries(files.map((suffix) => [suffix, hash('sha256', readFileSync(path + suffix))]))
}

/** The package's own folder, where child processes find its modules. */
export const packageFolder = dirname(dirname(import.meta.dirname))
