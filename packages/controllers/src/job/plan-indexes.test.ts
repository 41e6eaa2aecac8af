import { describe, expect, test } from '@jest/globals'
import { started } from './testing/job-fixtures.ts'
import { exitRule, indexed, planFor, table } from './testing/plan-table.ts'

describe('indexes', () => {
  table([
    { when: 'starts the lowest indexes', given: { spec: indexed(4, { parallelism: 2 }) }, then: ['create #0,#1', 'status active=2'] },
    {
      when: 'starts the lowest free index after a success',
      given: { spec: indexed(4, { parallelism: 2 }), status: started({ active: 2 }), pods: { a: { index: 0, exit: 0 }, b: { index: 1 } } },
      then: ['create #2', 'status active=2 succeeded=1 completedIndexes=0', 'finalizers a'],
    },
    {
      when: 'retries a failed index',
      given: {
        spec: indexed(4, { parallelism: 2 }),
        status: started({ active: 2, succeeded: 1, completedIndexes: '0' }),
        pods: { b: { index: 1, exit: 1 }, c: { index: 2 } },
      },
      then: [
        'create #1',
        'status active=2 succeeded=1 completedIndexes=0 uncounted-failed=b',
        'finalizers b',
        'status active=2 succeeded=1 failed=1 completedIndexes=0',
      ],
    },
    {
      when: 'removes all but one Pod of an index, and Pods without a valid index, before it creates any',
      given: {
        spec: indexed(3),
        status: started({ active: 4 }),
        pods: { none: {}, old: { index: 0, phase: 'Running', node: true }, young: { index: 0 }, beyond: { index: 3 } },
      },
      then: ['delete none,beyond,young untracked', 'status active=1 terminating=3'],
    },
    {
      when: 'does not start an index whose terminating Pod holds its place',
      given: {
        spec: indexed(3, { podReplacementPolicy: 'Failed' }),
        status: started({ active: 2 }),
        pods: { a: { index: 0, phase: 'Running', deletedAgo: 3 }, b: { index: 1 } },
      },
      then: ['create #2', 'status active=2 terminating=1'],
    },
    {
      when: 'starts the new indexes of a grown elastic Job',
      given: { spec: indexed(4), status: started({ active: 1, succeeded: 1, completedIndexes: '0' }), pods: { b: { index: 1 } } },
      then: ['create #2,#3', 'status active=3 succeeded=1 completedIndexes=0'],
    },
    {
      when: 'drops the completed indexes beyond a shrunken elastic Job',
      given: { spec: indexed(2), status: started({ active: 1, succeeded: 2, completedIndexes: '0,3' }), pods: { b: { index: 1 } } },
      then: ['status active=1 succeeded=1 completedIndexes=0'],
    },
    {
      when: 'does not count a success of an index twice',
      given: {
        spec: indexed(3),
        status: started({ active: 2, succeeded: 1, completedIndexes: '0' }),
        pods: { a: { index: 0, exit: 0 }, b: { index: 1 }, c: { index: 2 } },
      },
      then: ['finalizers a'],
    },
    {
      when: 'lets a failed Pod without a valid index go without counting it',
      given: { spec: indexed(1), status: started({ active: 1 }), pods: { x: { exit: 1 }, a: { index: 0 } } },
      then: ['finalizers x'],
    },
    {
      when: 'completes an Indexed Job',
      given: { spec: indexed(2), status: started({ active: 1, succeeded: 1, completedIndexes: '1' }), pods: { a: { index: 0, exit: 0 } } },
      then: [
        'status succeeded=2 completedIndexes=0,1 SuccessCriteriaMet(CompletionsReached)',
        'finalizers a',
        'status succeeded=2 completedIndexes=0,1 SuccessCriteriaMet(CompletionsReached) Complete(CompletionsReached)',
        'event Normal Completed',
      ],
    },
  ])
})

describe('a limit per index', () => {
  const spec = indexed(3, { parallelism: 2, backoffLimitPerIndex: 2 })
  const failedIndexes = '' as const
  table([
    {
      when: 'writes an empty list of failed indexes from the start',
      given: { spec },
      then: ['create #0,#1', 'status active=2 failedIndexes='],
    },
    {
      when: 'keeps the finalizer of a failed Pod while its index waits',
      given: {
        spec,
        status: started({ active: 2, failedIndexes }),
        pods: { a: { index: 0, failures: 0, exit: 1, endedAgo: 4 }, b: { index: 1, failures: 0 } },
      },
      then: ['status failedIndexes='],
      requeueAfterMs: 6000,
    },
    {
      when: 'starts another index meanwhile',
      given: {
        spec,
        status: started({ failedIndexes, completedIndexes: '1', succeeded: 1 }),
        pods: { a: { index: 0, exit: 1, endedAgo: 4 } },
      },
      then: ['create #2', 'status active=1 succeeded=1 completedIndexes=1 failedIndexes='],
    },
    {
      when: 'waits longer the more Pods of the index failed, ignored ones included',
      given: {
        spec: indexed(1, { backoffLimitPerIndex: 9 }),
        status: started({ failedIndexes }),
        pods: { a: { index: 0, failures: 1, ignored: 1, exit: 1, endedAgo: 10 } },
      },
      then: [],
      requeueAfterMs: 30_000,
    },
    {
      when: 'creates the replacement first',
      given: { spec, status: started({ active: 1, failedIndexes }), pods: { a: { index: 0, failures: 0, exit: 1 }, b: { index: 1 } } },
      then: ['create #0', 'status active=2 failedIndexes='],
    },
    {
      when: 'counts the failed Pod once the replacement is there',
      given: {
        spec,
        status: started({ active: 2, failedIndexes }),
        pods: { a: { index: 0, failures: 0, exit: 1 }, c: { index: 0, failures: 1 }, b: { index: 1 } },
      },
      then: ['status active=2 failedIndexes= uncounted-failed=a', 'finalizers a', 'status active=2 failed=1 failedIndexes='],
    },
    {
      when: 'gives an index up after its last failure',
      given: {
        spec,
        status: started({ active: 2, failed: 2, failedIndexes }),
        pods: { c: { index: 0, failures: 2, exit: 1 }, b: { index: 1 } },
      },
      then: [
        'create #2',
        'status active=2 failed=2 failedIndexes=0 uncounted-failed=c',
        'finalizers c',
        'status active=2 failed=3 failedIndexes=0',
      ],
    },
    {
      when: 'fails when every index is decided and one has failed',
      given: {
        spec: indexed(2, { backoffLimitPerIndex: 0 }),
        status: started({ active: 1, failed: 1, failedIndexes: '1' }),
        pods: { a: { index: 0, exit: 0 } },
      },
      then: [
        'status succeeded=1 failed=1 completedIndexes=0 failedIndexes=1 FailureTarget(FailedIndexes)',
        'finalizers a',
        'status succeeded=1 failed=1 completedIndexes=0 failedIndexes=1 FailureTarget(FailedIndexes) Failed(FailedIndexes)',
        'event Warning FailedIndexes',
      ],
    },
    {
      when: 'fails at once beyond maxFailedIndexes',
      given: {
        spec: indexed(4, { backoffLimitPerIndex: 0, maxFailedIndexes: 1 }),
        status: started({ active: 3, failed: 1, failedIndexes: '2' }),
        pods: { a: { index: 0, exit: 1 }, b: { index: 1 }, d: { index: 3 } },
      },
      then: [
        'delete b,d',
        'status terminating=2 failed=1 failedIndexes=0,2 uncounted-failed=a,b,d FailureTarget(MaxFailedIndexesExceeded)',
        'finalizers a,b,d',
        'status terminating=2 failed=4 failedIndexes=0,2 FailureTarget(MaxFailedIndexesExceeded)',
      ],
    },
    {
      when: 'holds to backoffLimit beside the limit per index',
      given: {
        spec: indexed(2, { backoffLimitPerIndex: 5, backoffLimit: 1 }),
        status: started({ active: 2, failed: 1, failedIndexes }),
        pods: { b: { index: 1, failures: 0, exit: 1 } },
      },
      then: [
        'status failed=1 failedIndexes= uncounted-failed=b FailureTarget(BackoffLimitExceeded)',
        'finalizers b',
        'status failed=2 failedIndexes= FailureTarget(BackoffLimitExceeded) Failed(BackoffLimitExceeded)',
        'event Warning BackoffLimitExceeded',
      ],
    },
    {
      when: 'uses the global back-off with the gate off',
      given: {
        spec,
        gates: { JobBackoffLimitPerIndex: false },
        status: started({ active: 2 }),
        pods: { a: { index: 0, exit: 1, endedAgo: 4 }, b: { index: 1 } },
      },
      then: ['status uncounted-failed=a', 'finalizers a', 'status failed=1'],
      requeueAfterMs: 6000,
    },
  ])

  test('`plan()` writes the failures of the index on the replacement', () => {
    const policy = { rules: [exitRule('Ignore', 7)] }
    const annotations = (exit: number): unknown => {
      const pods = { a: { index: 0, failures: 1, exit } }
      const [create] = planFor({
        spec: indexed(1, { backoffLimitPerIndex: 3, podFailurePolicy: policy }),
        status: started({ failedIndexes }),
        pods,
      }).steps
      return create?.type === 'create-pods' ? create.pods[0]?.metadata.annotations : undefined
    }
    const index = { 'batch.kubernetes.io/job-completion-index': '0' }
    expect(annotations(1)).toEqual({ ...index, 'batch.kubernetes.io/job-index-failure-count': '2' })
    expect(annotations(7)).toEqual({
      ...index,
      'batch.kubernetes.io/job-index-failure-count': '1',
      'batch.kubernetes.io/job-index-ignored-failure-count': '1',
    })
  })
})

describe('success policy', () => {
  const spec = indexed(3, { successPolicy: { rules: [{ succeededIndexes: '1' }] } })
  const pods = { a: { index: 0, node: true }, b: { index: 1, exit: 0 }, c: { index: 2, node: true } }
  table([
    {
      when: 'stops the other Pods without counting them once a rule is met',
      given: { spec, status: started({ active: 3 }), pods },
      then: ['delete a,c', 'status terminating=2 succeeded=1 completedIndexes=1 SuccessCriteriaMet(SuccessPolicy)', 'finalizers a,b,c'],
    },
    {
      when: 'is not asked with its gate off',
      given: { spec, gates: { JobSuccessPolicy: false }, status: started({ active: 3 }), pods },
      then: ['status active=2 succeeded=1 completedIndexes=1', 'finalizers b'],
    },
    {
      when: 'names the policy as the reason even when all indexes succeeded',
      given: { spec, status: started({ active: 1, succeeded: 2, completedIndexes: '0,2' }), pods: { b: { index: 1, exit: 0 } } },
      then: [
        'status succeeded=3 completedIndexes=0-2 SuccessCriteriaMet(SuccessPolicy)',
        'finalizers b',
        'status succeeded=3 completedIndexes=0-2 SuccessCriteriaMet(SuccessPolicy) Complete(SuccessPolicy)',
        'event Normal Completed',
      ],
    },
    {
      when: 'loses against a failed index when the last index is decided',
      given: {
        spec: { ...spec, backoffLimitPerIndex: 0 },
        status: started({ active: 1, succeeded: 1, completedIndexes: '0', failed: 1, failedIndexes: '2' }),
        pods: { b: { index: 1, exit: 0 } },
      },
      then: [
        'status succeeded=2 failed=1 completedIndexes=0,1 failedIndexes=2 FailureTarget(FailedIndexes)',
        'finalizers b',
        'status succeeded=2 failed=1 completedIndexes=0,1 failedIndexes=2 FailureTarget(FailedIndexes) Failed(FailedIndexes)',
        'event Warning FailedIndexes',
      ],
    },
  ])
})
