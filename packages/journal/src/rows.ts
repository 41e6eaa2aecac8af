import { parseExactJson, printExactJson } from '@kubetape/apimachinery'
import type { AppendRecord } from '@kubetape/eventlog'
import type { ActorRecord, GapRecord, RunBegin, RunEnd, RunReadings, RunRequest, StoredAnswer } from './records.ts'

/**
 * How records lie in the side streams, as JSON. Nothing is ever rewritten: a run has one row or two, a request one or two.
 *
 * | stream | key | rows |
 * |---|---|---|
 * | run | run id | `{ begin }`, later `{ end }`; or both at once |
 * | request | run id | `{ request, readings }`, later `{ answer }` with the same `sequence` |
 * | actor | actor id | the record |
 * | gap | its kind | the record |
 */
export interface RunRow {
  readonly begin?: RunBegin
  readonly end?: RunEnd
}

export interface RequestRow {
  readonly sequence: number
  readonly request?: RunRequest
  /** What the run read since the request before; absent for nothing. */
  readonly readings?: RunReadings
  readonly answer?: StoredAnswer
}

interface Rows {
  run: RunRow
  request: RequestRow
  actor: ActorRecord
  gap: GapRecord
}

export function encodeRow<S extends keyof Rows>(stream: S, key: string, row: Rows[S]): AppendRecord {
  return { stream, key, value: Buffer.from(printExactJson(row)) }
}

export function decodeRow<S extends keyof Rows>(_stream: S, value: Uint8Array): Rows[S] {
  return parseExactJson(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString()) as Rows[S]
}
