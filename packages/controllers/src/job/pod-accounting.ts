import type { JobCondition } from '@kubetape/api/types/batch/v1'
import type { JobPod } from './job-pod.ts'
import { isValidIndex, type JobProgress } from './job-progress.ts'
import type { JobStatusDraft } from './job-status-draft.ts'
import { judgePodFailure } from './pod-failure-policy.ts'

/** How many Pods may wait in `uncountedTerminatedPods`: it bounds the status to about 20 KB and the finalizers removed in one run. */
export const UNCOUNTED_MAX = 500

/** What is to be done so that ended Pods are counted once and only once (KEP-2307). */
export interface PodAccounting {
  /** Pods that may lose their finalizer once the status with the uncounted lists is written. */
  readonly release: readonly JobPod[]
  /** Whether the uncounted lists grew, so that the status must be written first. */
  readonly changed: boolean
  /** Whether the limit cut the work short: the Job cannot end in this run. */
  readonly full: boolean
}

/**
 * Notes ended Pods in the uncounted lists of `draft`. `end` is the condition that ends the Job in this run, if one does: then every Pod
 * lets go, and unless the end is a success those that have not ended count as failed.
 */
export function accountPods(progress: JobProgress, draft: JobStatusDraft, end: JobCondition | undefined): PodAccounting {
  const { rules, uncountedFailed } = progress
  const failsRest = end !== undefined && end.type !== 'SuccessCriteriaMet'
  const letsGo = end !== undefined || progress.job.metadata.deletionTimestamp !== undefined
  const succeeded = [...draft.uncountedSucceeded]
  const failed = [...draft.uncountedFailed]
  const release: JobPod[] = []
  let indexes = 0
  let changed = false
  let full = false
  for (const view of progress.pods) {
    if (!view.tracked || !(letsGo || mayRelease(progress, view))) continue
    release.push(view)
    if (view.succeeded && !uncountedFailed.has(view.uid)) {
      // An index is its own record; only Jobs without indexes need the uid to tell a counted Pod from a new one.
      const isNew = rules.indexed
        ? isValidIndex(rules, view.index) && !progress.knownSucceededIndexes.has(view.index)
        : !progress.uncountedSucceeded.has(view.uid)
      if (isNew && rules.indexed) indexes++
      else if (isNew) succeeded.push(view.uid)
      changed ||= isNew
    } else if ((view.failed || failsRest) && isNewFailure(progress, view)) {
      failed.push(view.uid)
      changed = true
    }
    full = indexes + succeeded.length + failed.length >= UNCOUNTED_MAX
    if (full) break
  }
  draft.uncountedSucceeded = succeeded
  draft.uncountedFailed = failed
  return { release, changed, full }
}

/** An ended Pod may lose its finalizer, unless its failure count still has to be carried over to a replacement. */
function mayRelease({ awaitingReplacement }: JobProgress, { uid, index, succeeded, failed }: JobPod): boolean {
  return succeeded || (failed && awaitingReplacement.get(index)?.uid !== uid)
}

function isNewFailure({ rules, uncountedFailed }: JobProgress, { uid, index, pod }: JobPod): boolean {
  if (uncountedFailed.has(uid) || (rules.indexed && !isValidIndex(rules, index))) return false
  return judgePodFailure(rules, pod).counted
}
