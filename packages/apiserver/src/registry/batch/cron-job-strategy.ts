import type { CronJob } from '@kubetape/api/types/batch/v1'
import { cloneJson, type KubeObject } from '@kubetape/apimachinery'
import { dropDisabledTemplateFields } from '../core/pod/pod-fields.ts'
import type { Draft, Strategy, StrategyContext, UpdateStrategy } from '../strategy.ts'
import { defaultCronJob } from './cron-job-defaults.ts'
import { cronJobRow } from './cron-job-table.ts'
import { validateCronJob, validateCronJobUpdate } from './cron-job-validation.ts'
import { jobSpecWarnings, podNameWarnings } from './job-warnings.ts'

function prepareForCreate(draft: Draft, context: StrategyContext): void {
  const cronJob = draft as CronJob
  cronJob.status = {}
  dropDisabledTemplateFields(cronJob.spec.jobTemplate.spec!.template, undefined, context.gates)
}

function prepareForUpdate(draft: Draft, stored: Readonly<KubeObject>, context: StrategyContext): void {
  const cronJob = draft as CronJob
  const old = stored as Readonly<CronJob>
  if (old.status === undefined) delete cronJob.status
  else cronJob.status = cloneJson(old.status)
  dropDisabledTemplateFields(cronJob.spec.jobTemplate.spec!.template, old.spec.jobTemplate.spec?.template, context.gates)
}

function warnings(draft: Readonly<KubeObject>, stored: Readonly<KubeObject> | undefined, context: StrategyContext): string[] {
  const cronJob = draft as Readonly<CronJob>
  const old = stored as Readonly<CronJob> | undefined
  const texts = old === undefined ? podNameWarnings(cronJob.metadata.name ?? '') : []
  if (old?.metadata.generation !== cronJob.metadata.generation) {
    texts.push(...jobSpecWarnings(cronJob.spec.jobTemplate.spec!, old?.spec.jobTemplate.spec, 'spec.jobTemplate.spec', context))
  }
  if (cronJob.spec.schedule.includes('TZ')) texts.push('cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead')
  return texts
}

const status: UpdateStrategy = {
  prepareForUpdate: (draft, old) => {
    draft['spec'] = cloneJson(old['spec'])
  },
}

/** CronJobs (API reference, batch/v1 CronJob). */
export const cronJobStrategy: Strategy = {
  default: defaultCronJob,
  prepareForCreate,
  prepareForUpdate,
  validate: validateCronJob,
  validateUpdate: validateCronJobUpdate,
  warnings,
  subresources: { status },
  generation: 'spec',
  tableRow: cronJobRow,
}
