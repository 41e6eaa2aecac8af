import type { JobStatus } from '@kubetape/api/types/batch/v1'
import type { Pod } from '@kubetape/api/types/core/v1'
import type { BackoffRecord } from './backoff.ts'
import type { PlannedEvent } from './job-event.ts'

/**
 * One thing to do for a Job. The steps of a plan are done in their order, and a step begins only when the one before has ended; inside a
 * step the Pods may be handled side by side.
 */
export type JobStep =
  /** Give orphans the owner reference and the tracking finalizer, after reading the Job afresh has shown that it is not being deleted. */
  | { readonly type: 'adopt-pods'; readonly pods: readonly Pod[] }
  /** Take the owner reference and the tracking finalizer off Pods that no longer match. */
  | { readonly type: 'release-pods'; readonly pods: readonly Pod[] }
  /**
   * Delete Pods. `untracked`: take the tracking finalizer off first, so that the end is not counted; otherwise it stays until the end
   * has been counted. A Pod that is gone already counts as deleted.
   */
  | { readonly type: 'delete-pods'; readonly pods: readonly Pod[]; readonly untracked: boolean }
  /** Create Pods in the given batches, the next only when the one before had no refusal. */
  | { readonly type: 'create-pods'; readonly pods: readonly Pod[]; readonly batches: readonly number[] }
  /** Write the status against the version of the Job that was observed, or that the write before answered. */
  | { readonly type: 'write-status'; readonly status: JobStatus; readonly backoff?: BackoffRecord }
  /** Take the tracking finalizer off Pods that are counted or need not be. A Pod that is gone counts as done. */
  | { readonly type: 'remove-finalizers'; readonly pods: readonly Pod[] }
  | { readonly type: 'record-event'; readonly event: PlannedEvent }

/**
 * What went otherwise than planned so far in this run. Planning again with it gives the same steps up to the failure and the right ones
 * after it.
 */
export interface StepFailures {
  /** Uids of the Pods that could not be deleted. */
  readonly notDeleted: ReadonlySet<string>
  /** How many Pods were not created: refused, or not tried after a refusal in an earlier batch. A namespace that ends is no refusal. */
  readonly notCreated: number
  /** Uids of the Pods that kept their finalizer at the step `remove-finalizers`. */
  readonly notReleased: ReadonlySet<string>
}

/** Everything went as planned. */
export const NO_FAILURES: StepFailures = { notDeleted: new Set(), notCreated: 0, notReleased: new Set() }
