import type { CronJob, CronJobStatus, Job } from '@kubetape/api/types/batch/v1'
import type { ObjectReference } from '@kubetape/api/types/core/v1'
import type { Gates } from '@kubetape/client-go-features'
import type { PlannedEvent } from '../job/job-event.ts'

/** What a plan for a CronJob rests on. */
export interface CronObserved {
  readonly cronJob: CronJob
  /** The Jobs of the namespace that the CronJob may control; others are passed over. */
  readonly jobs: readonly Job[]
  /** Unix milliseconds. */
  readonly nowMs: number
  readonly gates: Gates
  /** The answers to `liveReads()`; empty when it asks for nothing. */
  readonly live: CronLive
}

/** What has to be read from the API server itself, because the informers may lag behind what this controller did. */
export interface CronReads {
  /** The CronJob: an owned, running Job is not in its active list. */
  readonly cronJob: boolean
  /** Jobs of the active list that the informer does not show. */
  readonly jobs: readonly ObjectReference[]
}

/** The answers. */
export interface CronLive {
  readonly cronJob?: CronJob
  /** Uids of Jobs of the active list that do not exist. */
  readonly gone?: ReadonlySet<string>
}

/** One thing to do for a CronJob; steps are done in their order. */
export type CronStep =
  /** Delete a Job and, in the background, its Pods. */
  | { readonly type: 'delete-job'; readonly name: string; readonly uid: string }
  | { readonly type: 'create-job'; readonly job: Job }
  | { readonly type: 'write-status'; readonly status: CronJobStatus }
  | { readonly type: 'record-event'; readonly event: PlannedEvent }

/**
 * What came of the steps so far in this run. Planning again with it gives the same steps up to there and the right ones after it. The step
 * `create-job` needs this also when it works: only its answer knows the uid of the Job that the status is to name.
 */
export interface CronOutcome {
  /** Uids of Jobs that could not be deleted. */
  readonly notDeleted?: ReadonlySet<string>
  /** The Job created; or, with `existed`, the one that was found under its name; or that it was refused. */
  readonly created?: { readonly job: Job; readonly existed: boolean } | 'refused'
}

/** What to do for a CronJob in one run. */
export interface CronPlan {
  readonly steps: readonly CronStep[]
  /** When it is due next. Undefined: not before something changes. */
  readonly requeueAfterMs?: number
}
