import { realpathSync } from 'node:fs'
import type Database from 'better-sqlite3'
import { checkChain } from '../chain-check.ts'
import { type ChainedEntry, entryHolds, hashRecord, isSideStream } from '../chain.ts'
import { EventLogError } from '../errors.ts'
import type { Entry, LogInfo, LogReader, SideRecord, VerifyReport } from '../event-log.ts'
import { againstWitness } from './inspect.ts'
import { identify, openReadonly } from './open-database.ts'
import { META_PREFIX } from './schema.ts'
import { guarded } from './sqlite-error.ts'
import { type LinkedRecord, SqliteRows } from './sqlite-rows.ts'
import { readWitness } from './witness.ts'

/** A reader that lets go of the file again. */
export interface SqliteReader extends LogReader {
  close(): void
}

/**
 * Opens a tape for reading: a finished one, also in a read-only folder, or one that another process is writing, whose head then moves.
 * A damaged tape opens too as far as SQLite can read it; `verify` says what is wrong, and a damaged row is refused when it is read.
 *
 * @throws EventLogError `NOT_A_TAPE`, `FORMAT_TOO_NEW`, `LOG_DAMAGED`, `IO_FAILED`
 */
export function openSqliteReader({ path }: { path: string }): SqliteReader {
  let real: string
  try {
    real = realpathSync(path)
  } catch (error) {
    throw new EventLogError('NOT_A_TAPE', `Cannot open "${path}": there is no such file`, { cause: error })
  }
  const db = openReadonly(real)
  try {
    if (identify(db, real) === 'empty') throw new EventLogError('NOT_A_TAPE', `Cannot open "${path}": it is empty`)
    return new CheckedReader(db, real, 'closed')
  } catch (error) {
    db.close()
    throw error
  }
}

/** Reads with every row held against its hash. The writer reads through one too, over its own connection. */
export class CheckedReader implements SqliteReader {
  readonly info: LogInfo
  readonly rows: SqliteRows
  readonly #db: Database.Database
  readonly #path: string
  readonly #doing: string

  constructor(db: Database.Database, path: string, durability: 'full' | 'relaxed' | 'closed') {
    this.#db = db
    this.#path = path
    this.#doing = `read "${path}"`
    this.rows = guarded(this.#doing, () => new SqliteRows(db))
    const stored = guarded(this.#doing, () => this.rows.meta())
    const meta: Record<string, string> = { created: stored.get('created') ?? '' }
    for (const [key, value] of stored) if (key.startsWith(META_PREFIX)) meta[key.slice(META_PREFIX.length)] = value
    this.info = {
      formatVersion: db.pragma('user_version', { simple: true }) as number,
      generation: stored.get('generation') ?? '',
      meta,
      capabilities: { durable: durability !== 'relaxed', readersInOtherProcesses: true },
    }
  }

  head(): number {
    return this.#read(() => this.rows.head())
  }

  compactedRevision(): number {
    return this.#read(() => this.rows.anchor()?.revision ?? 0)
  }

  entry(revision: number): Entry | undefined {
    const row = this.#read(() => this.rows.entry(revision))
    return row === undefined ? undefined : this.#checked(row)
  }

  latest(key: string, at?: number): Entry | undefined {
    const row = this.#read(() => this.rows.latest(key, at))
    return row === undefined ? undefined : this.#checked(row)
  }

  range(options: { prefix: string; after?: string; at?: number; limit?: number }): Entry[] {
    return this.#read(() => this.rows.range(options)).map((row) => this.#checked(row))
  }

  entries(options: { from: number; to?: number; limit: number; prefix?: string }): Entry[] {
    return this.#read(() => this.rows.entries(options)).map((row) => this.#checked(row))
  }

  records(stream: string, options: { after?: number; limit?: number; key?: string } = {}): SideRecord[] {
    if (!isSideStream(stream)) throw new EventLogError('INVALID_ARGUMENT', `Cannot read the stream "${stream}": there is none of this name`)
    return this.#read(() => this.rows.records(stream, options)).map((row) => this.#checkedRecord(row))
  }

  verify(options: { onProgress?: (done: number, total: number) => void } = {}): VerifyReport {
    this.#assertOpen()
    const problems: string[] = []
    // The witness is read before the rows: what it saw is then among them, also while another process writes.
    const witness = attempt(problems, () => readWitness(this.#path))
    // One read transaction makes all pages of the check see the same end.
    const check = attempt(problems, () =>
      guarded(this.#doing, () =>
        this.#db.transaction(() => {
          for (const { integrity_check } of this.#db.pragma('integrity_check') as { integrity_check: string }[]) {
            if (integrity_check !== 'ok') problems.push(`SQLite: ${integrity_check}`)
          }
          const problem = witness === undefined ? undefined : againstWitness(this.rows, witness)
          if (problem !== undefined) problems.push(problem.text)
          return { head: this.rows.head(), ...checkChain(this.rows.chainSource(), options) }
        })(),
      ),
    )
    problems.push(...(check?.problems ?? []))
    return {
      ok: problems.length === 0,
      head: check?.head ?? 0,
      entriesChecked: check?.entriesChecked ?? 0,
      recordsChecked: check?.recordsChecked ?? 0,
      problems,
    }
  }

  close(): void {
    this.#db.close()
  }

  #assertOpen(): void {
    if (!this.#db.open) throw new EventLogError('LOG_CLOSED', `Cannot ${this.#doing}: it is closed`)
  }

  #read<T>(fn: () => T): T {
    this.#assertOpen()
    return guarded(this.#doing, fn)
  }

  #checked(row: ChainedEntry): Entry {
    if (!entryHolds(row)) throw this.#damaged(`entry ${row.entry.revision}`)
    return row.entry
  }

  #checkedRecord({ record, previous, hash }: LinkedRecord): SideRecord {
    if (!hashRecord(previous, record).equals(hash)) throw this.#damaged(`${record.stream} record ${record.position}`)
    return record
  }

  #damaged(what: string): EventLogError {
    return new EventLogError('LOG_DAMAGED', `Cannot ${this.#doing}: ${what} is not what was written; nothing was changed`)
  }
}

/** Runs a part of the verification; what it throws is a problem found, not the end of the report. */
function attempt<T>(problems: string[], fn: () => T): T | undefined {
  try {
    return fn()
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error))
    return undefined
  }
}
