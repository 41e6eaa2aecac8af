import { describe, expect, test } from '@jest/globals'
import { ago, conditionFixture, type JobFixture, started } from './testing/job-fixtures.ts'
import { exitRule, type Given, indexed, planFor, table } from './testing/plan-table.ts'

describe('pod failure policy', () => {
  const withRules = (rules: ReturnType<typeof exitRule>[], more: JobFixture['spec'] = {}) => ({
    completions: 3,
    parallelism: 2,
    podFailurePolicy: { rules },
    ...more,
  })
  table([
    {
      when: 'fails the Job by a FailJob rule and counts the Pods that it stops',
      given: {
        spec: withRules([exitRule('FailJob', 42)]),
        status: started({ active: 2 }),
        pods: { a: { exit: 42 }, b: { node: true, phase: 'Running' } },
      },
      then: [
        'delete b',
        'status terminating=1 uncounted-failed=a,b FailureTarget(PodFailurePolicy)',
        'finalizers a,b',
        'status terminating=1 failed=2 FailureTarget(PodFailurePolicy)',
      ],
    },
    {
      when: 'goes through FailureTarget on FailJob also when the end is not delayed',
      given: {
        spec: withRules([exitRule('FailJob', 42)]),
        gates: { JobPodReplacementPolicy: false },
        status: { startTime: ago(9), active: 1, ready: 0 },
        pods: { a: { exit: 42 } },
      },
      then: [
        'status uncounted-failed=a FailureTarget(PodFailurePolicy)',
        'finalizers a',
        'status failed=1 FailureTarget(PodFailurePolicy) Failed(PodFailurePolicy)',
        'event Warning PodFailurePolicy',
      ],
    },
    {
      when: 'does not count an ignored failure, yet backs off for it',
      given: {
        spec: withRules([exitRule('Ignore', 7)], { backoffLimit: 0 }),
        status: started({ active: 2 }),
        pods: { a: { exit: 7, endedAgo: 5 }, b: {} },
      },
      then: ['status ', 'finalizers a'],
      requeueAfterMs: 5000,
    },
    {
      when: 'replaces an ignored failure',
      given: {
        spec: withRules([exitRule('Ignore', 7)], { backoffLimit: 0 }),
        status: started({ active: 2 }),
        pods: { a: { exit: 7 }, b: {} },
      },
      then: ['create 1', 'finalizers a'],
    },
    {
      when: 'does not judge a deleted Pod before it has failed',
      given: {
        spec: withRules([exitRule('FailJob', 42)]),
        status: started({ active: 2 }),
        pods: { a: { phase: 'Running', deletedAgo: 5 }, b: {} },
      },
      then: ['status active=1 terminating=1'],
    },
    {
      when: 'gives an index up by a FailIndex rule though it has retries left',
      given: {
        spec: indexed(2, { backoffLimitPerIndex: 2, podFailurePolicy: { rules: [exitRule('FailIndex', 13)] } }),
        status: started({ active: 2, failedIndexes: '' }),
        pods: { a: { index: 0, exit: 13, failures: 0 }, b: { index: 1 } },
      },
      then: ['status active=1 failedIndexes=0 uncounted-failed=a', 'finalizers a', 'status active=1 failed=1 failedIndexes=0'],
    },
    {
      when: 'sticks to SuccessCriteriaMet although a later Pod hits a FailJob rule',
      given: {
        spec: withRules([exitRule('FailJob', 42)]),
        status: started({ succeeded: 3, terminating: 1, conditions: [conditionFixture('SuccessCriteriaMet', 'CompletionsReached', 'm')] }),
        pods: { a: { exit: 42 } },
      },
      then: [
        'status succeeded=3 uncounted-failed=a SuccessCriteriaMet(CompletionsReached)',
        'finalizers a',
        'status succeeded=3 failed=1 SuccessCriteriaMet(CompletionsReached) Complete(CompletionsReached)',
        'event Normal Completed',
      ],
    },
    {
      when: 'keeps the message of FailureTarget for Failed',
      given: {
        spec: withRules([exitRule('FailJob', 42)]),
        status: started({ failed: 1, conditions: [conditionFixture('FailureTarget', 'PodFailurePolicy', 'the first message')] }),
        pods: { late: { exit: 42 } },
      },
      then: [
        'status failed=1 uncounted-failed=late FailureTarget(PodFailurePolicy)',
        'finalizers late',
        'status failed=2 FailureTarget(PodFailurePolicy) Failed(PodFailurePolicy)',
        'event Warning PodFailurePolicy',
      ],
    },
  ])
})

describe('whose Pods', () => {
  table([
    {
      when: 'adopts an orphan that matches instead of creating a Pod',
      given: { spec: { completions: 1 }, pods: { stray: { owner: null, tracked: false } } },
      then: ['adopt stray', 'status active=1'],
    },
    {
      when: 'counts an adopted Pod that has ended',
      given: { spec: { completions: 2 }, status: started(), pods: { stray: { owner: null, tracked: false, exit: 0 } } },
      then: ['adopt stray', 'create 1', 'status active=1 uncounted-succeeded=stray', 'finalizers stray', 'status active=1 succeeded=1'],
    },
    {
      when: 'releases a Pod that no longer matches and replaces it',
      given: {
        spec: { completions: 1 },
        status: started({ active: 1, ready: 1 }),
        pods: { a: { labels: {}, ready: true, phase: 'Running' } },
      },
      then: ['release a', 'create 1', 'status active=1'],
    },
    {
      when: 'passes over Pods of another controller and deleted orphans',
      given: {
        spec: { completions: 1 },
        status: started({ active: 1 }),
        pods: { a: {}, b: { owner: 'other' }, c: { owner: null, deletedAgo: 1 } },
      },
      then: [],
    },
    {
      when: 'lets go of all Pods of a deleted Job and starts none',
      given: { spec: { completions: 3 }, deleted: true, status: started({ active: 1 }), pods: { a: {}, orphan: { owner: null } } },
      then: ['finalizers a'],
    },
    {
      when: 'counts what has ended when the Job is deleted',
      given: { spec: { completions: 3 }, deleted: true, status: started({ active: 1 }), pods: { a: { exit: 0 }, b: {} } },
      then: ['status active=1 uncounted-succeeded=a', 'finalizers a,b', 'status active=1 succeeded=1'],
    },
    {
      when: 'leaves a Job alone that another controller manages',
      given: { spec: { completions: 1, managedBy: 'example.com/other' }, gates: { JobManagedBy: true }, pods: { a: { exit: 0 } } },
      then: [],
    },
    {
      when: 'takes its own name in managedBy as none',
      given: { spec: { completions: 1, managedBy: 'kubernetes.io/job-controller' }, gates: { JobManagedBy: true } },
      then: ['create 1', 'status active=1'],
    },
    {
      when: 'does not look at managedBy with its gate off',
      given: { spec: { completions: 1, managedBy: 'example.com/other' } },
      then: ['create 1', 'status active=1'],
    },
    {
      when: 'only warns about an unknown completion mode',
      given: { spec: { completions: 1, completionMode: 'Odd' as 'Indexed' } },
      then: ['event Warning UnknownCompletionMode'],
    },
  ])
})

describe('the shape of a plan', () => {
  test('`plan()` gives the same plan for the same observation', () => {
    const given: Given = { spec: indexed(5), status: started({ active: 2 }), pods: { a: { index: 0, exit: 0 }, b: { index: 1 } } }
    expect(planFor(given)).toEqual(planFor(given))
  })

  test('`plan()` gives the same steps up to the failure when planned again with it', () => {
    const given: Given = {
      spec: { completions: 4, parallelism: 2, backoffLimit: 0 },
      status: started({ active: 2 }),
      pods: { a: { exit: 1 }, b: {} },
    }
    const before = planFor(given).steps
    const after = planFor({ ...given, failures: { notDeleted: new Set(['b']) } }).steps
    expect(after[0]).toEqual(before[0])
    expect(after[1]).not.toEqual(before[1])
  })

  test('`plan()` creates Pods in batches that double', () => {
    const [create] = planFor({ spec: { completions: 12, parallelism: 12 } }).steps
    expect(create).toMatchObject({ type: 'create-pods', batches: [1, 2, 4, 5] })
  })

  test('`plan()` writes Complete with the time of completion and all times in whole seconds', () => {
    const planned = planFor({ spec: { completions: 1 }, status: started({ active: 1 }), pods: { a: { exit: 0 } } })
    const last = planned.steps.findLast((step) => step.type === 'write-status')
    const met = {
      status: 'True',
      reason: 'CompletionsReached',
      message: 'Reached expected number of succeeded pods',
      lastProbeTime: ago(0),
      lastTransitionTime: ago(0),
    }
    expect(last?.type === 'write-status' ? last.status : undefined).toEqual({
      startTime: ago(600),
      completionTime: ago(0),
      succeeded: 1,
      ready: 0,
      terminating: 0,
      uncountedTerminatedPods: {},
      conditions: [
        { type: 'SuccessCriteriaMet', ...met },
        { type: 'Complete', ...met },
      ],
    })
  })

  test('`plan()` takes time in proportion to the Pods, not to their square', () => {
    const count = 8000
    const pods = Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`p${index}`, { index, ...(index % 2 ? { exit: 0 } : {}) }]),
    )
    const given = { spec: indexed(count), status: started({ active: count }), pods }
    const planned = planFor(given)
    expect(planned.steps[0]).toMatchObject({ type: 'write-status', status: { active: count / 2, succeeded: count / 2 } })
  })
})
