import {
  type ChainedEntry,
  type ChainedRecord,
  type ChainHead,
  type ChainHeads,
  entryHolds,
  genesis,
  hashRecord,
  type SideStream,
  STREAM_NAMES,
} from './chain.ts'

/** Where a compaction cut the chain: rows up to `revision` are survivors, rows after it follow `hash` without a gap. */
export interface Anchor {
  readonly revision: number
  readonly hash: Uint8Array
  /** How many entries the compaction kept. */
  readonly survivors: number
}

/** What a check reads; each driver gives its rows as they are stored, damaged ones too. */
export interface ChainSource {
  readonly anchor: Anchor | undefined
  readonly heads: ChainHeads
  entriesAfter(revision: number, limit: number): ChainedEntry[]
  recordsAfter(stream: SideStream, position: number, limit: number): ChainedRecord[]
}

export interface ChainCheck {
  readonly entriesChecked: number
  readonly recordsChecked: number
  readonly problems: readonly string[]
}

export interface ChainCheckOptions {
  /** Where to start, with the hash that is known to be right there; default: from the first row. */
  readonly from?: Partial<Record<SideStream | 'entry', ChainHead>>
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/** Rows read at a time: bounds the memory of a check over a large log. */
const PAGE_ROWS = 500
/** A damaged log can have a problem in every row; the first ones say enough. */
export const PROBLEMS_MAX = 100

class Check {
  readonly problems: string[] = []
  readonly onProgress: ((done: number, total: number) => void) | undefined
  readonly total: number
  entries = 0
  records = 0

  constructor(total: number, onProgress: ((done: number, total: number) => void) | undefined) {
    this.total = total
    this.onProgress = onProgress
  }

  report(problem: string): void {
    if (this.problems.length < PROBLEMS_MAX) this.problems.push(problem)
  }

  page(): void {
    this.onProgress?.(this.entries + this.records, this.total)
  }
}

/** Recomputes the hashes of all rows after `from` and holds them against what is stored. Reports, never repairs. */
export function checkChain(source: ChainSource, options: ChainCheckOptions = {}): ChainCheck {
  const from = options.from ?? {}
  const total = STREAM_NAMES.reduce((sum, stream) => sum + source.heads[stream].position - (from[stream]?.position ?? 0), 0)
  const check = new Check(total, options.onProgress)
  checkEntries(source, from.entry, check)
  for (const stream of STREAM_NAMES) {
    if (stream !== 'entry') checkRecords(source, stream, from[stream], check)
  }
  check.page()
  return { entriesChecked: check.entries, recordsChecked: check.records, problems: check.problems }
}

function checkEntries(source: ChainSource, from: ChainHead | undefined, check: Check): void {
  const { anchor, heads } = source
  const start = from ?? { position: 0, hash: genesis('entry') }
  let last: ChainHead = start
  let survivors = 0
  for (let page = source.entriesAfter(last.position, PAGE_ROWS); page.length > 0; page = source.entriesAfter(last.position, PAGE_ROWS)) {
    for (const row of page) {
      const { revision } = row.entry
      if (anchor !== undefined && revision <= anchor.revision) survivors++
      else {
        if (anchor !== undefined && last.position <= anchor.revision) last = { position: anchor.revision, hash: anchor.hash }
        if (revision !== last.position + 1) check.report(`entries ${last.position + 1} to ${revision - 1} are missing`)
        else if (Buffer.compare(row.previous, last.hash) !== 0) check.report(`entry ${revision} does not follow entry ${last.position}`)
      }
      if (!entryHolds(row)) check.report(`entry ${revision} is not what was written`)
      last = { position: revision, hash: row.hash }
      check.entries++
    }
    check.page()
  }
  if (anchor !== undefined && start.position === 0 && survivors !== anchor.survivors) {
    check.report(`${survivors} entries survive up to revision ${anchor.revision}, the compaction kept ${anchor.survivors}`)
  }
  const end = Math.max(last.position, anchor?.revision ?? 0)
  if (end !== heads.entry.position) check.report(`the last entry is ${end}, the head is ${heads.entry.position}`)
}

function checkRecords(source: ChainSource, stream: SideStream, from: ChainHead | undefined, check: Check): void {
  let last: ChainHead = from ?? { position: 0, hash: genesis(stream) }
  for (
    let page = source.recordsAfter(stream, last.position, PAGE_ROWS);
    page.length > 0;
    page = source.recordsAfter(stream, last.position, PAGE_ROWS)
  ) {
    for (const { record, hash } of page) {
      if (record.position !== last.position + 1)
        check.report(`${stream} records ${last.position + 1} to ${record.position - 1} are missing`)
      else if (!hashRecord(last.hash, record).equals(hash)) check.report(`${stream} record ${record.position} is not what was written`)
      last = { position: record.position, hash }
      check.records++
    }
    check.page()
  }
  if (last.position !== source.heads[stream].position) {
    check.report(`the last ${stream} record is ${last.position}, its head is ${source.heads[stream].position}`)
  }
}
