import type { Random } from '@kubetape/determinism'
import { uidSource } from '@kubetape/determinism'
import type Database from 'better-sqlite3'
import { SIDE_STREAMS } from '../event-log.ts'

/**
 * The tape format, version 1. The version stands in SQLite's `user_version`, the mark of a tape in `application_id`.
 * A newer version is refused, an older one is read by upcasters and never rewritten in place; a change of anything below is a new version.
 */
export const FORMAT_VERSION = 1

/** "KTap" in ASCII. */
export const APPLICATION_ID = 0x4b546170

/** Rows of a few kilobytes fit two to a page; smaller pages cost a fifth of the throughput. */
export const PAGE_BYTES = 8192

/** Versions 3.7.0 to 3.51.2 can lose commits when a checkpoint races a WAL reset. */
export const SQLITE_MINIMUM = '3.51.3'

/** `digest` is filled when `value` is erased, so that `hash` can still be checked; `operation` is 1 create, 2 update, 3 delete. */
const ENTRY = `
  CREATE TABLE entry (
    revision INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    key TEXT NOT NULL,
    operation INTEGER NOT NULL,
    prior INTEGER NOT NULL,
    cause TEXT,
    value BLOB,
    digest BLOB,
    previous BLOB NOT NULL,
    hash BLOB NOT NULL
  ) STRICT;
  CREATE INDEX entry_key ON entry (key, revision, operation);
  CREATE TABLE anchor (revision INTEGER PRIMARY KEY, time INTEGER NOT NULL, hash BLOB NOT NULL, survivors INTEGER NOT NULL) STRICT;
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
`

const sideTable = (stream: string): string => `
  CREATE TABLE ${stream} (
    position INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    key TEXT NOT NULL,
    value BLOB NOT NULL,
    hash BLOB NOT NULL
  ) STRICT;
  CREATE INDEX ${stream}_key ON ${stream} (key);
`

/** Own statements about the log go under this prefix, so that they never clash with the format's own keys. */
export const META_PREFIX = 'meta.'

/** Makes the tables of an empty log in one transaction, with a new generation. */
export function createSchema(
  db: Database.Database,
  options: { random: Random; wallMs: number; meta: Readonly<Record<string, string>> },
): void {
  db.transaction(() => {
    db.exec(ENTRY)
    for (const stream of SIDE_STREAMS) db.exec(sideTable(stream))
    const put = db.prepare('INSERT INTO meta (key, value) VALUES (?, ?)')
    put.run('generation', uidSource(options.random).next())
    put.run('created', new Date(options.wallMs).toISOString())
    for (const [key, value] of Object.entries(options.meta)) put.run(META_PREFIX + key, value)
    db.pragma(`application_id = ${APPLICATION_ID}`)
    db.pragma(`user_version = ${FORMAT_VERSION}`)
  }).immediate()
}
