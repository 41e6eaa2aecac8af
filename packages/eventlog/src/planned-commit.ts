import {
  type ChainedEntry,
  type ChainedRecord,
  type ChainHead,
  type ChainHeads,
  digestOf,
  hashEntry,
  hashRecord,
  type SideStream,
  type StreamName,
} from './chain.ts'
import type { AppendRecord, Entry, SideRecord } from './event-log.ts'

/** What a driver has to store in one transaction. */
export interface PlannedCommit {
  readonly entries: readonly ChainedEntry[]
  readonly records: readonly ChainedRecord[]
  /** The ends of all streams once this is stored. */
  readonly heads: ChainHeads
}

export interface StagedRecord extends AppendRecord {
  readonly stream: SideStream
  readonly timeMs: number
}

/** What was checked and numbered, and waits for its commit. */
export interface StagedBatch {
  readonly entries: readonly Entry[]
  readonly records: readonly StagedRecord[]
}

/** Links everything staged into the chain, behind `heads`. */
export function planCommit(heads: ChainHeads, batches: readonly StagedBatch[]): PlannedCommit {
  const ends: Record<StreamName, ChainHead> = { ...heads }
  const entries: ChainedEntry[] = []
  const records: ChainedRecord[] = []
  for (const batch of batches) {
    for (const entry of batch.entries) {
      const previous = ends.entry.hash
      const hash = hashEntry(previous, entry, digestOf(entry.value!))
      ends.entry = { position: entry.revision, hash }
      entries.push({ entry, previous, hash })
    }
    for (const { stream, key, value, timeMs } of batch.records) {
      const record: SideRecord = { stream, position: ends[stream].position + 1, timeMs, key, value }
      const hash = hashRecord(ends[stream].hash, record)
      ends[stream] = { position: record.position, hash }
      records.push({ record, hash })
    }
  }
  return { entries, records, heads: ends }
}
