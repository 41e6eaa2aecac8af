import type { PlannedEvent } from '../job/job-event.ts'

const normal = (reason: string, message: string): PlannedEvent => ({ type: 'Normal', reason, message })
const warning = (reason: string, message: string): PlannedEvent => ({ type: 'Warning', reason, message })

/** A Job was made. */
export const jobCreated = (name: string): PlannedEvent => normal('SuccessfulCreate', `Created job ${name}`)
/** A Job was refused; not recorded when the namespace is going away. */
export const jobNotCreated = (error: string): PlannedEvent => warning('FailedCreate', `Error creating job: ${error}`)
/** A Job was deleted, for the history or to be replaced. */
export const jobDeleted = (name: string): PlannedEvent => normal('SuccessfulDelete', `Deleted job ${name}`)
/** A deletion was refused. */
export const jobNotDeleted = (error: string): PlannedEvent => warning('FailedDelete', `Deleted job: ${error}`)
/** A Job of the active list has ended. */
export const jobCompleted = (name: string, condition: string): PlannedEvent =>
  normal('SawCompletedJob', `Saw completed job: ${name}, condition: ${condition}`)
/** A running Job is owned but not in the active list. */
export const jobUnexpected = (name: string): PlannedEvent =>
  warning('UnexpectedJob', `Saw a job that the controller did not create or forgot: ${name}`)
/** A Job of the active list is not there. */
export const jobMissing = (name: string): PlannedEvent => normal('MissingJob', `Active job went missing: ${name}`)
/** The concurrency policy Forbid holds a run back. */
export const JOB_ALREADY_ACTIVE = normal(
  'JobAlreadyActive',
  'Not starting job because prior execution is running and concurrency policy is Forbid',
)
/** A due time is farther back than `startingDeadlineSeconds`. */
export const scheduleMissed = (dueMs: number): PlannedEvent =>
  warning('MissSchedule', `Missed scheduled time to start a job: ${new Date(dueMs).toUTCString().replace('GMT', '+0000')}`)
/** Very many due times have passed since the last run. */
export const TOO_MANY_MISSED = warning(
  'TooManyMissedTimes',
  'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
)
/** The zone is none. */
export const unknownTimeZone = (name: string): PlannedEvent =>
  warning('UnknownTimeZone', `invalid timeZone: ${JSON.stringify(name)}: unknown time zone ${name}`)
/** The schedule cannot be read. */
export const scheduleUnparseable = (schedule: string, error: string): PlannedEvent =>
  warning('UnparseableSchedule', `unparseable schedule: ${JSON.stringify(schedule)} : ${error}`)
/** The same, seen when the schedule is changed. */
export const changedScheduleUnparseable = (schedule: string): PlannedEvent =>
  warning('UnParseableCronJobSchedule', `unparseable schedule for cronjob: ${schedule}`)
/** The schedule can be read but never comes. */
export const scheduleInvalid = (schedule: string, error: string): PlannedEvent =>
  warning('InvalidSchedule', `invalid schedule: ${schedule} : ${error}`)
/** The schedule names its own time zone. */
export const scheduleUnsupported = (schedule: string): PlannedEvent => {
  const page = 'https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/'
  const what = `CRON_TZ or TZ used in schedule ${JSON.stringify(schedule)} is not officially supported`
  return warning('UnsupportedSchedule', `${what}, see ${page} for more details`)
}
