import type Database from 'better-sqlite3'
import { digestOf, OPERATION_CODES } from '../chain.ts'
import { EventLogError } from '../errors.ts'
import type { SqliteRows } from './sqlite-rows.ts'

/** Drops the values of entries that were replaced; to be called in a transaction, which a refusal must roll back. */
export function eraseValues(db: Database.Database, rows: SqliteRows, revisions: readonly number[], head: number): void {
  const erase = db.prepare('UPDATE entry SET value = NULL, digest = ? WHERE revision = ?')
  for (const revision of revisions) {
    if (revision > head) throw new EventLogError('INVALID_ARGUMENT', `Cannot erase revision ${revision}: the head is ${head}`)
    const entry = rows.entry(revision)?.entry
    if (entry === undefined) continue
    if (!rows.hasNewer(entry.key, revision))
      throw new EventLogError('INVALID_ARGUMENT', `Cannot erase revision ${revision}: it is the newest of "${entry.key}"`)
    if (entry.value !== undefined) erase.run(digestOf(entry.value), revision)
  }
}

/** Writes the anchor and removes what was not live at `revision`; to be called in a transaction. Answers how many rows went. */
export function compactEntries(db: Database.Database, revision: number, timeMs: number): number {
  const anchor = db.prepare(
    'INSERT INTO anchor (revision, time, hash, survivors) SELECT revision, ?, hash, 0 FROM entry WHERE revision = ?',
  )
  if (anchor.run(timeMs, revision).changes !== 1)
    throw new EventLogError('LOG_DAMAGED', `Cannot compact at ${revision}: this entry is missing`)
  const { changes } = db
    .prepare(
      `DELETE FROM entry WHERE revision <= :at AND (operation = ${OPERATION_CODES.delete}
       OR revision <> (SELECT max(newest.revision) FROM entry newest WHERE newest.key = entry.key AND newest.revision <= :at))`,
    )
    .run({ at: revision })
  db.prepare('UPDATE anchor SET survivors = (SELECT count(*) FROM entry WHERE revision <= :at) WHERE revision = :at').run({ at: revision })
  return changes
}
