import type { Job } from '@kubetape/api/types/batch/v1'
import type { Pod } from '@kubetape/api/types/core/v1'
import type { Gates } from '@kubetape/client-go-features'
import { type BackoffRecord, NO_BACKOFF } from './backoff.ts'
import type { JobStep } from './job-step.ts'

/** What a plan for a Job rests on. */
export interface JobObserved {
  readonly job: Job
  /**
   * The Pods of the namespace that the Job may have to do with: those that it controls and those without a controller that match its
   * selector. Others are passed over. Their order decides which Pod a message names when several would do.
   */
  readonly pods: readonly Pod[]
  /** Unix milliseconds. */
  readonly nowMs: number
  readonly gates: Gates
  readonly carried: JobCarried
  /** Whether the informer has seen every Pod that this controller created or deleted; until then none is created and the Job cannot end. */
  readonly upToDate: boolean
  /** Uids of Pods whose finalizer was removed without the informer having seen that yet. */
  readonly awaitedRemovals: ReadonlySet<string>
}

/** What is kept between the runs of one Job (by uid), in memory only. */
export interface JobCarried {
  readonly backoff: BackoffRecord
}

/** For a Job not seen before. */
export const NOTHING_CARRIED: JobCarried = { backoff: NO_BACKOFF }

/** What to do for a Job in one run. */
export interface JobPlan {
  readonly steps: readonly JobStep[]
  /** When to look again though nothing has changed: a back-off or the deadline ends. Undefined: not needed. */
  readonly requeueAfterMs?: number
  /** What to keep once all steps are done. After a failed step only what a finished `write-status` step has in `backoff` counts. */
  readonly carried: JobCarried
}
