import type { CronJob, CronJobSpec, JobTemplateSpec } from '@kubetape/api/types/batch/v1'
import { type FieldError, FieldPath, invalid, type KubeObject, notSupported, printGoLabelSelector, required } from '@kubetape/apimachinery'
import type { Draft, StrategyContext } from '../strategy.ts'
import { cronScheduleError } from './cron-schedule.ts'
import { nonNegative } from './field-rules.ts'
import { validateJobSpecFields } from './job-spec-validation.ts'
import { isKnownTimeZone, isTimeZoneName } from './time-zone.ts'

/** 63 characters of a DNS label less the 11 that the controller appends for the Job's time. */
const NAME_MAX = 52
const SPEC = FieldPath.of('spec')
const CONCURRENCY_POLICIES = ['Allow', 'Forbid', 'Replace']

/** What a new CronJob may be; metadata has been checked before. */
export function validateCronJob(draft: Draft, context: StrategyContext): FieldError[] {
  const { spec, metadata } = draft as CronJob
  const name = metadata.name ?? ''
  const errors = validateSpec(spec, undefined, context)
  if (name.length > NAME_MAX)
    errors.push(invalid(FieldPath.of('metadata').child('name'), name, `must be no more than ${NAME_MAX} characters`))
  return errors
}

/** What a CronJob may become. Longer names are left alone: such CronJobs were made before there was a limit. */
export function validateCronJobUpdate(draft: Draft, stored: Readonly<KubeObject>, context: StrategyContext): FieldError[] {
  return validateSpec((draft as CronJob).spec, (stored as Readonly<CronJob>).spec, context)
}

function validateSpec(spec: CronJobSpec, old: Readonly<CronJobSpec> | undefined, context: StrategyContext): FieldError[] {
  const errors = validateSchedule(spec, old, SPEC.child('schedule'))
  errors.push(...nonNegative(SPEC.child('startingDeadlineSeconds'), spec.startingDeadlineSeconds))
  if (spec.timeZone !== undefined && spec.timeZone !== old?.timeZone)
    errors.push(...validateTimeZone(spec.timeZone, SPEC.child('timeZone')))
  errors.push(...validateConcurrencyPolicy(spec.concurrencyPolicy, SPEC.child('concurrencyPolicy')))
  errors.push(...validateJobTemplate(spec.jobTemplate, old?.jobTemplate, SPEC.child('jobTemplate', 'spec'), context))
  for (const field of ['successfulJobsHistoryLimit', 'failedJobsHistoryLimit'] as const)
    errors.push(...nonNegative(SPEC.child(field), spec[field]))
  return errors
}

/** A zone inside the schedule was never official; a CronJob that has one may keep it (KEP-3140). */
function validateSchedule({ schedule, timeZone }: CronJobSpec, old: Readonly<CronJobSpec> | undefined, path: FieldPath): FieldError[] {
  if (!schedule) return [required(path)]
  const malformed = cronScheduleError(schedule)
  const errors = malformed === undefined ? [] : [invalid(path, schedule, malformed)]
  if (!schedule.includes('TZ')) return errors
  const tolerated = old?.schedule.includes('TZ') ?? false
  if (!tolerated) errors.push(invalid(path, schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'))
  else if (timeZone !== undefined) errors.push(invalid(path, schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule'))
  return errors
}

function validateTimeZone(timeZone: string, path: FieldPath): FieldError[] {
  if (timeZone === '') return [invalid(path, timeZone, 'timeZone must be nil or non-empty string')]
  const unknown = invalid(path, timeZone, `unknown time zone ${timeZone}`)
  if (!isTimeZoneName(timeZone)) return [unknown]
  if (timeZone.toLowerCase() === 'local') {
    const errors = [invalid(path, timeZone, 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones')]
    // Spelt like this it is the server's own zone, which exists.
    return timeZone === 'Local' ? errors : [...errors, unknown]
  }
  return isKnownTimeZone(timeZone) ? [] : [unknown]
}

function validateConcurrencyPolicy(policy: string | undefined, path: FieldPath): FieldError[] {
  if (!policy) return [required(path)]
  return CONCURRENCY_POLICIES.includes(policy) ? [] : [notSupported(path, policy, CONCURRENCY_POLICIES)]
}

/** The Jobs get their selectors when they are made, so the template must not have one. */
function validateJobTemplate(
  template: JobTemplateSpec,
  old: Readonly<JobTemplateSpec> | undefined,
  path: FieldPath,
  context: StrategyContext,
): FieldError[] {
  const spec = template.spec!
  const errors = validateJobSpecFields(spec, path, old?.spec, context)
  if (spec.selector !== undefined) {
    errors.push(invalid(path.child('selector'), spec.selector, '`selector` will be auto-generated', printGoLabelSelector(spec.selector)))
  }
  if (spec.manualSelector === true) errors.push(notSupported(path.child('manualSelector'), true, ['nil', 'false']))
  return errors
}
