import { describe, expect, test } from '@jest/globals'
import {
  JOB_ALREADY_ACTIVE,
  jobMissing,
  jobNotCreated,
  jobNotDeleted,
  jobUnexpected,
  scheduleMissed,
  scheduleUnsupported,
  TOO_MANY_MISSED,
} from './cron-event.ts'

describe('events of a CronJob', () => {
  test.each([
    [jobNotCreated('no'), 'Warning FailedCreate: Error creating job: no'],
    [jobNotDeleted('no'), 'Warning FailedDelete: Deleted job: no'],
    [jobUnexpected('a'), 'Warning UnexpectedJob: Saw a job that the controller did not create or forgot: a'],
    [jobMissing('a'), 'Normal MissingJob: Active job went missing: a'],
    [JOB_ALREADY_ACTIVE, 'Normal JobAlreadyActive: Not starting job because prior execution is running and concurrency policy is Forbid'],
    [
      scheduleMissed(Date.UTC(2024, 4, 1, 9, 5)),
      'Warning MissSchedule: Missed scheduled time to start a job: Wed, 01 May 2024 09:05:00 +0000',
    ],
    [
      TOO_MANY_MISSED,
      'Warning TooManyMissedTimes: too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
    ],
    [
      scheduleUnsupported('TZ=UTC 0 0 * * *'),
      'Warning UnsupportedSchedule: CRON_TZ or TZ used in schedule "TZ=UTC 0 0 * * *" is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details',
    ],
  ])('are worded as users match on them: %j', ({ type, reason, message }, expected) => {
    expect(`${type} ${reason}: ${message}`).toBe(expected)
  })
})
