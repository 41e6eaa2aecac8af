import type { Job } from '@kubetape/api/types/batch/v1'
import type { Gates } from '@kubetape/client-go-features'
import { sameFields } from './field-rules.ts'
import { isConditionTrue, isFinished } from './job-conditions.ts'

/**
 * Which rules a status must obey. With JobManagedBy strangers may write statuses, so nearly all are on, but each only where this write touches
 * what the rule is about: a status that broke a rule before stays writable in its other fields (KEP-4368).
 */
export interface JobStatusRules {
  /** SuccessCriteriaMet is for every Job, not only for Indexed ones with a success policy. */
  readonly successCriteriaForAll: boolean
  readonly strict: boolean
  /** What this write changes. */
  readonly changed: Readonly<Record<ChangedPart, boolean>>
  /** Succeeded Pods may become fewer where an elastic Indexed Job is scaled down. */
  readonly succeededMayDecrease: boolean
}

export type ChangedPart =
  | 'finished'
  | 'complete'
  | 'failed'
  | 'failureTarget'
  | 'successCriteriaMet'
  | 'completedIndexes'
  | 'failedIndexes'
  | 'active'
  | 'ready'
  | 'terminating'
  | 'startTime'
  | 'completionTime'
  | 'uncounted'

/** The rules for a write that turns `old` into `job`. */
export function jobStatusRules(job: Job, old: Readonly<Job>, gates: Gates): JobStatusRules {
  const strict = gates.enabled('JobManagedBy')
  const { spec } = job
  return {
    strict,
    successCriteriaForAll: strict || gates.enabled('JobPodReplacementPolicy'),
    changed: changedParts(job, old),
    succeededMayDecrease: spec.completionMode === 'Indexed' && spec.completions === spec.parallelism,
  }
}

function changedParts(job: Job, old: Readonly<Job>): Record<ChangedPart, boolean> {
  const status = job.status ?? {}
  const before = old.status ?? {}
  const condition = (type: string): boolean => isConditionTrue(job, type) !== isConditionTrue(old, type)
  return {
    finished: isFinished(job) !== isFinished(old),
    complete: condition('Complete'),
    failed: condition('Failed'),
    failureTarget: condition('FailureTarget'),
    successCriteriaMet: condition('SuccessCriteriaMet'),
    completedIndexes: (status.completedIndexes ?? '') !== (before.completedIndexes ?? ''),
    failedIndexes: status.failedIndexes !== before.failedIndexes,
    active: (status.active ?? 0) !== (before.active ?? 0),
    ready: status.ready !== before.ready,
    terminating: status.terminating !== before.terminating,
    startTime: status.startTime !== before.startTime,
    completionTime: status.completionTime !== before.completionTime,
    uncounted: !sameFields(status.uncountedTerminatedPods, before.uncountedTerminatedPods),
  }
}
