import { describe, expect, test } from '@jest/globals'
import type { Job, JobStatus } from '@kubetape/api/types/batch/v1'
import { jobStrategy } from './job-strategy.ts'
import { jobRow } from './job-table.ts'
import { gatesWith } from '../testing/strategy-runner.ts'
import { jobBody, jobRunner } from './testing/job-cases.ts'

const now = Date.parse('2026-01-01T00:10:00Z')
const job = (spec: object = {}, status: JobStatus = {}): Job => ({ ...jobRunner().create(jobBody(spec)).object, status })
const conditions = (...types: string[]): JobStatus => ({ conditions: types.map((type) => ({ type, status: 'True' })) })

describe('jobRow()', () => {
  test('has a cell for each column', () => {
    expect(jobRow(job({ completions: 3 }, { startTime: '2026-01-01T00:05:00Z' }), now)).toEqual([
      'demo',
      'Running',
      '0/3',
      '5m',
      '10m',
      'main',
      'app:1',
      'batch.kubernetes.io/controller-uid=11111111-2222-3333-4444-555555555555',
    ])
  })

  test.each<[string, JobStatus]>([
    ['Complete', conditions('SuccessCriteriaMet', 'Complete')],
    ['Failed', conditions('FailureTarget', 'Failed')],
    ['Suspended', conditions('Suspended')],
    ['FailureTarget', conditions('FailureTarget')],
    ['SuccessCriteriaMet', conditions('SuccessCriteriaMet')],
    ['Running', { conditions: [{ type: 'Complete', status: 'False' }] }],
  ])('says %s', (word, status) => {
    expect(jobRow(job({}, status), now)[1]).toBe(word)
  })

  test('says Terminating of a Job that is being deleted', () => {
    const deleted = job()
    deleted.metadata.deletionTimestamp = '2026-01-01T00:09:00Z'
    expect(jobRow(deleted, now)[1]).toBe('Terminating')
  })

  test.each<[object, JobStatus, string]>([
    [{ completions: 3 }, { succeeded: 1 }, '1/3'],
    [{ parallelism: 2 }, {}, '0/1 of 2'],
    [{ parallelism: 1 }, { succeeded: 1 }, '1/1'],
  ])('counts completions of %j', (spec, status, expected) => {
    expect(jobRow(job(spec, status), now)[2]).toBe(expected)
  })

  test.each<[JobStatus, string]>([
    [{}, ''],
    [{ startTime: '2026-01-01T00:00:00Z', completionTime: '2026-01-01T00:01:05Z' }, '65s'],
  ])('tells the duration of %j', (status, expected) => {
    expect(jobRow(job({}, status), now)[3]).toBe(expected)
  })
})

describe('jobStrategy', () => {
  test('selects by the number of succeeded Pods', () => {
    expect(jobStrategy.selectableFields?.(job({}, { succeeded: 2 }))).toEqual({ 'status.successful': '2' })
    expect(jobStrategy.selectableFields?.(job())).toEqual({ 'status.successful': '0' })
  })

  test('keeps Pods by default and warns of it', () => {
    const warnings: string[] = []
    const context = {
      gates: gatesWith(),
      nowMs: now,
      namespace: 'default',
      subresource: '',
      user: { name: 'a', groups: [] },
      warn: (text: string) => warnings.push(text),
      newUid: () => '',
      newSuffix: () => '',
    }
    expect(jobStrategy.defaultPropagation?.(context)).toBe('orphan')
    expect(warnings).toEqual([
      'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
    ])
  })
})
