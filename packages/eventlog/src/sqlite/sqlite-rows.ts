import type Database from 'better-sqlite3'
import { type Anchor, type ChainSource } from '../chain-check.ts'
import {
  type ChainedEntry,
  type ChainedRecord,
  type ChainHead,
  type ChainHeads,
  genesis,
  OPERATION_CODES,
  type SideStream,
} from '../chain.ts'
import { type Operation, SIDE_STREAMS } from '../event-log.ts'
import { prefixEnd } from '../key-order.ts'

interface EntryRow {
  revision: number
  time: number
  key: string
  operation: number
  prior: number
  cause: string | null
  value: Buffer | null
  digest: Buffer | null
  previous: Buffer
  hash: Buffer
}

interface RecordRow {
  position: number
  time: number
  key: string
  value: Buffer
  hash: Buffer
  previous: Buffer | null
}

const ENTRY_COLUMNS = 'e.revision, e.time, e.key, e.operation, e.prior, e.cause, e.value, e.digest, e.previous, e.hash'
const RECORD_COLUMNS = (stream: string): string =>
  `r.position, r.time, r.key, r.value, r.hash, (SELECT p.hash FROM ${stream} p WHERE p.position = r.position - 1) AS previous`

/** Walks from key to key by the index, so the cost is that of the keys and not of their history. */
const rangeSql = (end: string): string => `
  WITH RECURSIVE k(key) AS (
    SELECT min(key) FROM entry WHERE key >= :first ${end}
    UNION ALL
    SELECT (SELECT min(entry.key) FROM entry WHERE entry.key > k.key ${end}) FROM k WHERE k.key IS NOT NULL
  )
  SELECT ${ENTRY_COLUMNS} FROM k CROSS JOIN entry e
  ON e.revision = (SELECT max(revision) FROM entry WHERE entry.key = k.key AND entry.revision <= :at)
  WHERE k.key IS NOT NULL AND e.operation <> ${OPERATION_CODES.delete}
  LIMIT :limit`

const OPERATIONS: Readonly<Record<number, Operation>> = { 1: 'create', 2: 'update', 3: 'delete' }

/** A record with what its hash is computed from. */
export interface LinkedRecord extends ChainedRecord {
  readonly previous: Uint8Array
}

/** Infinity is no number for SQLite; these stand for it. */
const revisionBound = (bound: number | undefined): number => Math.min(bound ?? Infinity, Number.MAX_SAFE_INTEGER)
const rowLimit = (limit: number | undefined): number => (limit === undefined || limit === Infinity ? -1 : Math.max(0, limit))

/** Every read of a log's tables, as rows with their hashes; nothing is checked here. */
export class SqliteRows {
  readonly #entry: Database.Statement<[number], EntryRow>
  readonly #latest: Database.Statement<[string, number], EntryRow>
  readonly #newer: Database.Statement<[string, number], { found: 1 }>
  readonly #rangeTo: Database.Statement<[object], EntryRow>
  readonly #rangeOpen: Database.Statement<[object], EntryRow>
  readonly #entries: Database.Statement<[number, number, number], EntryRow>
  readonly #entriesTo: Database.Statement<[number, number, string, string, number], EntryRow>
  readonly #entriesOpen: Database.Statement<[number, number, string, number], EntryRow>
  readonly #head: Database.Statement<[], { revision: number; hash: Buffer }>
  readonly #anchor: Database.Statement<[], { revision: number; hash: Buffer; survivors: number }>
  readonly #records = {} as Record<SideStream, Database.Statement<[number, number], RecordRow>>
  readonly #recordsOfKey = {} as Record<SideStream, Database.Statement<[string, number, number], RecordRow>>
  readonly #recordHead = {} as Record<SideStream, Database.Statement<[], { position: number; hash: Buffer }>>
  readonly #live: Database.Statement<[], { key: string; revision: number }>
  readonly #meta: Database.Statement<[], { key: string; value: string }>

  constructor(db: Database.Database) {
    const inOrder = 'e.revision BETWEEN ? AND ?'
    this.#entry = db.prepare(`SELECT ${ENTRY_COLUMNS} FROM entry e WHERE e.revision = ?`)
    this.#latest = db.prepare(`SELECT ${ENTRY_COLUMNS} FROM entry e WHERE e.key = ? AND e.revision <= ? ORDER BY e.revision DESC LIMIT 1`)
    this.#newer = db.prepare('SELECT 1 AS found FROM entry WHERE key = ? AND revision > ? LIMIT 1')
    this.#rangeTo = db.prepare(rangeSql('AND entry.key < :end'))
    this.#rangeOpen = db.prepare(rangeSql(''))
    this.#entries = db.prepare(`SELECT ${ENTRY_COLUMNS} FROM entry e WHERE ${inOrder} ORDER BY e.revision LIMIT ?`)
    // The unary plus keeps the key index out: these rows are wanted in order of revision.
    this.#entriesTo = db.prepare(
      `SELECT ${ENTRY_COLUMNS} FROM entry e WHERE ${inOrder} AND +e.key >= ? AND +e.key < ? ORDER BY e.revision LIMIT ?`,
    )
    this.#entriesOpen = db.prepare(`SELECT ${ENTRY_COLUMNS} FROM entry e WHERE ${inOrder} AND +e.key >= ? ORDER BY e.revision LIMIT ?`)
    this.#head = db.prepare('SELECT revision, hash FROM entry ORDER BY revision DESC LIMIT 1')
    this.#anchor = db.prepare('SELECT revision, hash, survivors FROM anchor ORDER BY revision DESC LIMIT 1')
    for (const stream of SIDE_STREAMS) {
      this.#records[stream] = db.prepare(
        `SELECT ${RECORD_COLUMNS(stream)} FROM ${stream} r WHERE r.position > ? ORDER BY r.position LIMIT ?`,
      )
      this.#recordsOfKey[stream] = db.prepare(
        `SELECT ${RECORD_COLUMNS(stream)} FROM ${stream} r WHERE r.key = ? AND r.position > ? ORDER BY r.position LIMIT ?`,
      )
      this.#recordHead[stream] = db.prepare(`SELECT position, hash FROM ${stream} ORDER BY position DESC LIMIT 1`)
    }
    // SQLite takes bare columns from the row that has the maximum, and the index alone answers this.
    this.#live = db.prepare(
      `SELECT key, revision FROM (SELECT key, max(revision) AS revision, operation FROM entry GROUP BY key) WHERE operation <> ${OPERATION_CODES.delete}`,
    )
    this.#meta = db.prepare('SELECT key, value FROM meta')
  }

  entry(revision: number): ChainedEntry | undefined {
    return entryOf(this.#entry.get(revision))
  }

  latest(key: string, at: number | undefined): ChainedEntry | undefined {
    return entryOf(this.#latest.get(key, revisionBound(at)))
  }

  hasNewer(key: string, revision: number): boolean {
    return this.#newer.get(key, revision) !== undefined
  }

  range(options: { prefix: string; after?: string; at?: number; limit?: number }): ChainedEntry[] {
    const { prefix, after } = options
    // The NUL that is appended makes the smallest key after `after`; prefixes and keys compare as bytes in SQLite.
    const first = after !== undefined && Buffer.compare(Buffer.from(after), Buffer.from(prefix)) >= 0 ? `${after}\0` : prefix
    const end = prefixEnd(prefix)
    const bounds = { first, at: revisionBound(options.at), limit: rowLimit(options.limit) }
    return (end === undefined ? this.#rangeOpen.all(bounds) : this.#rangeTo.all({ ...bounds, end })).map(toEntry)
  }

  entries(options: { from: number; to?: number; limit: number; prefix?: string }): ChainedEntry[] {
    const to = revisionBound(options.to)
    const limit = rowLimit(options.limit)
    const { from, prefix = '' } = options
    if (prefix === '') return this.#entries.all(from, to, limit).map(toEntry)
    const end = prefixEnd(prefix)
    const rows = end === undefined ? this.#entriesOpen.all(from, to, prefix, limit) : this.#entriesTo.all(from, to, prefix, end, limit)
    return rows.map(toEntry)
  }

  records(stream: SideStream, options: { after?: number; limit?: number; key?: string }): LinkedRecord[] {
    const { after = 0, key } = options
    const limit = rowLimit(options.limit)
    const rows = key === undefined ? this.#records[stream].all(after, limit) : this.#recordsOfKey[stream].all(key, after, limit)
    return rows.map(({ position, time, key, value, hash, previous }) => ({
      record: { stream, position, timeMs: time, key, value },
      hash,
      previous: previous ?? genesis(stream),
    }))
  }

  anchor(): Anchor | undefined {
    return this.#anchor.get()
  }

  /** The ends of all streams; the anchor's where compaction took the last entries. */
  heads(): ChainHeads {
    const head = this.#head.get()
    const anchor = this.#anchor.get()
    const last = head !== undefined && head.revision > (anchor?.revision ?? 0) ? head : anchor
    const side = (stream: SideStream): ChainHead => this.#recordHead[stream].get() ?? { position: 0, hash: genesis(stream) }
    return {
      entry: last === undefined ? { position: 0, hash: genesis('entry') } : { position: last.revision, hash: last.hash },
      run: side('run'),
      request: side('request'),
      actor: side('actor'),
      gap: side('gap'),
    }
  }

  /** The head alone, for readers that ask often. */
  head(): number {
    return Math.max(this.#head.get()?.revision ?? 0, this.#anchor.get()?.revision ?? 0)
  }

  /** The live revision of every live key. */
  live(): Map<string, number> {
    const live = new Map<string, number>()
    for (const { key, revision } of this.#live.iterate()) live.set(key, revision)
    return live
  }

  meta(): Map<string, string> {
    return new Map(this.#meta.all().map(({ key, value }) => [key, value]))
  }

  chainSource(): ChainSource {
    return {
      anchor: this.anchor(),
      heads: this.heads(),
      entriesAfter: (revision, limit) => this.entries({ from: revision + 1, limit }),
      recordsAfter: (stream, position, limit) => this.records(stream, { after: position, limit }),
    }
  }
}

const entryOf = (row: EntryRow | undefined): ChainedEntry | undefined => (row === undefined ? undefined : toEntry(row))

function toEntry(row: EntryRow): ChainedEntry {
  return {
    entry: {
      revision: row.revision,
      timeMs: row.time,
      key: row.key,
      // A code that is none of ours can only be damage; the hash check of whoever reads this says so.
      operation: OPERATIONS[row.operation] ?? 'update',
      prior: row.prior,
      cause: row.cause ?? undefined,
      value: row.value ?? undefined,
    },
    previous: row.previous,
    digest: row.digest ?? undefined,
    hash: row.hash,
  }
}
