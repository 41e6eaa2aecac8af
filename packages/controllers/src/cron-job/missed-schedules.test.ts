import { describe, expect, test } from '@jest/globals'
import type { CronJob, CronJobSpec, CronJobStatus } from '@kubetape/api/types/batch/v1'
import { readSchedule } from './cron-schedule.ts'
import { dueTime, missedSchedules, nextDueInMs } from './missed-schedules.ts'
import { TimeZone } from './time-zone.ts'

const at = (time: string): number => Date.parse(`2024-05-01T${time}Z`)

function cronJob(created: string, spec: Partial<CronJobSpec> = {}, status?: CronJobStatus): CronJob {
  return {
    metadata: { name: 'demo', creationTimestamp: `2024-05-01T${created}Z` },
    spec: { schedule: '', jobTemplate: {}, ...spec },
    ...(status ? { status } : {}),
  }
}
const hourly = readSchedule('0 * * * *', TimeZone.utc())

describe('missedSchedules()', () => {
  test.each<{ when: string; job: CronJob; now: string; latest: string | undefined; amount: string; schedule?: string }>([
    { when: 'it was not due yet', job: cronJob('09:10:00'), now: '09:50:00', latest: undefined, amount: 'none' },
    { when: 'it is due this second', job: cronJob('09:10:00'), now: '10:00:00', latest: '10:00:00', amount: 'none' },
    { when: 'it was due once', job: cronJob('09:10:00'), now: '10:59:59', latest: '10:00:00', amount: 'none' },
    { when: 'it was due some times', job: cronJob('09:10:00'), now: '13:20:00', latest: '13:00:00', amount: 'few' },
    { when: 'it was due very often', job: cronJob('00:00:00'), schedule: '* * * * *', now: '02:00:30', latest: '02:00:00', amount: 'many' },
    {
      when: 'it ran before',
      job: cronJob('00:00:00', {}, { lastScheduleTime: '2024-05-01T12:00:00Z' }),
      now: '12:30:00',
      latest: undefined,
      amount: 'none',
    },
    {
      when: 'the deadline cuts older times off',
      job: cronJob('00:00:00', { startingDeadlineSeconds: 600 }),
      now: '12:30:00',
      latest: undefined,
      amount: 'none',
    },
    {
      when: 'the deadline leaves a time',
      job: cronJob('00:00:00', { startingDeadlineSeconds: 3600 }),
      now: '12:30:00',
      latest: '12:00:00',
      amount: 'none',
    },
    { when: 'times are uneven', job: cronJob('00:00:00'), schedule: '30 6-16/4 * * *', now: '15:00:00', latest: '14:30:00', amount: 'few' },
    {
      when: 'it repeats from its creation',
      job: cronJob('00:00:10'),
      schedule: '@every 1h',
      now: '05:30:00',
      latest: '05:00:10',
      amount: 'few',
    },
  ])('finds the latest due time when $when', ({ job, now, latest, amount, schedule }) => {
    const found = missedSchedules(job, schedule === undefined ? hourly : readSchedule(schedule, TimeZone.utc()), at(now), true)
    expect(found.latestMs).toBe(latest === undefined ? undefined : at(latest))
    expect(found.amount).toBe(amount)
  })

  test('throws when the schedule never comes', () => {
    const never = readSchedule('0 0 31 2 *', TimeZone.utc())
    expect(() => missedSchedules(cronJob('00:00:00'), never, at('01:00:00'), true)).toThrow(
      'time difference between two schedules is less than 1 second',
    )
  })
})

describe('dueTime()', () => {
  test('warns of more than a hundred missed times', () => {
    const minutely = readSchedule('* * * * *', TimeZone.utc())
    expect(dueTime(cronJob('00:00:00'), minutely, at('01:40:00'))).toEqual({ dueMs: at('01:40:00'), tooMany: false })
    expect(dueTime(cronJob('00:00:00'), minutely, at('01:41:00'))).toEqual({ dueMs: at('01:41:00'), tooMany: true })
    expect(dueTime(cronJob('00:00:00'), minutely, at('00:00:30'))).toEqual({ tooMany: false })
  })
})

describe('nextDueInMs()', () => {
  test.each([
    { when: 'it was not due yet', created: '09:10:00', now: '09:50:00', minutes: 10 },
    { when: 'it is due now', created: '09:10:00', now: '10:00:00', minutes: 60 },
    { when: 'many times passed', created: '00:00:00', now: '10:45:00', minutes: 15 },
  ])('is the next time and a little when $when', ({ created, now, minutes }) => {
    expect(nextDueInMs(cronJob(created), hourly, at(now))).toBe(minutes * 60_000 + 100)
  })

  test('does not heed the starting deadline', () => {
    expect(nextDueInMs(cronJob('00:00:00', { startingDeadlineSeconds: 1 }), hourly, at('10:45:00'))).toBe(15 * 60_000 + 100)
  })

  test('is undefined when the schedule never comes', () => {
    expect(nextDueInMs(cronJob('00:00:00'), readSchedule('0 0 31 2 *', TimeZone.utc()), at('10:45:00'))).toBeUndefined()
  })
})
