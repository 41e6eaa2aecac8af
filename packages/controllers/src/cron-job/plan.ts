import type { CronJob, Job } from '@kubetape/api/types/batch/v1'
import { controllerOf } from '@kubetape/apimachinery'
import { finishedCondition } from '../job/job-condition.ts'
import { ScheduleError } from './cron-fields.ts'
import { changedScheduleUnparseable } from './cron-event.ts'
import type { CronObserved, CronOutcome, CronPlan, CronReads } from './cron-plan.ts'
import { CronRun } from './cron-run.ts'
import { readSchedule } from './cron-schedule.ts'
import { nextDueInMs } from './missed-schedules.ts'
import type { PlannedEvent } from '../job/job-event.ts'
import { TimeZone } from './time-zone.ts'

/** What has to be read afresh before planning for a CronJob. */
export function liveReads({ cronJob, jobs }: Pick<CronObserved, 'cronJob' | 'jobs'>): CronReads {
  const owned = ownedJobs(cronJob, jobs)
  const active = cronJob.status?.active ?? []
  const known = new Set(active.map(({ uid }) => uid))
  const seen = new Set(owned.map(({ metadata }) => metadata.uid))
  return {
    cronJob: owned.some((job) => !known.has(job.metadata.uid) && finishedCondition(job) === undefined),
    jobs: active.filter(({ uid }) => !seen.has(uid)),
  }
}

/**
 * Plans one run for a CronJob. Pure: the same observation and outcome give the same plan. In order: Jobs beyond the history limits go,
 * ended and missing Jobs leave the active list, and the latest time due since the last run gets its Job, unless it is too late for that,
 * has one already, or the concurrency policy holds it back. Earlier times that were missed are never made up for.
 *
 * A schedule without a time zone is read in UTC.
 */
export function plan(observed: CronObserved, outcome: CronOutcome = {}): CronPlan {
  return new CronRun(observed, ownedJobs(observed.cronJob, observed.jobs), outcome).plan()
}

/**
 * What the shell does when the schedule or the time zone of a CronJob has been changed, instead of planning at once: wait for the next due
 * time, or record an event. Every other change is planned for at once.
 */
export function afterScheduleChange(cronJob: CronJob, nowMs: number): { requeueAfterMs?: number; event?: PlannedEvent } {
  const { schedule, timeZone = '' } = cronJob.spec
  try {
    const dueInMs = nextDueInMs(cronJob, readSchedule(schedule, TimeZone.named(timeZone) ?? TimeZone.utc()), nowMs)
    return dueInMs === undefined ? {} : { requeueAfterMs: Math.max(0, dueInMs) }
  } catch (error) {
    if (error instanceof ScheduleError) return { event: changedScheduleUnparseable(schedule) }
    throw error
  }
}

function ownedJobs(cronJob: CronJob, jobs: readonly Job[]): Job[] {
  return jobs.filter((job) => controllerOf(job)?.uid === cronJob.metadata.uid)
}
