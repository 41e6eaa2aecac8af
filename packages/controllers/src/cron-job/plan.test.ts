import { describe, expect, test } from '@jest/globals'
import type { CronJob, CronJobSpec, CronJobStatus, Job } from '@kubetape/api/types/batch/v1'
import { gatesWith } from '../job/testing/job-fixtures.ts'
import type { CronObserved, CronOutcome, CronPlan } from './cron-plan.ts'
import { afterScheduleChange, liveReads, plan } from './plan.ts'

const NOW = '2024-05-01T12:00:30Z'
const MINUTES = Date.parse('2024-05-01T12:00:00Z') / 60_000
const DUE_NAME = `demo-${MINUTES}`

interface Given {
  readonly spec?: Partial<CronJobSpec>
  readonly status?: CronJobStatus
  readonly deleted?: boolean
  readonly jobs?: readonly Job[]
  readonly live?: CronObserved['live']
  readonly gates?: Record<string, boolean>
}

function cronJob({ spec, status, deleted }: Given): CronJob {
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: {
      name: 'demo',
      namespace: 'ns',
      uid: 'cron-uid',
      creationTimestamp: '2024-05-01T11:30:00Z',
      ...(deleted ? { deletionTimestamp: NOW } : {}),
    },
    spec: {
      schedule: '0 * * * *',
      concurrencyPolicy: 'Allow',
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      jobTemplate: { metadata: { labels: { team: 'blue' } }, spec: { template: { spec: { containers: [] } } } },
      ...spec,
    },
    ...(status ? { status } : {}),
  }
}

function planFor(given: Given, outcome?: CronOutcome): CronPlan {
  const { jobs = [], live = {}, gates } = given
  return plan({ cronJob: cronJob(given), jobs, nowMs: Date.parse(NOW), gates: gatesWith(gates), live }, outcome)
}

/** A Job of the CronJob; `end` is how and when (minutes past ten) it ended. */
function job(name: string, end?: ['Complete' | 'Failed', number], owner = 'cron-uid', started = true): Job {
  const time = `2024-05-01T10:${`${end?.[1] ?? 0}`.padStart(2, '0')}:00Z`
  return {
    metadata: {
      name,
      namespace: 'ns',
      uid: name,
      resourceVersion: '7',
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'demo', uid: owner, controller: true }],
    },
    spec: { template: {} },
    status: {
      ...(started ? { startTime: time } : {}),
      ...(end?.[0] === 'Complete' ? { completionTime: time } : {}),
      ...(end ? { conditions: [{ type: end[0], status: 'True', lastTransitionTime: time }] } : {}),
    },
  }
}

const reference = (name: string) => ({ apiVersion: 'batch/v1', kind: 'Job', namespace: 'ns', name, uid: name, resourceVersion: '7' })

function inWords({ steps }: CronPlan): string[] {
  return steps.map((step) => {
    switch (step.type) {
      case 'delete-job':
        return `delete ${step.name}`
      case 'create-job':
        return `create ${step.job.metadata.name}`
      case 'record-event':
        return `event ${step.event.type} ${step.event.reason}`
      case 'write-status': {
        const { active = [], lastScheduleTime, lastSuccessfulTime } = step.status
        const times = [
          lastScheduleTime && `scheduled=${lastScheduleTime.slice(11, 16)}`,
          lastSuccessfulTime && `succeeded=${lastSuccessfulTime.slice(11, 16)}`,
        ]
        return ['status', ...active.map(({ name }) => name), ...times.filter(Boolean)].join(' ')
      }
    }
  })
}

const NEXT_HOUR_MS = 3_600_000 - 30_000 + 100
const RAN: CronJobStatus = { lastScheduleTime: '2024-05-01T12:00:00Z' }
const started = [`create ${DUE_NAME}`, 'event Normal SuccessfulCreate', `status ${DUE_NAME} scheduled=12:00`]

describe('plan()', () => {
  test.each<{ when: string; given: Given; outcome?: CronOutcome; then: string[]; requeueAfterMs: number | undefined }>([
    { when: 'starts the Job of a due time', given: {}, then: started, requeueAfterMs: NEXT_HOUR_MS },
    { when: 'does nothing when nothing is due', given: { status: RAN }, then: [], requeueAfterMs: NEXT_HOUR_MS },
    { when: 'does nothing while suspended', given: { spec: { suspend: true } }, then: [], requeueAfterMs: undefined },
    { when: 'starts nothing when it is being deleted', given: { deleted: true }, then: [], requeueAfterMs: undefined },
    {
      when: 'misses a time beyond the starting deadline',
      given: { spec: { startingDeadlineSeconds: 10 } },
      then: [],
      requeueAfterMs: NEXT_HOUR_MS,
    },
    {
      when: 'starts within the starting deadline',
      given: { spec: { startingDeadlineSeconds: 31 } },
      then: started,
      requeueAfterMs: NEXT_HOUR_MS,
    },
    {
      when: 'runs at once, for the latest time, when the last run is dated back',
      given: { status: { lastScheduleTime: '2022-05-01T00:00:00Z' } },
      then: ['event Warning TooManyMissedTimes', ...started],
      requeueAfterMs: NEXT_HOUR_MS,
    },
    {
      when: 'starts no second Job for a time whose Job is in the active list',
      given: { status: { active: [reference(DUE_NAME)] }, jobs: [job(DUE_NAME)] },
      then: [],
      requeueAfterMs: NEXT_HOUR_MS,
    },
    {
      when: 'starts another Job beside a running one with Allow',
      given: { status: { active: [reference('old')] }, jobs: [job('old')] },
      then: [`create ${DUE_NAME}`, 'event Normal SuccessfulCreate', `status old ${DUE_NAME} scheduled=12:00`],
      requeueAfterMs: NEXT_HOUR_MS,
    },
    {
      when: 'holds back with Forbid while a Job runs',
      given: { spec: { concurrencyPolicy: 'Forbid' }, status: { active: [reference('old')] }, jobs: [job('old')] },
      then: ['event Normal JobAlreadyActive'],
      requeueAfterMs: NEXT_HOUR_MS,
    },
    {
      when: 'replaces a running Job with Replace',
      given: { spec: { concurrencyPolicy: 'Replace' }, status: { active: [reference('old')] }, jobs: [job('old')] },
      then: ['delete old', 'event Normal SuccessfulDelete', ...started],
      requeueAfterMs: NEXT_HOUR_MS,
    },
    {
      when: 'starts nothing when the Job to replace could not be deleted',
      given: { spec: { concurrencyPolicy: 'Replace' }, status: { active: [reference('old')] }, jobs: [job('old')] },
      outcome: { notDeleted: new Set(['old']) },
      then: ['delete old'],
      requeueAfterMs: undefined,
    },
    {
      when: 'notes nothing when the Job was refused',
      given: {},
      outcome: { created: 'refused' },
      then: [`create ${DUE_NAME}`],
      requeueAfterMs: undefined,
    },
    {
      when: 'takes over a Job of its own that it had made already',
      given: {},
      outcome: { created: { job: job(DUE_NAME), existed: true } },
      then: [`create ${DUE_NAME}`, `status ${DUE_NAME} scheduled=12:00`],
      requeueAfterMs: NEXT_HOUR_MS,
    },
    {
      when: "leaves somebody else's Job of that name alone",
      given: {},
      outcome: { created: { job: job(DUE_NAME, undefined, 'other'), existed: true } },
      then: [`create ${DUE_NAME}`],
      requeueAfterMs: undefined,
    },
    {
      when: 'takes an ended Job off the active list',
      given: { status: { ...RAN, active: [reference('a')] }, jobs: [job('a', ['Complete', 5])] },
      then: ['event Normal SawCompletedJob', 'status scheduled=12:00'],
      requeueAfterMs: NEXT_HOUR_MS,
    },
    {
      when: 'notes the last success of Jobs off the active list',
      given: {
        status: RAN,
        jobs: [job('a', ['Complete', 5]), job('b', ['Complete', 9]), job('c', ['Complete', 7]), job('d', ['Failed', 11])],
      },
      then: ['status scheduled=12:00 succeeded=10:09'],
      requeueAfterMs: NEXT_HOUR_MS,
    },
    {
      when: 'does not move the last success back',
      given: { status: { ...RAN, lastSuccessfulTime: '2024-05-01T10:30:00Z' }, jobs: [job('a', ['Complete', 5])] },
      then: [],
      requeueAfterMs: NEXT_HOUR_MS,
    },
    {
      when: 'warns of a running Job that is not in the active list',
      given: { status: RAN, jobs: [job('a')] },
      then: ['event Warning UnexpectedJob'],
      requeueAfterMs: NEXT_HOUR_MS,
    },
    {
      when: 'goes on with the fresh CronJob when that knows the Job',
      given: { jobs: [job('a')], live: { cronJob: cronJob({ status: { ...RAN, active: [reference('a')] } }) } },
      then: [],
      requeueAfterMs: NEXT_HOUR_MS,
    },
    {
      when: 'takes a Job that is gone off the active list',
      given: { status: { ...RAN, active: [reference('a')] }, live: { gone: new Set(['a']) } },
      then: ['event Normal MissingJob', 'status scheduled=12:00'],
      requeueAfterMs: NEXT_HOUR_MS,
    },
    {
      when: 'keeps a Job on the active list that only the informer does not see',
      given: { status: { ...RAN, active: [reference('a')] } },
      then: [],
      requeueAfterMs: NEXT_HOUR_MS,
    },
    {
      when: 'passes over Jobs of another owner',
      given: {
        status: RAN,
        spec: { successfulJobsHistoryLimit: 0 },
        jobs: [job('a', ['Complete', 5], 'other'), job('b', undefined, 'other')],
      },
      then: [],
      requeueAfterMs: NEXT_HOUR_MS,
    },
    {
      when: 'deletes the oldest Jobs beyond the limits, successes and failures apart',
      given: {
        status: RAN,
        spec: { successfulJobsHistoryLimit: 2 },
        jobs: [
          job('s3', ['Complete', 3]),
          job('s1', ['Complete', 1]),
          job('f2', ['Failed', 2]),
          job('s2', ['Complete', 2]),
          job('f1', ['Failed', 1]),
        ],
      },
      then: [
        'delete s1',
        'event Normal SuccessfulDelete',
        'delete f1',
        'event Normal SuccessfulDelete',
        'status scheduled=12:00 succeeded=10:03',
      ],
      requeueAfterMs: NEXT_HOUR_MS,
    },
    {
      when: 'deletes a Job of the active list that ended beyond the limit and still notes its success',
      given: { status: { ...RAN, active: [reference('a')] }, spec: { successfulJobsHistoryLimit: 0 }, jobs: [job('a', ['Complete', 5])] },
      then: ['delete a', 'event Normal SuccessfulDelete', 'status scheduled=12:00 succeeded=10:05'],
      requeueAfterMs: NEXT_HOUR_MS,
    },
    {
      when: 'keeps every Job without limits',
      given: {
        status: { ...RAN, lastSuccessfulTime: NOW },
        spec: { successfulJobsHistoryLimit: undefined as never, failedJobsHistoryLimit: undefined as never },
        jobs: ['a', 'b', 'c', 'd'].map((name) => job(name, ['Complete', 1])),
      },
      then: [],
      requeueAfterMs: NEXT_HOUR_MS,
    },
    {
      when: 'deletes by name among Jobs that started together, those never started last',
      given: {
        status: RAN,
        spec: { failedJobsHistoryLimit: 1 },
        jobs: [job('never', ['Failed', 1], 'cron-uid', false), job('b', ['Failed', 1]), job('a', ['Failed', 1])],
      },
      then: ['delete a', 'event Normal SuccessfulDelete', 'delete b', 'event Normal SuccessfulDelete', 'status scheduled=12:00'],
      requeueAfterMs: NEXT_HOUR_MS,
    },
    {
      when: 'explains an unknown time zone',
      given: { spec: { timeZone: 'Mars/Base' } },
      then: ['event Warning UnknownTimeZone'],
      requeueAfterMs: undefined,
    },
    {
      when: 'explains a schedule that cannot be read',
      given: { spec: { schedule: 'soon' } },
      then: ['event Warning UnparseableSchedule'],
      requeueAfterMs: undefined,
    },
    {
      when: 'explains a schedule that never comes',
      given: { spec: { schedule: '0 0 31 2 *' } },
      then: ['event Warning InvalidSchedule'],
      requeueAfterMs: undefined,
    },
    {
      when: 'warns of a zone in the schedule and follows it',
      given: { spec: { schedule: 'TZ=Asia/Kolkata 30 17 * * *' } },
      then: ['event Warning UnsupportedSchedule', ...started],
      requeueAfterMs: 24 * 3_600_000 - 30_000 + 100,
    },
  ])('$when', ({ given, outcome, then, requeueAfterMs }) => {
    const planned = planFor(given, outcome)
    expect(inWords(planned)).toEqual(then)
    expect(planned.requeueAfterMs).toBe(requeueAfterMs)
  })

  test('makes the Job from the template, with owner and the time it is for', () => {
    const [create] = planFor({ spec: { timeZone: 'Asia/Tokyo' } }).steps
    expect(create).toEqual({
      type: 'create-job',
      job: {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: {
          name: DUE_NAME,
          namespace: 'ns',
          labels: { team: 'blue' },
          annotations: { 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2024-05-01T21:00:00+09:00' },
          ownerReferences: [
            { apiVersion: 'batch/v1', kind: 'CronJob', name: 'demo', uid: 'cron-uid', controller: true, blockOwnerDeletion: true },
          ],
        },
        spec: { template: { spec: { containers: [] } } },
      },
    })
  })

  test('writes no annotation with its gate off', () => {
    const [create] = planFor({ gates: { CronJobsScheduledAnnotation: false } }).steps
    expect(create).not.toHaveProperty('job.metadata.annotations')
  })

  test('names the Job in the status as the server answered it', () => {
    const planned = planFor({}, { created: { job: job(DUE_NAME), existed: false } })
    expect(planned.steps.at(-1)).toEqual({
      type: 'write-status',
      status: { active: [reference(DUE_NAME)], lastScheduleTime: '2024-05-01T12:00:00Z' },
    })
  })

  test('words its events as users match on them', () => {
    const messages = (given: Given): string[] =>
      planFor(given).steps.flatMap((step) => (step.type === 'record-event' ? [step.event.message] : []))
    expect(messages({ spec: { schedule: 'soon' } })).toEqual(['unparseable schedule: "soon" : expected exactly 5 fields, found 1: [soon]'])
    expect(messages({ spec: { timeZone: 'X' } })).toEqual(['invalid timeZone: "X": unknown time zone X'])
    expect(messages({ spec: { schedule: '0 0 31 2 *' } })).toEqual([
      'invalid schedule: 0 0 31 2 * : time difference between two schedules is less than 1 second',
    ])
    expect(messages({ status: { ...RAN, active: [reference('a')] }, jobs: [job('a', ['Failed', 5])] })).toEqual([
      'Saw completed job: a, condition: Failed',
    ])
    expect(messages({})).toEqual([`Created job ${DUE_NAME}`])
  })
})

describe('liveReads()', () => {
  const reads = (given: Given): ReturnType<typeof liveReads> => liveReads({ cronJob: cronJob(given), jobs: given.jobs ?? [] })

  test('asks for nothing when the lists agree', () => {
    expect(reads({ status: { active: [reference('a')] }, jobs: [job('a'), job('b', ['Complete', 1])] })).toEqual({
      cronJob: false,
      jobs: [],
    })
  })

  test('asks for the CronJob when a running Job is not in the active list', () => {
    expect(reads({ jobs: [job('a')] })).toEqual({ cronJob: true, jobs: [] })
  })

  test('asks for Jobs of the active list that are not seen', () => {
    expect(reads({ status: { active: [reference('a')] }, jobs: [] })).toEqual({ cronJob: false, jobs: [reference('a')] })
  })
})

describe('afterScheduleChange()', () => {
  test('waits for the next due time of the new schedule', () => {
    expect(afterScheduleChange(cronJob({ status: RAN }), Date.parse(NOW))).toEqual({ requeueAfterMs: NEXT_HOUR_MS })
  })

  test('explains a schedule that cannot be read', () => {
    expect(afterScheduleChange(cronJob({ spec: { schedule: 'soon' } }), Date.parse(NOW))).toEqual({
      event: { type: 'Warning', reason: 'UnParseableCronJobSchedule', message: 'unparseable schedule for cronjob: soon' },
    })
  })
})
