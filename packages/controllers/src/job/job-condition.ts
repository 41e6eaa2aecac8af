import type { Job, JobCondition } from '@kubetape/api/types/batch/v1'
import { formatTime } from '@kubetape/apimachinery'
import { kubeTimeMs } from './kube-time.ts'

/** The types of condition that the Job controller writes (API reference, JobCondition v1 batch). */
export type JobConditionType = 'Suspended' | 'SuccessCriteriaMet' | 'FailureTarget' | 'Complete' | 'Failed'

/** A condition probed and changed at `nowMs`. */
export function jobCondition(
  type: JobConditionType,
  status: 'True' | 'False',
  reason: string,
  message: string,
  nowMs: number,
): JobCondition {
  const now = formatTime(nowMs)
  return { type, status, lastProbeTime: now, lastTransitionTime: now, reason, message }
}

/** The condition of this type if it is True. */
export function trueCondition(conditions: readonly JobCondition[] | undefined, type: JobConditionType): JobCondition | undefined {
  return conditions?.find((condition) => condition.type === type && condition.status === 'True')
}

/**
 * `conditions` with `wanted` in the place of the one of its type, or after the others. Undefined when nothing changes: it says the same
 * already (times apart), or it is False and there was none.
 */
export function withCondition(conditions: readonly JobCondition[], wanted: JobCondition): JobCondition[] | undefined {
  const at = conditions.findIndex((condition) => condition.type === wanted.type)
  const old = conditions[at]
  if (old === undefined) return wanted.status === 'False' ? undefined : [...conditions, wanted]
  if (old.status === wanted.status && old.reason === wanted.reason && old.message === wanted.message) return undefined
  return conditions.with(at, wanted)
}

/** The condition that says how `job` ended: Complete or Failed. Undefined while it goes on. */
export function finishedCondition(job: Job): JobCondition | undefined {
  return job.status?.conditions?.find(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True')
}

/** When `job` ended, in Unix milliseconds; undefined while it goes on or where the condition has no time. */
export function finishedAtMs(job: Job): number | undefined {
  return kubeTimeMs(finishedCondition(job)?.lastTransitionTime)
}
