import type { Job } from '@kubetape/api/types/batch/v1'
import { finishedAtMs, finishedCondition } from '../job/job-condition.ts'

/** What to do about the age of a finished Job (API reference, JobSpec `ttlSecondsAfterFinished`). */
export type TtlPlan =
  /** Nothing, until the Job changes. */
  | { readonly action: 'none' }
  /** Look again then. */
  | { readonly action: 'wait'; readonly requeueAfterMs: number }
  /**
   * Delete the Job if it still has this uid, its Pods first. Before that the Job must be read afresh and planned for once more: its time to
   * live may have been prolonged.
   */
  | { readonly action: 'delete'; readonly uid: string; readonly propagationPolicy: 'Foreground' }

/** An end is known to the second only; it may have been at the end of that second. */
const END_PRECISION_MS = 1000

/** Plans for one Job, which is never deleted before its time to live has passed in full. Throws where a finished Job does not say when it ended. */
export function plan(job: Job, nowMs: number): TtlPlan {
  const { ttlSecondsAfterFinished } = job.spec
  const { namespace = '', name = '', uid = '', deletionTimestamp } = job.metadata
  if (ttlSecondsAfterFinished === undefined || deletionTimestamp !== undefined || finishedCondition(job) === undefined) {
    return { action: 'none' }
  }
  const endedMs = finishedAtMs(job)
  if (endedMs === undefined) throw new Error(`Cannot tell the age of Job "${namespace}/${name}": its last condition has no time`)
  const liveMs = ttlSecondsAfterFinished === 0 ? 0 : ttlSecondsAfterFinished * 1000 + END_PRECISION_MS
  const leftMs = endedMs + liveMs - nowMs
  return leftMs > 0 ? { action: 'wait', requeueAfterMs: leftMs } : { action: 'delete', uid, propagationPolicy: 'Foreground' }
}
