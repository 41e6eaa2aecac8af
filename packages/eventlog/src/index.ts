/** An append-only log behind one port; open one with `openSqliteLog` from `/sqlite` or `createMemoryLog` from `/memory`. */
export {
  type AppendBatch,
  type AppendEntry,
  type AppendRecord,
  type Commit,
  type Entry,
  type EventLog,
  LAZY_FLUSH_MS,
  type LogInfo,
  type LogReader,
  type Operation,
  SIDE_STREAMS,
  type SideRecord,
  type VerifyReport,
} from './event-log.ts'
export { EventLogError, type EventLogErrorCode, ExpectationFailed } from './errors.ts'
