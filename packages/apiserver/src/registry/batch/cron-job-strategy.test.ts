import { describe, expect, test } from '@jest/globals'
import type { CronJob } from '@kubetape/api/types/batch/v1'
import { cronJobStrategy } from './cron-job-strategy.ts'
import { cronJobRow } from './cron-job-table.ts'
import { jobBody } from './testing/job-cases.ts'
import { StrategyRunner } from '../testing/strategy-runner.ts'

const runner = new StrategyRunner<CronJob>({ group: 'batch', version: 'v1', kind: 'CronJob' }, cronJobStrategy)
const body = (spec: object = {}, jobSpec: object = {}, name = 'demo'): CronJob => ({
  metadata: { name },
  spec: { schedule: '0 0 1 1 *', jobTemplate: { spec: jobBody(jobSpec).spec }, ...spec },
})

describe('defaultCronJob()', () => {
  test('fills in the CronJob and the Pod template, and leaves the Job to be made alone', () => {
    const { object, errors } = runner.create(body())
    expect(errors).toEqual([])
    expect(object.spec).toMatchObject({
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    })
    expect(object.spec.jobTemplate.metadata).toEqual({ creationTimestamp: null })
    expect(Object.keys(object.spec.jobTemplate.spec!)).toEqual(['template'])
    expect(object.spec.jobTemplate.spec!.template.spec!.dnsPolicy).toBe('ClusterFirst')
    expect(object.status).toEqual({})
  })

  test('keeps what is given', () => {
    const given = {
      concurrencyPolicy: 'Forbid',
      suspend: true,
      successfulJobsHistoryLimit: 0,
      failedJobsHistoryLimit: 0,
      timeZone: 'Europe/Berlin',
      startingDeadlineSeconds: 0,
    }
    expect(runner.create(body(given)).object.spec).toMatchObject(given)
  })
})

describe('validateCronJob()', () => {
  const negative = 'must be greater than or equal to 0'
  test.each<[string, object, object, string[]]>([
    ['no schedule', { schedule: '' }, {}, ['schedule: Required value']],
    [
      'a schedule that is none',
      { schedule: 'daily' },
      {},
      ['schedule: Invalid value: "daily": expected exactly 5 fields, found 1: [daily]'],
    ],
    [
      'a zone in the schedule',
      { schedule: 'TZ=UTC 0 0 * * *' },
      {},
      ['schedule: Invalid value: "TZ=UTC 0 0 * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead'],
    ],
    ['an unknown zone', { timeZone: 'Mars/Base' }, {}, ['timeZone: Invalid value: "Mars/Base": unknown time zone Mars/Base']],
    [
      'the zone of the server',
      { timeZone: 'Local' },
      {},
      ['timeZone: Invalid value: "Local": timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones'],
    ],
    ['an empty zone', { timeZone: '' }, {}, ['timeZone: Invalid value: "": timeZone must be nil or non-empty string']],
    [
      'a zone in another spelling',
      { timeZone: 'europe/berlin' },
      {},
      ['timeZone: Invalid value: "europe/berlin": unknown time zone europe/berlin'],
    ],
    ['an offset', { timeZone: '+01:00' }, {}, ['timeZone: Invalid value: "+01:00": unknown time zone +01:00']],
    ['a way out of the zones', { timeZone: '../UTC' }, {}, ['timeZone: Invalid value: "../UTC": unknown time zone ../UTC']],
    [
      'an unknown concurrency policy',
      { concurrencyPolicy: 'Queue' },
      {},
      ['concurrencyPolicy: Unsupported value: "Queue": supported values: "Allow", "Forbid", "Replace"'],
    ],
    [
      'negative numbers',
      { startingDeadlineSeconds: -1, successfulJobsHistoryLimit: -1, failedJobsHistoryLimit: -1 },
      {},
      ['startingDeadlineSeconds', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit'].map(
        (field) => `${field}: Invalid value: -1: ${negative}`,
      ),
    ],
    [
      'a selector of the Job',
      {},
      { selector: { matchLabels: { a: 'b' } } },
      [
        'jobTemplate.spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"a":"b"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: `selector` will be auto-generated',
      ],
    ],
    [
      'a manual selector of the Job',
      {},
      { manualSelector: true },
      ['jobTemplate.spec.manualSelector: Unsupported value: true: supported values: "nil", "false"'],
    ],
    ['an error of the Job', {}, { parallelism: -1 }, [`jobTemplate.spec.parallelism: Invalid value: -1: ${negative}`]],
  ])('refuses %s', (_, spec, jobSpec, expected) => {
    expect(runner.create(body(spec, jobSpec)).errors).toEqual(expected.map((error) => `spec.${error}`))
  })

  test('refuses names that leave no room for the time of a Job, but only of new CronJobs', () => {
    expect(runner.create(body({}, {}, 'a'.repeat(52))).errors).toEqual([])
    const { object, errors } = runner.create(body({}, {}, 'a'.repeat(53)))
    expect(errors).toEqual([`metadata.name: Invalid value: "${'a'.repeat(53)}": must be no more than 52 characters`])
    expect(runner.update(object, () => undefined).errors).toEqual([])
  })
})

describe('validateCronJobUpdate()', () => {
  const old = runner.create(body()).object
  const zoned: CronJob = { ...old, spec: { ...old.spec, schedule: 'TZ=UTC 0 0 * * *' } }

  test('lets a CronJob keep a zone in its schedule, with a warning, but not get one', () => {
    const kept = runner.update(zoned, (cronJob) => (cronJob.spec.suspend = true))
    expect(kept.errors).toEqual([])
    expect(kept.warnings).toEqual(['cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead'])
    expect(runner.update(old, (cronJob) => (cronJob.spec.schedule = zoned.spec.schedule)).errors).toEqual([
      'spec.schedule: Invalid value: "TZ=UTC 0 0 * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
    ])
    expect(runner.update(zoned, (cronJob) => (cronJob.spec.timeZone = 'Etc/UTC')).errors).toEqual([
      'spec.schedule: Invalid value: "TZ=UTC 0 0 * * *": cannot use both timeZone field and TZ or CRON_TZ in schedule',
    ])
  })

  test('does not look at a zone again that has not changed', () => {
    const lost: CronJob = { ...old, spec: { ...old.spec, timeZone: 'Mars/Base' } }
    expect(runner.update(lost, (cronJob) => (cronJob.spec.suspend = true)).errors).toEqual([])
  })

  test('keeps the status, and the spec on writes of the status', () => {
    const active = { active: [{ kind: 'Job', name: 'x' }] }
    const busy: CronJob = { ...old, status: active }
    expect(runner.update(busy, (cronJob) => (cronJob.status = {})).object.status).toEqual(active)
    const written = runner.update(old, (cronJob) => ((cronJob.status = active), (cronJob.spec.suspend = true)), 'status').object
    expect(written.status).toEqual(active)
    expect(written.spec.suspend).toBe(false)
  })
})

describe('cronJobRow()', () => {
  const now = Date.parse('2026-01-01T02:00:00Z')
  test('has a cell for each column', () => {
    const { object } = runner.create(body({ timeZone: 'Etc/UTC', suspend: true }))
    expect(cronJobRow(object, now)).toEqual(['demo', '0 0 1 1 *', 'Etc/UTC', 'True', 0, '<none>', '120m', 'main', 'app:1', '<none>'])
  })

  test('counts active Jobs and tells the last run', () => {
    const object: CronJob = {
      ...runner.create(body()).object,
      status: { active: [{ name: 'x' }], lastScheduleTime: '2026-01-01T01:59:00Z' },
    }
    expect(cronJobRow(object, now).slice(2, 6)).toEqual(['<none>', 'False', 1, '60s'])
  })
})
