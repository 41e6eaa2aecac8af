import type { Job } from '@kubetape/api/types/batch/v1'

/** Whether the Job has a condition of this type with status True. */
export function isConditionTrue(job: Readonly<Job>, type: string): boolean {
  return job.status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false
}

/** Whether the Job is Complete or Failed: nothing starts any more. */
export function isFinished(job: Readonly<Job>): boolean {
  return isConditionTrue(job, 'Complete') || isConditionTrue(job, 'Failed')
}
