/** The delay before the first replacement of a failed Pod; it doubles with every failure (API reference, JobSpec `backoffLimit`). */
export const FIRST_BACKOFF_MS = 10_000
/** Where doubling stops. The task documentation says six minutes; v1.31 ships ten, and that is what is done here. */
export const BACKOFF_MAX_MS = 600_000

/** How often Pods of a Job have failed since one succeeded. Kept between runs; a controller that restarts begins anew, as upstream. */
export interface BackoffRecord {
  readonly failuresAfterLastSuccess: number
  /** Unix milliseconds. Set when there is a failure. */
  readonly lastFailureMs?: number
}

/** No failure yet. */
export const NO_BACKOFF: BackoffRecord = { failuresAfterLastSuccess: 0 }

/**
 * The record after Pods ended at these times (Unix milliseconds, in any order). A success wipes out every failure that is not later
 * than it.
 */
export function nextBackoff(record: BackoffRecord, succeededAtMs: readonly number[], failedAtMs: readonly number[]): BackoffRecord {
  if (succeededAtMs.length === 0 && failedAtMs.length === 0) return record
  const lastSuccessMs = latest(succeededAtMs)
  const counted = lastSuccessMs === undefined ? failedAtMs : failedAtMs.filter((ms) => ms > lastSuccessMs)
  const lastFailureMs = latest(counted)
  if (lastFailureMs === undefined) return NO_BACKOFF
  const before = lastSuccessMs === undefined ? record.failuresAfterLastSuccess : 0
  return { failuresAfterLastSuccess: before + counted.length, lastFailureMs }
}

/** How long a replacement still has to wait after `failures` failures of which the last was at `lastFailureMs`. 0: not at all. */
export function remainingBackoffMs(failures: number, lastFailureMs: number | undefined, nowMs: number): number {
  if (failures === 0 || lastFailureMs === undefined) return 0
  const backoffMs = Math.min(BACKOFF_MAX_MS, FIRST_BACKOFF_MS * 2 ** (failures - 1))
  return Math.max(0, lastFailureMs + backoffMs - nowMs)
}

function latest(times: readonly number[]): number | undefined {
  return times.length === 0 ? undefined : times.reduce((a, b) => Math.max(a, b))
}
