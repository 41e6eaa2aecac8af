import type { Clock } from '@kubetape/determinism'
import type { EventLog } from '@kubetape/eventlog'
import { startCompaction } from './compaction.ts'
import { EventExpiry } from './event-expiry.ts'
import { HistoryEraser } from './history-eraser.ts'
import type { Storage } from './storage.ts'

/** What is forgotten, and when. */
export interface RetentionOptions {
  readonly storage: Storage
  readonly log: EventLog
  /** Times everything; ages are told by the wall time of entries. */
  readonly clock: Clock
  /**
   * How long the history of objects is kept, in milliseconds: reads of an older revision are answered 410. Default: for ever.
   * Run, request, actor and gap rows are not covered: they stay for as long as the log.
   */
  readonly keepMs?: number
  /** How long an Event lives after its last write. Default 3,600,000 (kube-apiserver's `--event-ttl`). */
  readonly eventTtlMs?: number
  /** The cause of each deletion (architecture decision 3). Default: none. */
  readonly cause?: () => string
  /** Told of what failed; it is tried again. Default: nobody. */
  readonly onError?: (error: unknown) => void
}

/**
 * Forgets what is not worth keeping. What its owner may rely on:
 *
 * - An Event is deleted an hour after its last write, as a deletion that watchers see; the values of its versions are then erased.
 * - Of a Lease the newest version stays; the values of older ones are erased five minutes after they were replaced, or at the stop.
 * - Of every other object, versions stay, or are compacted away `keepMs` after they were replaced or deleted. A compaction is one
 *   synchronous transaction: nothing else runs meanwhile, and the more it removes the longer it takes.
 * - The side streams (runs, requests, actors, gaps) are never trimmed, so a log grows with them even if `keepMs` is set.
 * - Expiry and erasing are done in small pieces; a failure (a full disk) is reported and tried again.
 *
 * Answers how to stop; call that before the log is closed. Nothing is alive when it resolves.
 */
export function startRetention(options: RetentionOptions): () => Promise<void> {
  const eraser = new HistoryEraser(options)
  const expiry = new EventExpiry(options)
  const stopCompaction = options.keepMs === undefined ? (): void => undefined : startCompaction({ ...options, keepMs: options.keepMs })
  return async () => {
    stopCompaction()
    await expiry.stop()
    eraser.stop()
  }
}
