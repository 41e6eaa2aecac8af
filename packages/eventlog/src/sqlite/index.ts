/** The log in an SQLite file: `openSqliteLog({ path, clock, random })` writes it, `openSqliteReader({ path })` reads it, also meanwhile. */
export { openSqliteLog } from './open-log.ts'
export type { SqliteLogOptions } from './open-writer.ts'
export { openSqliteReader, type SqliteReader } from './sqlite-reader.ts'
export type { LogSink } from './housekeeping.ts'
