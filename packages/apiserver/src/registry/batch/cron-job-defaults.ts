import type { CronJob } from '@kubetape/api/types/batch/v1'
import type { Draft, StrategyContext } from '../strategy.ts'
import { defaultJobTemplateFields } from './job-defaults.ts'

/** Finished Jobs that are kept (API reference, CronJobSpec). */
const SUCCESSFUL_JOBS_KEPT = 3
const FAILED_JOBS_KEPT = 1

/** Defaults of a CronJob. The spec of its Jobs gets its own only when a Job is made of it. */
export function defaultCronJob(draft: Draft, context: StrategyContext): void {
  const cronJob = draft as CronJob
  const spec = (cronJob.spec ??= { schedule: '', jobTemplate: {} })
  spec.concurrencyPolicy ||= 'Allow'
  spec.suspend ??= false
  spec.successfulJobsHistoryLimit ??= SUCCESSFUL_JOBS_KEPT
  spec.failedJobsHistoryLimit ??= FAILED_JOBS_KEPT
  spec.jobTemplate ??= {}
  spec.jobTemplate.spec ??= { template: {} }
  defaultJobTemplateFields(spec.jobTemplate.spec, context)
}
