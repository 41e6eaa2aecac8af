import { describe, expect, test } from '@jest/globals'
import type { Job } from '@kubetape/api/types/batch/v1'
import { jobBody, jobRunner } from './testing/job-cases.ts'

describe('defaultJob()', () => {
  test.each<[string, object, object]>([
    ['gives one Pod when no count is given', {}, { completions: 1, parallelism: 1 }],
    ['leaves completions open when only parallelism is given', { parallelism: 3 }, { completions: undefined, parallelism: 3 }],
    ['defaults parallelism beside completions', { completions: 4 }, { completions: 4, parallelism: 1 }],
    ['keeps zeroes', { completions: 0, parallelism: 0, backoffLimit: 0 }, { completions: 0, parallelism: 0, backoffLimit: 0 }],
    ['gives six retries', {}, { backoffLimit: 6 }],
    [
      'gives retries without limit when indexes have their own',
      { completionMode: 'Indexed', completions: 2, backoffLimitPerIndex: 1 },
      { backoffLimit: 2147483647 },
    ],
    ['sets mode, suspension and selector', {}, { completionMode: 'NonIndexed', suspend: false, manualSelector: false }],
    ['replaces terminating Pods at once', {}, { podReplacementPolicy: 'TerminatingOrFailed' }],
    [
      'replaces only failed Pods beside a failure policy',
      { podFailurePolicy: { rules: [] } },
      { podReplacementPolicy: 'Failed', podFailurePolicy: { rules: null } },
    ],
    [
      'reads a condition of a failure policy as True',
      { podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] }] } },
      { podFailurePolicy: { rules: [{ action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }] } },
    ],
  ])('%s', (_, spec, expected) => {
    const { object, errors } = jobRunner().create(jobBody(spec))
    expect(errors).toEqual([])
    for (const [field, value] of Object.entries(expected)) expect(object.spec[field as keyof Job['spec']]).toEqual(value)
  })

  test.each<[string, object, object]>([
    ['JobPodReplacementPolicy', {}, { podReplacementPolicy: undefined }],
    [
      'JobBackoffLimitPerIndex',
      { completionMode: 'Indexed', completions: 1, backoffLimitPerIndex: 1, maxFailedIndexes: 1 },
      { backoffLimit: 6, backoffLimitPerIndex: undefined, maxFailedIndexes: undefined },
    ],
    [
      'JobSuccessPolicy',
      { completionMode: 'Indexed', completions: 1, successPolicy: { rules: [{ succeededCount: 1 }] } },
      { successPolicy: undefined },
    ],
    ['JobManagedBy', { managedBy: 'no slash' }, { managedBy: undefined }],
  ])('drops the fields of %s when it is off', (gate, spec, expected) => {
    const { object, errors } = jobRunner({ [gate]: false }).create(jobBody(spec))
    expect(errors).toEqual([])
    for (const [field, value] of Object.entries(expected)) expect(object.spec[field as keyof Job['spec']]).toEqual(value)
  })

  test('drops rules that fail one index when indexes have no limit of their own by gate', () => {
    const rules = [
      { action: 'FailIndex', onExitCodes: { operator: 'In', values: [1] } },
      { action: 'FailJob', onExitCodes: { operator: 'In', values: [2] } },
    ]
    const { object } = jobRunner({ JobBackoffLimitPerIndex: false }).create(jobBody({ podFailurePolicy: { rules } }))
    expect(object.spec.podFailurePolicy?.rules.map((rule) => rule.action)).toEqual(['FailJob'])
  })
})

describe('generateSelector()', () => {
  const uid = '11111111-2222-3333-4444-555555555555'
  const own = {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': 'demo',
    'controller-uid': uid,
    'job-name': 'demo',
  }

  test('labels the template and the Job and selects the uid', () => {
    const { object } = jobRunner().create(jobBody())
    expect(object.spec.selector).toEqual({ matchLabels: { 'batch.kubernetes.io/controller-uid': uid } })
    expect(object.spec.template.metadata?.labels).toEqual(own)
    expect(object.metadata.labels).toEqual(own)
    expect(object.metadata.labels).not.toBe(object.spec.template.metadata?.labels)
  })

  test("gives a Job without labels all of its template's, the generated ones included", () => {
    const body = jobBody()
    body.spec.template.metadata = { labels: { app: 'x' } }
    expect(jobRunner().create(body).object.metadata.labels).toEqual({ app: 'x', ...own })
  })

  test('leaves the labels of a Job that has some', () => {
    const { object } = jobRunner().create({ ...jobBody(), metadata: { name: 'demo', labels: { a: 'b' } } })
    expect(object.metadata.labels).toEqual({ a: 'b' })
    expect(object.spec.template.metadata?.labels).toEqual(own)
  })

  test('does nothing with a manual selector', () => {
    const body = jobBody({ manualSelector: true, selector: { matchLabels: { app: 'x' } } })
    body.spec.template.metadata = { labels: { app: 'x' } }
    const { object, errors } = jobRunner().create(body)
    expect(errors).toEqual([])
    expect(object.spec.template.metadata?.labels).toEqual({ app: 'x' })
    expect(object.metadata.labels).toEqual({ app: 'x' })
  })

  test('brings the labels of a Job back when an update removes them', () => {
    const runner = jobRunner()
    const { object } = runner.create(jobBody())
    expect(runner.update(object, (job) => delete job.metadata.labels).object.metadata.labels).toEqual(own)
  })
})
