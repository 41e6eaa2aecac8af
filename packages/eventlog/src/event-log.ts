/**
 * The log port. What a caller may rely on, whichever driver stands behind it:
 *
 * - Revisions are 1, 2, 3 … with no gap; a refused or failed append burns none.
 * - `append` is all or nothing, over entries and side records together, and resolves only after the commit is durable.
 * - Appends of one tick share a commit; commits reach listeners in order, entries in revision order, before their appends resolve.
 * - An append whose expectation does not hold (appends queued before it counted) is refused with `ExpectationFailed`, and nothing of it is written.
 * - A reader at revision N sees exactly the entries up to N.
 * - Every entry and every side record carries the hash of the one before it in its stream; `verify` checks all of them.
 *
 * The log knows nothing of Kubernetes: keys and causes are opaque strings, values are bytes.
 */
export interface EventLog extends LogReader {
  /** Queues a batch for the commit at the end of this tick. */
  append(batch: AppendBatch): Promise<Entry[]>
  /** Calls `listener` synchronously for each commit, after it is durable. Answers how to stop. A listener must not throw. */
  onCommit(listener: (commit: Commit) => void): () => void
  /** Commits at once, without waiting for the end of the tick. Resolves when everything queued so far, lazy batches too, is durable (or has been refused). */
  flush(): Promise<void>
  /**
   * Drops the values of entries that a newer entry of the same key replaced, keeping their rows and hashes, so the chain stays whole.
   * A revision whose key has no newer entry, or that is above the head, is refused, and then none is erased. One that is gone or erased
   * already is passed over. Used for Lease history and expired Events.
   */
  erase(revisions: readonly number[]): void
  /**
   * Removes every entry at or below `revision` but those that were live at it, moves `compactedRevision` there in the same
   * transaction and writes an anchor (revision, hash) for the chain. Refuses a revision above the head or below the last compaction.
   */
  compact(revision: number): void
  /** Flushes, witnesses the head and lets go of the file. Later calls are refused with the code `LOG_CLOSED`; closing again does nothing. */
  close(): Promise<void>
}

/** The reading half: what replay and other processes get of a tape, also while it is being written. */
export interface LogReader {
  readonly info: LogInfo
  /** The newest durable revision; 0 for an empty log. A read-only reader of a live log sees it move. */
  head(): number
  /** Reads below this revision may miss entries; 0 when nothing was compacted. */
  compactedRevision(): number
  /** The entry at this revision; undefined when there is none (any more). */
  entry(revision: number): Entry | undefined
  /** The newest entry of `key` at or below revision `at` (default: head), deletions included. */
  latest(key: string, at?: number): Entry | undefined
  /** Live keys (newest entry at or below `at` is no deletion) that start with `prefix` and come after `after`, in byte order of the key, at most `limit`. */
  range(options: { prefix: string; after?: string; at?: number; limit?: number }): Entry[]
  /** Entries with `from` ≤ revision ≤ `to` in order, at most `limit`; optionally only keys with this prefix. */
  entries(options: { from: number; to?: number; limit: number; prefix?: string }): Entry[]
  /** Side records of a stream after position `after`, in order, at most `limit`; optionally only those of one key. */
  records(stream: string, options?: { after?: number; limit?: number; key?: string }): SideRecord[]
  /** Checks the database, every hash and the witness; reports progress between pages. Never repairs. */
  verify(options?: { onProgress?: (done: number, total: number) => void }): VerifyReport
}

export interface LogInfo {
  /** Of the tape format, see docs/decisions. */
  readonly formatVersion: number
  /** A random id of this log's incarnation: a restored copy gets a new one. */
  readonly generation: string
  /** What its creator said about it, once and for all: source cluster, server version, redaction rules … */
  readonly meta?: Readonly<Record<string, string>>
  /** What the driver can do that another cannot. */
  readonly capabilities: { readonly durable: boolean; readonly readersInOtherProcesses: boolean }
}

export type Operation = 'create' | 'update' | 'delete'

/** One change to append. */
export interface AppendEntry {
  readonly key: string
  readonly operation: Operation
  /**
   * The revision of the key's live entry (0: none, or deleted). Anything else than the truth refuses the whole batch.
   * A creation expects 0, an update or a deletion the live revision.
   */
  readonly expect: number
  /** Makes the bytes once the revision is known; called synchronously within `append`. The log keeps them: do not change them later. */
  encode(revision: number): Uint8Array
  /** Opaque to the log; see architecture decision 3. */
  readonly cause?: string
}

export interface AppendBatch {
  readonly entries: readonly AppendEntry[]
  readonly records?: readonly AppendRecord[]
  /** Side records only: may wait up to `LAZY_FLUSH_MS` for a commit of others instead of making one. */
  readonly lazy?: boolean
}

/** One row of a named side stream (runs, requests, actors …). What several rows of one key mean together is up to their reader. */
export interface AppendRecord {
  readonly stream: string
  readonly key: string
  readonly value: Uint8Array
}

/** One committed change. */
export interface Entry {
  readonly revision: number
  /** Wall time of the append in Unix milliseconds: data, never order. */
  readonly timeMs: number
  readonly key: string
  readonly operation: Operation
  /** The key's live revision before this entry; 0 for a creation. */
  readonly prior: number
  readonly cause: string | undefined
  /** Undefined after `erase`. */
  readonly value: Uint8Array | undefined
}

export interface SideRecord {
  readonly stream: string
  readonly position: number
  readonly timeMs: number
  readonly key: string
  readonly value: Uint8Array
}

export interface Commit {
  readonly entries: readonly Entry[]
  readonly records: readonly SideRecord[]
}

export interface VerifyReport {
  readonly ok: boolean
  readonly head: number
  readonly entriesChecked: number
  readonly recordsChecked: number
  /** What is wrong, in words that say where; empty when `ok`. */
  readonly problems: readonly string[]
}

/** The side streams of every tape. */
export const SIDE_STREAMS = ['run', 'request', 'actor', 'gap'] as const

/** How long a lazy batch may wait for company. */
export const LAZY_FLUSH_MS = 50
