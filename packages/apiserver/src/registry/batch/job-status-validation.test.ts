import { describe, expect, test } from '@jest/globals'
import type { Job, JobCondition, JobStatus } from '@kubetape/api/types/batch/v1'
import { jobBody, jobRunner } from './testing/job-cases.ts'

const True = (...types: string[]): JobCondition[] => types.map((type) => ({ type, status: 'True' }))
const start = '2024-01-01T00:00:00Z'
const end = '2024-01-01T01:00:00Z'

/** Writes `status` over `before` and answers the errors. */
function write(
  status: JobStatus,
  { before = {}, spec = {}, gates = {} }: { before?: JobStatus; spec?: object; gates?: Record<string, boolean> } = {},
): readonly string[] {
  const runner = jobRunner(gates)
  const old: Job = { ...runner.create(jobBody(spec)).object, status: before }
  return runner.update(old, (job) => (job.status = status), 'status').errors
}

describe('validateJobStatusUpdate() by default', () => {
  const negative = 'must be greater than or equal to 0'
  const policy = { completionMode: 'Indexed', successPolicy: { rules: [{ succeededCount: 1 }] } }

  test.each<[string, JobStatus, string[]]>([
    [
      'negative counts',
      { active: -1, succeeded: -1, failed: -1, ready: -1, terminating: -1 },
      ['active', 'succeeded', 'failed', 'ready', 'terminating'].map((field) => `status.${field}: Invalid value: -1: ${negative}`),
    ],
    [
      'uids that are empty or twice there',
      { uncountedTerminatedPods: { succeeded: ['a', ''], failed: ['b', 'a', 'b'] } },
      [
        'status.uncountedTerminatedPods.succeeded[1]: Invalid value: "": must not be empty',
        'status.uncountedTerminatedPods.failed[1]: Duplicate value: "a"',
        'status.uncountedTerminatedPods.failed[2]: Duplicate value: "b"',
      ],
    ],
    [
      'a success that failed',
      { conditions: True('SuccessCriteriaMet', 'Failed') },
      ['status.conditions: Invalid value: cannot set SuccessCriteriaMet=True and Failed=true conditions'],
    ],
    [
      'a success that fails',
      { conditions: True('SuccessCriteriaMet', 'FailureTarget') },
      ['status.conditions: Invalid value: cannot set SuccessCriteriaMet=True and FailureTarget=true conditions'],
    ],
  ])('refuses %s', (_, status, expected) => {
    expect(write(status)).toEqual(expected)
  })

  test('refuses Complete without SuccessCriteriaMet only with a success policy', () => {
    expect(write({ conditions: True('Complete') }, { spec: policy })).toEqual([
      'status.conditions: Invalid value: cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True',
    ])
    expect(write({ conditions: True('Complete') })).toEqual([])
  })

  test('refuses to take SuccessCriteriaMet back or to set it late', () => {
    expect(write({}, { before: { conditions: True('SuccessCriteriaMet') } })).toEqual([
      'status.conditions: Invalid value: cannot disable the SuccessCriteriaMet=True condition',
    ])
    expect(write({ conditions: True('Complete', 'SuccessCriteriaMet') }, { before: { conditions: True('Complete') } })).toEqual([
      'status.conditions: Invalid value: cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions',
    ])
  })

  test.each<[string, JobStatus]>([
    ['Complete and Failed', { conditions: True('Complete', 'Failed') }],
    ['indexes of a Job without indexes', { completedIndexes: 'x' }],
    ['more ready than active Pods', { ready: 3 }],
    ['an end without a start', { completionTime: end, conditions: True('Complete') }],
  ])('lets %s pass', (_, status) => {
    expect(write(status)).toEqual([])
  })

  test('knows SuccessCriteriaMet for all Jobs only by gate', () => {
    const gates = { JobPodReplacementPolicy: false }
    expect(write({ conditions: True('SuccessCriteriaMet') })).toEqual([])
    expect(write({ conditions: True('SuccessCriteriaMet') }, { gates })).toEqual([
      'status.conditions: Invalid value: cannot set SuccessCriteriaMet to NonIndexed Job',
      'status.conditions: Invalid value: cannot set SuccessCriteriaMet=True for Job without SuccessPolicy',
    ])
    expect(write({ conditions: True('SuccessCriteriaMet') }, { gates, spec: policy })).toEqual([])
  })

  test('keeps the spec of the stored Job', () => {
    const runner = jobRunner()
    const { object } = runner.create(jobBody())
    const changed = runner.update(object, (job) => ((job.spec.parallelism = 9), (job.status = { failed: 1 })), 'status').object
    expect(changed.spec).toEqual(object.spec)
    expect(changed.status).toEqual({ failed: 1 })
  })
})

describe('validateJobStatusUpdate() with JobManagedBy', () => {
  const gates = { JobManagedBy: true }
  const indexed = { completionMode: 'Indexed', completions: 5, parallelism: 2, backoffLimitPerIndex: 1 }
  const begun: JobStatus = { startTime: start, failed: 2, succeeded: 1, active: 1, terminating: 1 }
  const over: JobStatus = { startTime: start, completionTime: end, succeeded: 1, conditions: True('SuccessCriteriaMet', 'Complete') }

  test.each<[string, JobStatus, string[]]>([
    [
      'Complete alone',
      { startTime: start, completionTime: end, conditions: True('Complete') },
      ['conditions: Invalid value: cannot set Complete=True condition without the SuccessCriteriaMet=true condition'],
    ],
    [
      'Failed alone',
      { startTime: start, conditions: True('Failed') },
      ['conditions: Invalid value: cannot set Failed=True condition without the FailureTarget=true condition'],
    ],
    [
      'Complete without its time',
      { startTime: start, conditions: True('SuccessCriteriaMet', 'Complete') },
      ['completionTime: Required value: completionTime is required for Complete jobs'],
    ],
    [
      'a time without Complete',
      { startTime: start, completionTime: end },
      ['completionTime: Invalid value: 2024-01-01 01:00:00 +0000 UTC: cannot set completionTime when there is no Complete=True condition'],
    ],
    [
      'an end before the start',
      { startTime: end, completionTime: start, conditions: True('SuccessCriteriaMet', 'Complete') },
      ['completionTime: Invalid value: 2024-01-01 00:00:00 +0000 UTC: completionTime cannot be set before startTime'],
    ],
    [
      'a finished Job that never started',
      { conditions: True('FailureTarget', 'Failed') },
      ['startTime: Required value: startTime is required for finished job'],
    ],
    [
      'a finished Job with Pods',
      { startTime: start, active: 1, terminating: 1, conditions: True('FailureTarget', 'Failed') },
      [
        'active: Invalid value: 1: active>0 is invalid for finished job',
        'terminating: Invalid value: 1: terminating>0 is invalid for finished job',
      ],
    ],
    [
      'a finished Job with uncounted Pods',
      { startTime: start, uncountedTerminatedPods: { failed: ['a'] }, conditions: True('FailureTarget', 'Failed') },
      [
        'uncountedTerminatedPods: Invalid value: batch.UncountedTerminatedPods{"failed":["a"]}: uncountedTerminatedPods needs to be empty for finished job',
      ],
    ],
    [
      'both ends at once',
      { startTime: start, completionTime: end, conditions: True('SuccessCriteriaMet', 'Complete', 'FailureTarget', 'Failed') },
      [
        'conditions: Invalid value: cannot set Complete=True and Failed=true conditions',
        'conditions: Invalid value: cannot set Complete=True and FailureTarget=true conditions',
        'conditions: Invalid value: cannot set SuccessCriteriaMet=True and Failed=true conditions',
        'conditions: Invalid value: cannot set SuccessCriteriaMet=True and FailureTarget=true conditions',
      ],
    ],
    ['more ready than active Pods', { active: 1, ready: 2 }, ['ready: Invalid value: 2: cannot set more ready pods than active']],
    [
      'indexes of a Job without indexes',
      { completedIndexes: '0' },
      ['completedIndexes: Invalid value: "0": cannot set non-empty completedIndexes when non-indexed completion mode'],
    ],
    [
      'failed indexes without a limit per index',
      { failedIndexes: '' },
      ['failedIndexes: Invalid value: "": cannot set non-null failedIndexes when backoffLimitPerIndex is null'],
    ],
  ])('refuses %s', (_, status, expected) => {
    expect(write(status, { gates })).toEqual(expected.map((error) => `status.${error}`))
  })

  test.each<[string, JobStatus, string[]]>([
    [
      'ill-formed indexes',
      { completedIndexes: '1,x' },
      ['completedIndexes: Invalid value: "1,x": error parsing completedIndexes: cannot convert string to integer for index: "x"'],
    ],
    [
      'decreasing indexes',
      { completedIndexes: '3,1' },
      ['completedIndexes: Invalid value: "3,1": error parsing completedIndexes: non-increasing order, previous: 3, current: 1'],
    ],
    [
      'indexes beyond the end',
      { completedIndexes: '5', failedIndexes: '7' },
      [
        'completedIndexes: Invalid value: "5": error parsing completedIndexes: too large index: "5"',
        'failedIndexes: Invalid value: "7": error parsing failedIndexes: too large index: "7"',
      ],
    ],
    [
      'indexes that completed and failed',
      { completedIndexes: '0-2', failedIndexes: '2-4' },
      ['failedIndexes: Invalid value: "2-4": failedIndexes and completedIndexes overlap at index: 2'],
    ],
    ['nothing where all is well', { completedIndexes: '0-2', failedIndexes: '3,4' }, []],
  ])('refuses %s of an Indexed Job', (_, status, expected) => {
    expect(write(status, { gates, spec: indexed })).toEqual(expected.map((error) => `status.${error}`))
  })

  test.each<[string, JobStatus, JobStatus, string[]]>([
    ['fewer failed Pods', begun, { ...begun, failed: 1 }, ['failed: Invalid value: 1: cannot decrease the failed counter']],
    ['fewer succeeded Pods', begun, { ...begun, succeeded: 0 }, ['succeeded: Invalid value: 0: cannot decrease the succeeded counter']],
    ['another start', begun, { ...begun, startTime: end }, ['startTime: Required value: startTime cannot be removed for unsuspended job']],
    [
      'no longer Complete',
      over,
      { ...over, conditions: True('SuccessCriteriaMet') },
      [
        'completionTime: Invalid value: 2024-01-01 01:00:00 +0000 UTC: cannot set completionTime when there is no Complete=True condition',
        'conditions: Invalid value: cannot disable the terminal Complete=True condition',
      ],
    ],
    [
      'another end',
      over,
      { ...over, completionTime: '2024-01-01T02:00:00Z' },
      ['completionTime: Invalid value: 2024-01-01 02:00:00 +0000 UTC: completionTime cannot be mutated'],
    ],
    ['active Pods after the end', over, { ...over, active: 1 }, ['active: Invalid value: 1: active>0 is invalid for finished job']],
  ])('refuses %s', (_, before, status, expected) => {
    expect(write(status, { before, gates })).toEqual(expected.map((error) => `status.${error}`))
  })

  test('lets succeeded Pods become fewer where an elastic Indexed Job was scaled down, and a start go while suspended', () => {
    expect(write({ ...begun, succeeded: 0 }, { before: begun, gates, spec: { ...indexed, completions: 2 } })).toEqual([])
    const { startTime: _, ...unstarted } = begun
    expect(write(unstarted, { before: begun, gates, spec: { suspend: true } })).toEqual([])
  })

  test('leaves alone what was wrong before and does not change', () => {
    const wrong: JobStatus = { completedIndexes: '0', ready: 3, conditions: True('Complete') }
    expect(write({ ...wrong, failed: 1 }, { before: wrong, gates })).toEqual([])
  })
})
