import type { JobCondition, JobStatus } from '@kubetape/api/types/batch/v1'

/** The status of a Job while a plan works on it: every field there, nothing left out for being empty. */
export interface JobStatusDraft {
  active: number
  ready: number | undefined
  terminating: number | undefined
  succeeded: number
  failed: number
  completedIndexes: string
  /** Undefined without a limit per index; with one it is written even when empty. */
  failedIndexes: string | undefined
  startTime: string | undefined
  completionTime: string | undefined
  conditions: readonly JobCondition[]
  uncountedSucceeded: readonly string[]
  uncountedFailed: readonly string[]
}

/** The status as it is, taken apart to be worked on. */
export function draftStatus(status: JobStatus = {}): JobStatusDraft {
  return {
    active: status.active ?? 0,
    ready: status.ready,
    terminating: status.terminating,
    succeeded: status.succeeded ?? 0,
    failed: status.failed ?? 0,
    completedIndexes: status.completedIndexes ?? '',
    failedIndexes: status.failedIndexes,
    startTime: status.startTime,
    completionTime: status.completionTime,
    conditions: status.conditions ?? [],
    uncountedSucceeded: status.uncountedTerminatedPods?.succeeded ?? [],
    uncountedFailed: status.uncountedTerminatedPods?.failed ?? [],
  }
}

/** The status as it goes over the wire: zeros, empty strings and lists left out, except where the API tells them from absent. */
export function wireStatus(draft: JobStatusDraft): JobStatus {
  const status: JobStatus = {}
  if (draft.conditions.length > 0) status.conditions = [...draft.conditions]
  if (draft.startTime !== undefined) status.startTime = draft.startTime
  if (draft.completionTime !== undefined) status.completionTime = draft.completionTime
  if (draft.active !== 0) status.active = draft.active
  if (draft.succeeded !== 0) status.succeeded = draft.succeeded
  if (draft.failed !== 0) status.failed = draft.failed
  if (draft.terminating !== undefined) status.terminating = draft.terminating
  if (draft.completedIndexes !== '') status.completedIndexes = draft.completedIndexes
  if (draft.failedIndexes !== undefined) status.failedIndexes = draft.failedIndexes
  if (draft.ready !== undefined) status.ready = draft.ready
  status.uncountedTerminatedPods = {
    ...(draft.uncountedSucceeded.length > 0 ? { succeeded: [...draft.uncountedSucceeded] } : {}),
    ...(draft.uncountedFailed.length > 0 ? { failed: [...draft.uncountedFailed] } : {}),
  }
  return status
}

/**
 * Moves the Pods that no longer carry their finalizer from the uncounted lists into the counters.
 * Answers whether that changed anything.
 */
export function countReleased(draft: JobStatusDraft, hasFinalizer: (uid: string) => boolean): boolean {
  const succeeded = draft.uncountedSucceeded.filter(hasFinalizer)
  const failed = draft.uncountedFailed.filter(hasFinalizer)
  const newlySucceeded = draft.uncountedSucceeded.length - succeeded.length
  const newlyFailed = draft.uncountedFailed.length - failed.length
  if (newlySucceeded === 0 && newlyFailed === 0) return false
  draft.succeeded += newlySucceeded
  draft.failed += newlyFailed
  draft.uncountedSucceeded = succeeded
  draft.uncountedFailed = failed
  return true
}
