/** Run, request, actor and gap records over the log's side streams: `createJournal(log)` writes them, `readJournal(reader)` reads them. */
export { type EntryCause, formatCause, parseCause } from './cause.ts'
export { createJournal, type Journal, type JournalOptions } from './journal.ts'
export { type Explanation, type JournalReader, readJournal, type RunFilter, type RunStep } from './read-journal.ts'
export type {
  ActorRecord,
  GapRecord,
  RequestRecord,
  RunAnswer,
  RunBegin,
  RunEnd,
  RunReadings,
  RunRecord,
  RunRequest,
  StoredAnswer,
  Trigger,
} from './records.ts'
