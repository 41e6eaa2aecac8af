import type { CronJob } from '@kubetape/api/types/batch/v1'
import { kubeTimeMs } from '../job/kube-time.ts'
import { ScheduleError } from './cron-fields.ts'
import type { CronSchedule } from './cron-schedule.ts'

/** Beyond this many missed times a warning is recorded. */
const MISSED_MAX = 100
/** Added to every wait, so that clocks that are a little apart do not wake a CronJob before its time. */
export const NEXT_SCHEDULE_DELTA_MS = 100

/** The times that a CronJob has been due since it last ran. */
export interface MissedSchedules {
  /** From when on times count: the last one used, else the creation, or the reach of `startingDeadlineSeconds`. */
  readonly earliestMs: number
  /** The latest time due; undefined: none. */
  readonly latestMs?: number
  /** An estimate of how many more were due before the latest one: from the distance of the first two. */
  readonly amount: 'none' | 'few' | 'many'
}

/**
 * Looks for the latest time at which `cronJob` was due. Not every time in between is looked at: the distance of the first two tells about
 * where the last one is. Throws a `ScheduleError` where times are not at least a second apart, which includes schedules that never come.
 */
export function missedSchedules(cronJob: CronJob, schedule: CronSchedule, nowMs: number, withDeadline: boolean): MissedSchedules {
  const earliestMs = earliest(cronJob, nowMs, withDeadline)
  const first = schedule.next(earliestMs)
  const second = first === undefined ? undefined : schedule.next(first)
  if (first !== undefined && nowMs < first) return { earliestMs, amount: 'none' }
  if (first !== undefined && second !== undefined && nowMs < second) return { earliestMs, latestMs: first, amount: 'none' }
  const distanceMs = first === undefined || second === undefined ? 0 : Math.round((second - first) / 1000) * 1000
  if (first === undefined || distanceMs < 1000) throw new ScheduleError('time difference between two schedules is less than 1 second')
  const missed = Math.floor((nowMs - first) / distanceMs) + 1
  let latestMs: number | undefined
  for (let at = schedule.next(first + (missed - 2) * distanceMs); at !== undefined && at <= nowMs; at = schedule.next(at)) latestMs = at
  return { earliestMs, ...(latestMs === undefined ? {} : { latestMs }), amount: missed > MISSED_MAX ? 'many' : 'few' }
}

/** The time that `cronJob` is to run for now, if any, and whether so many were missed that someone should know. */
export function dueTime(cronJob: CronJob, schedule: CronSchedule, nowMs: number): { dueMs?: number; tooMany: boolean } {
  const { latestMs, amount } = missedSchedules(cronJob, schedule, nowMs, true)
  return latestMs === undefined ? { tooMany: false } : { dueMs: latestMs, tooMany: amount === 'many' }
}

/** How long until `cronJob` is due next. Undefined when it never is. */
export function nextDueInMs(cronJob: CronJob, schedule: CronSchedule, nowMs: number): number | undefined {
  const nextMs = schedule.next(lookFromMs(cronJob, schedule, nowMs))
  return nextMs === undefined ? undefined : nextMs + NEXT_SCHEDULE_DELTA_MS - nowMs
}

function lookFromMs(cronJob: CronJob, schedule: CronSchedule, nowMs: number): number {
  try {
    const { latestMs, earliestMs, amount } = missedSchedules(cronJob, schedule, nowMs, false)
    return latestMs ?? (amount === 'none' ? earliestMs : nowMs)
  } catch (error) {
    if (error instanceof ScheduleError) return nowMs
    throw error
  }
}

function earliest({ metadata, spec, status }: CronJob, nowMs: number, withDeadline: boolean): number {
  const from = kubeTimeMs(status?.lastScheduleTime) ?? kubeTimeMs(metadata.creationTimestamp) ?? 0
  const { startingDeadlineSeconds } = spec
  return withDeadline && startingDeadlineSeconds !== undefined ? Math.max(from, nowMs - startingDeadlineSeconds * 1000) : from
}
