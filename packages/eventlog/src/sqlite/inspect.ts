import { existsSync, statSync } from 'node:fs'
import type Database from 'better-sqlite3'
import { checkChain } from '../chain-check.ts'
import { type ChainHead, STREAM_NAMES, type StreamName } from '../chain.ts'
import { EventLogError } from '../errors.ts'
import { identify, openReadonly } from './open-database.ts'
import { guarded } from './sqlite-error.ts'
import { SqliteRows } from './sqlite-rows.ts'
import { type Witness, witnessPath } from './witness.ts'

const KEEP = 'nothing was changed; keep all its files and restore a backup, or read what is left with a reader'

const tailLost = (path: string, how: string): EventLogError =>
  new EventLogError('TAIL_LOST', `Cannot open "${path}" for writing: acknowledged entries are lost, ${how}; ${KEEP}`)

const damaged = (path: string, how: string): EventLogError =>
  new EventLogError('LOG_DAMAGED', `Cannot open "${path}" for writing: ${how}; ${KEEP}`)

/**
 * Decides, over a connection that cannot change anything, whether a writer may open this log.
 * Answers `fresh` when there is nothing yet, `tape` when all is well, and throws otherwise.
 */
export function inspect(path: string, witness: Witness | undefined): 'fresh' | 'tape' {
  const wal = `${path}-wal`
  // SQLite deletes the -wal of an empty database when it opens it, so this must be seen before.
  if (!existsSync(path) || statSync(path).size === 0) {
    const state = existsSync(path) ? 'the file is empty' : 'the file is missing'
    if (witness !== undefined)
      throw tailLost(path, `${state} and its witness "${witnessPath(path)}" is at revision ${witness.heads.entry.position}`)
    if (existsSync(wal) && statSync(wal).size > 0) throw tailLost(path, `${state} and "${wal}" is there`)
    return 'fresh'
  }
  const db = openOrExplain(path, witness)
  try {
    return guarded(`open "${path}"`, () => {
      if (identify(db, path) === 'empty') {
        if (witness !== undefined)
          throw tailLost(path, `the database is empty and its witness is at revision ${witness.heads.entry.position}`)
        return 'fresh'
      }
      const rows = new SqliteRows(db)
      if (witness !== undefined) {
        const problem = againstWitness(rows, witness)
        if (problem !== undefined) throw problem.lost ? tailLost(path, problem.text) : damaged(path, problem.text)
      }
      if (witness?.clean !== true) quickCheck(db, path)
      const { problems } = checkChain(rows.chainSource(), witness === undefined ? {} : { from: witness.verified })
      if (problems.length > 0) throw damaged(path, `its chain is broken (${problems.slice(0, 3).join('; ')})`)
      return 'tape'
    })
  } finally {
    db.close()
  }
}

function openOrExplain(path: string, witness: Witness | undefined): Database.Database {
  try {
    return openReadonly(path)
  } catch (error) {
    // Without a witness, a file that is no database at all was most likely never one of ours.
    const notADatabase = error instanceof EventLogError && (error.cause as { code?: string } | undefined)?.code === 'SQLITE_NOTADB'
    if (notADatabase && witness === undefined)
      throw new EventLogError('NOT_A_TAPE', `Cannot open "${path}": it is no SQLite database`, { cause: error })
    throw error
  }
}

function quickCheck(db: Database.Database, path: string): void {
  const found = db.pragma('quick_check(5)') as { quick_check: string }[]
  if (found[0]?.quick_check !== 'ok') throw damaged(path, `SQLite finds it damaged (${found.map((row) => row.quick_check).join('; ')})`)
}

/** What is wrong between the rows and their witness; `lost` when acknowledged rows are missing at the end. */
export function againstWitness(rows: SqliteRows, witness: Witness): { lost: boolean; text: string } | undefined {
  const generation = rows.meta().get('generation')
  if (generation !== witness.generation) {
    return {
      lost: false,
      text: `its generation is ${generation} and that of its witness ${witness.generation}: the log, its -wal or its witness was replaced`,
    }
  }
  const heads = rows.heads()
  const compacted = rows.anchor()?.revision ?? 0
  for (const stream of STREAM_NAMES) {
    const seen = witness.heads[stream]
    const what = stream === 'entry' ? 'revision' : `${stream} record`
    if (heads[stream].position < seen.position)
      return { lost: true, text: `it ends at ${what} ${heads[stream].position} and its witness is at ${seen.position}` }
    if (stream === 'entry' && seen.position <= compacted) continue
    const hash = hashAt(rows, stream, seen)
    if (hash === undefined || Buffer.compare(hash, seen.hash) !== 0) {
      return {
        lost: false,
        text: `${what} ${seen.position} is not the one that its witness saw: the log or its -wal was replaced or changed`,
      }
    }
  }
  return undefined
}

function hashAt(rows: SqliteRows, stream: StreamName, { position, hash }: ChainHead): Uint8Array | undefined {
  if (position === 0) return hash
  return stream === 'entry' ? rows.entry(position)?.hash : rows.records(stream, { after: position - 1, limit: 1 })[0]?.hash
}
