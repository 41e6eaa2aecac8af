import { describe, expect, test } from '@jest/globals'
import { NOTHING_CARRIED } from './job-plan.ts'
import { ago, conditionFixture, NOW_MS, started } from './testing/job-fixtures.ts'
import { planFor, table } from './testing/plan-table.ts'

describe('the end of a Job', () => {
  const failed = 'FailureTarget(BackoffLimitExceeded)'
  const success = 'SuccessCriteriaMet(CompletionsReached)'
  table([
    {
      when: 'completes with the last success',
      given: { spec: { completions: 1 }, status: started({ active: 1 }), pods: { a: { exit: 0 } } },
      then: [
        `status uncounted-succeeded=a ${success}`,
        'finalizers a',
        `status succeeded=1 ${success} Complete(CompletionsReached)`,
        'event Normal Completed',
      ],
    },
    {
      when: 'completes a Job with completions 0 at once',
      given: { spec: { completions: 0 } },
      then: [`status ${success}`, `status ${success} Complete(CompletionsReached)`, 'event Normal Completed'],
    },
    {
      when: 'completes without a station on the way when both gates that delay the end are off',
      given: {
        spec: { completions: 1 },
        gates: { JobPodReplacementPolicy: false },
        status: { startTime: ago(9), active: 1 },
        pods: { a: { exit: 0 } },
      },
      then: ['status uncounted-succeeded=a', 'finalizers a', 'status succeeded=1 Complete(CompletionsReached)', 'event Normal Completed'],
    },
    {
      when: 'completes a work queue when the last Pod ends after a success',
      given: { spec: { parallelism: 2 }, status: started({ active: 1, succeeded: 1 }), pods: { b: { exit: 1 } } },
      then: [
        `status succeeded=1 uncounted-failed=b ${success}`,
        'finalizers b',
        `status succeeded=1 failed=1 ${success} Complete(CompletionsReached)`,
        'event Normal Completed',
      ],
    },
    {
      when: 'warns of more successes than completions',
      given: {
        spec: { completions: 1 },
        status: started({ active: 1, succeeded: 1, uncountedTerminatedPods: { succeeded: ['gone'] } }),
      },
      then: [
        `status succeeded=2 ${success}`,
        `status succeeded=2 ${success} Complete(CompletionsReached)`,
        'event Warning TooManySucceededPods',
        'event Normal Completed',
      ],
    },
    {
      when: 'waits with Complete for a terminating Pod',
      given: {
        spec: { completions: 1 },
        status: started({ active: 1 }),
        pods: { a: { exit: 0 }, b: { phase: 'Running', deletedAgo: 5, tracked: false } },
      },
      then: [`status terminating=1 uncounted-succeeded=a ${success}`, 'finalizers a', `status terminating=1 succeeded=1 ${success}`],
    },
    {
      when: 'completes in a later run once nothing terminates',
      given: {
        spec: { completions: 1 },
        status: started({ terminating: 1, succeeded: 1, conditions: [conditionFixture('SuccessCriteriaMet', 'CompletionsReached', 'm')] }),
      },
      then: [`status succeeded=1 ${success}`, `status succeeded=1 ${success} Complete(CompletionsReached)`, 'event Normal Completed'],
    },
    {
      when: 'fails past backoffLimit, deletes the rest with their finalizers and counts them as failed',
      given: {
        spec: { completions: 4, parallelism: 2, backoffLimit: 1 },
        status: started({ active: 2, failed: 1 }),
        pods: { a: { exit: 1 }, b: {} },
      },
      then: [
        'delete b',
        `status terminating=1 failed=1 uncounted-failed=a,b ${failed}`,
        'finalizers a,b',
        `status terminating=1 failed=3 ${failed}`,
      ],
    },
    {
      when: 'fails in a later run once nothing terminates',
      given: {
        spec: { completions: 4, backoffLimit: 1 },
        status: started({ terminating: 1, failed: 3, conditions: [conditionFixture('FailureTarget', 'BackoffLimitExceeded', 'm')] }),
      },
      then: [`status failed=3 ${failed}`, `status failed=3 ${failed} Failed(BackoffLimitExceeded)`, 'event Warning BackoffLimitExceeded'],
    },
    {
      when: 'fails at the first failure with backoffLimit 0',
      given: { spec: { completions: 1, backoffLimit: 0 }, status: started({ active: 1 }), pods: { a: { exit: 1 } } },
      then: [
        `status uncounted-failed=a ${failed}`,
        'finalizers a',
        `status failed=1 ${failed} Failed(BackoffLimitExceeded)`,
        'event Warning BackoffLimitExceeded',
      ],
    },
    {
      when: 'does not end while a Pod could not be deleted',
      given: {
        spec: { completions: 4, parallelism: 2, backoffLimit: 0 },
        status: started({ active: 2 }),
        pods: { a: { exit: 1 }, b: {} },
        failures: { notDeleted: new Set(['b']) },
      },
      then: ['delete b', 'status active=1 uncounted-failed=a', 'finalizers a', 'status active=1 failed=1'],
    },
    {
      when: 'does not end while Pods on their way have not been seen',
      given: { spec: { completions: 1, backoffLimit: 0 }, status: started({ active: 1 }), pods: { a: { exit: 1 } }, upToDate: false },
      then: ['status uncounted-failed=a', 'finalizers a', 'status failed=1'],
    },
    {
      when: 'fails when restarts reach backoffLimit under OnFailure',
      given: {
        spec: { completions: 2, parallelism: 2, backoffLimit: 3 },
        podSpec: { restartPolicy: 'OnFailure' },
        status: started({ active: 2 }),
        pods: { a: { phase: 'Running', restarts: 2 }, b: { phase: 'Running', restarts: 1 } },
      },
      then: [
        'delete a,b',
        `status terminating=2 uncounted-failed=a,b ${failed}`,
        'finalizers a,b',
        `status terminating=2 failed=2 ${failed}`,
      ],
    },
    {
      when: 'goes on below that many restarts',
      given: {
        spec: { completions: 2, parallelism: 1, backoffLimit: 3 },
        podSpec: { restartPolicy: 'OnFailure' },
        status: started({ active: 1 }),
        pods: { a: { phase: 'Running', restarts: 2 }, counted: { exit: 1, restarts: 9, tracked: false } },
      },
      then: [],
    },
    {
      when: 'takes any restart as too many with backoffLimit 0',
      given: {
        spec: { completions: 1, backoffLimit: 0 },
        podSpec: { restartPolicy: 'OnFailure' },
        status: started({ active: 1 }),
        pods: { a: { phase: 'Running', restarts: 1 } },
      },
      then: ['delete a', `status terminating=1 uncounted-failed=a ${failed}`, 'finalizers a', `status terminating=1 failed=1 ${failed}`],
    },
    {
      when: 'looks again when the deadline ends',
      given: { spec: { completions: 1, activeDeadlineSeconds: 700 }, status: started({ active: 1 }), pods: { a: {} } },
      then: [],
      requeueAfterMs: 100_000,
    },
    {
      when: 'looks again at the deadline when that comes before the end of a back-off',
      given: {
        spec: { completions: 1, activeDeadlineSeconds: 602 },
        status: started({ failed: 1 }),
        backoff: { failuresAfterLastSuccess: 1, lastFailureMs: NOW_MS },
      },
      then: [],
      requeueAfterMs: 2000,
    },
    {
      when: 'fails when the deadline has passed',
      given: { spec: { completions: 1, activeDeadlineSeconds: 600 }, status: started({ active: 1 }), pods: { a: {} } },
      then: [
        'delete a',
        'status terminating=1 uncounted-failed=a FailureTarget(DeadlineExceeded)',
        'finalizers a',
        'status terminating=1 failed=1 FailureTarget(DeadlineExceeded)',
      ],
    },
    {
      when: 'fails by the limit rather than the deadline when both are passed',
      given: { spec: { completions: 1, activeDeadlineSeconds: 1, backoffLimit: 0 }, status: started({ failed: 1 }) },
      then: [`status failed=1 ${failed}`, `status failed=1 ${failed} Failed(BackoffLimitExceeded)`, 'event Warning BackoffLimitExceeded'],
    },
    {
      when: 'leaves a finished Job alone',
      given: {
        spec: { completions: 1 },
        status: started({ succeeded: 1, conditions: [conditionFixture('Complete', 'r', 'm')] }),
        pods: { a: { exit: 0, tracked: false } },
      },
      then: [],
    },
    {
      when: 'lets Pods of a finished Job go without counting them',
      given: {
        status: started({ conditions: [conditionFixture('Failed', 'r', 'm')] }),
        pods: { a: {}, b: { tracked: false }, c: { owner: null }, d: { owner: 'other' } },
      },
      then: ['finalizers a'],
    },
  ])

  test('`plan()` forgets the back-off of a Job that has ended', () => {
    const planned = planFor({
      status: started({ conditions: [conditionFixture('Failed', 'r', 'm')] }),
      backoff: { failuresAfterLastSuccess: 3, lastFailureMs: 5 },
    })
    expect(planned.carried).toBe(NOTHING_CARRIED)
  })
})

describe('suspension', () => {
  const resumed = 'Suspended=False(JobResumed)'
  table([
    {
      when: 'notes that a Job is suspended from the start, without a start time',
      given: { spec: { suspend: true, completions: 2 } },
      then: ['event Normal Suspended', 'status Suspended(JobSuspended)'],
    },
    {
      when: 'removes active Pods without counting them',
      given: {
        spec: { suspend: true, completions: 4, parallelism: 2 },
        status: started({ active: 2, ready: 1, succeeded: 1 }),
        pods: { a: { ready: true, phase: 'Running' }, b: {} },
      },
      then: ['delete b,a untracked', 'event Normal Suspended', 'status terminating=2 succeeded=1 Suspended(JobSuspended)'],
    },
    {
      when: 'starts Pods again when resumed',
      given: {
        spec: { completions: 1 },
        status: started({ conditions: [conditionFixture('Suspended', 'JobSuspended', 'Job suspended')] }),
      },
      then: ['create 1', 'event Normal Resumed', `status active=1 ${resumed}`],
    },
    {
      when: 'does not hold the deadline of a suspended Job against it',
      given: {
        spec: { suspend: true, completions: 1, activeDeadlineSeconds: 1 },
        status: started({ conditions: [conditionFixture('Suspended', 'JobSuspended', 'Job suspended')] }),
      },
      then: [],
    },
    {
      when: 'fails a resumed Job by its old start time',
      given: {
        spec: { completions: 1, activeDeadlineSeconds: 60 },
        status: started({ conditions: [conditionFixture('Suspended', 'JobSuspended', 'Job suspended')] }),
      },
      then: [
        'status Suspended(JobSuspended) FailureTarget(DeadlineExceeded)',
        'status Suspended(JobSuspended) FailureTarget(DeadlineExceeded) Failed(DeadlineExceeded)',
        'event Warning DeadlineExceeded',
      ],
    },
    {
      when: 'completes a suspended Job that has its successes rather than noting the suspension',
      given: { spec: { suspend: true, completions: 1 }, status: started({ succeeded: 1 }) },
      then: [
        'status succeeded=1 SuccessCriteriaMet(CompletionsReached)',
        'status succeeded=1 SuccessCriteriaMet(CompletionsReached) Complete(CompletionsReached)',
        'event Normal Completed',
      ],
    },
    {
      when: 'does not touch the condition while Pods on their way have not been seen',
      given: { spec: { suspend: true, completions: 1 }, status: started({}), upToDate: false },
      then: [],
    },
  ])

  test('`plan()` begins the active time anew when resumed, and not when only unsuspended for the first time', () => {
    const suspended = [conditionFixture('Suspended', 'JobSuspended', 'Job suspended')]
    const resume = planFor({ spec: { completions: 1 }, status: started({ conditions: suspended }) })
    expect(resume.steps.at(-1)).toMatchObject({ status: { startTime: ago(0) } })
    const goOn = planFor({ spec: { completions: 1 }, status: started({}) })
    expect(goOn.steps.at(-1)).toMatchObject({ status: { startTime: ago(600) } })
  })
})
