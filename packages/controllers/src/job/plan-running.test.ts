import { describe, expect, test } from '@jest/globals'
import { ago, NOW_MS, started } from './testing/job-fixtures.ts'
import { planFor, table } from './testing/plan-table.ts'

describe('how many Pods run', () => {
  table([
    { when: 'starts a new Job', given: { spec: { completions: 1 } }, then: ['create 1', 'status active=1'] },
    {
      when: 'starts only as many Pods as completions',
      given: { spec: { parallelism: 9, completions: 2 } },
      then: ['create 2', 'status active=2'],
    },
    { when: 'starts parallelism Pods of a work queue', given: { spec: { parallelism: 3 } }, then: ['create 3', 'status active=3'] },
    { when: 'writes the start alone with parallelism 0', given: { spec: { parallelism: 0, completions: 1 } }, then: ['status '] },
    {
      when: 'does nothing when all is in order',
      given: { spec: { completions: 1 }, status: started({ active: 1 }), pods: { a: {} } },
      then: [],
    },
    {
      when: 'creates at most 500 Pods in one run',
      given: { spec: { completions: 2000, parallelism: 2000 } },
      then: ['create 500', 'status active=500'],
    },
    {
      when: 'fills up what is missing',
      given: { spec: { completions: 5, parallelism: 3 }, status: started({ active: 1 }), pods: { a: {} } },
      then: ['create 2', 'status active=3'],
    },
    {
      when: 'removes the Pods least far along when parallelism shrinks',
      given: {
        spec: { completions: 5, parallelism: 1 },
        status: started({ active: 3, ready: 1 }),
        pods: { running: { phase: 'Running', node: true, ready: true }, waiting: {}, placed: { node: true } },
      },
      then: ['delete waiting,placed untracked', 'status active=1 ready=1 terminating=2'],
    },
    {
      when: 'removes Pods beyond the completions that are left',
      given: {
        spec: { completions: 2, parallelism: 2 },
        status: started({ active: 2, succeeded: 1 }),
        pods: { a: { createdAgo: 10 }, b: {} },
      },
      then: ['delete a untracked', 'status active=1 terminating=1 succeeded=1'],
    },
    {
      when: 'starts no more Pods of a work queue after a success and stops none',
      given: { spec: { parallelism: 1 }, status: started({ active: 2, succeeded: 1 }), pods: { a: {}, b: {} } },
      then: [],
    },
    {
      when: 'waits for Pods created before to be seen',
      given: { spec: { completions: 1 }, status: started({ active: 1 }), upToDate: false },
      then: ['status '],
    },
    {
      when: 'counts a Pod that runs without its finalizer as active',
      given: { spec: { completions: 1 }, status: started({ active: 1 }), pods: { a: { tracked: false } } },
      then: [],
    },
    {
      when: 'replaces a failed Pod without finalizer at once and does not count it',
      given: {
        spec: { completions: 1, backoffLimit: 0 },
        status: started({ active: 1 }),
        pods: { a: { tracked: false, exit: 1, endedAgo: 0 } },
      },
      then: ['create 1'],
    },
    {
      when: 'counts ready Pods',
      given: {
        spec: { completions: 2, parallelism: 2 },
        status: started({ active: 2 }),
        pods: { a: { phase: 'Running', ready: true }, b: {} },
      },
      then: ['status active=2 ready=1'],
    },
    {
      when: 'shows the Pods that were refused as not active',
      given: { spec: { completions: 3, parallelism: 3 }, failures: { notCreated: 2 } },
      then: ['create 3', 'status active=1'],
    },
    {
      when: 'shows the Pods that could not be removed as active',
      given: {
        spec: { completions: 2, parallelism: 0 },
        status: started({ active: 2 }),
        pods: { a: {}, b: {} },
        failures: { notDeleted: new Set(['b']) },
      },
      then: ['delete a,b untracked', 'status active=1 terminating=1'],
    },
  ])
})

describe('back-off', () => {
  const spec = { completions: 5, parallelism: 2 }
  table([
    {
      when: 'waits 10 s after a failure and shows nothing active meanwhile',
      given: { spec, status: started({ active: 2 }), pods: { a: { exit: 1, endedAgo: 3 }, b: {} } },
      then: ['status uncounted-failed=a', 'finalizers a', 'status failed=1'],
      requeueAfterMs: 7000,
    },
    {
      when: 'waits twice as long after a second failure',
      given: {
        spec,
        status: started({ failed: 1 }),
        pods: { a: { exit: 1, endedAgo: 15 } },
        backoff: { failuresAfterLastSuccess: 1, lastFailureMs: NOW_MS - 40_000 },
      },
      then: ['status failed=1 uncounted-failed=a', 'finalizers a', 'status failed=2'],
      requeueAfterMs: 5000,
    },
    {
      when: 'goes on waiting in later runs',
      given: { spec, status: started({ failed: 1 }), backoff: { failuresAfterLastSuccess: 1, lastFailureMs: NOW_MS - 4000 } },
      then: [],
      requeueAfterMs: 6000,
    },
    {
      when: 'waits at least a second',
      given: { spec, status: started({ failed: 1 }), backoff: { failuresAfterLastSuccess: 1, lastFailureMs: NOW_MS - 9_900 } },
      then: [],
      requeueAfterMs: 1000,
    },
    {
      when: 'replaces at once a Pod that failed long ago',
      given: { spec, status: started({ active: 2 }), pods: { a: { exit: 1, endedAgo: 11 }, b: {} } },
      then: ['create 1', 'status active=2 uncounted-failed=a', 'finalizers a', 'status active=2 failed=1'],
    },
    {
      when: 'forgets the failures when a Pod succeeds after them',
      given: {
        spec,
        status: started({ failed: 1 }),
        pods: { b: { exit: 0, endedAgo: 1 } },
        backoff: { failuresAfterLastSuccess: 1, lastFailureMs: NOW_MS - 2000 },
      },
      then: ['create 2', 'status active=2 failed=1 uncounted-succeeded=b', 'finalizers b', 'status active=2 succeeded=1 failed=1'],
    },
  ])

  test('`plan()` carries the failures of this run on when it writes them to the status', () => {
    const pods = { a: { exit: 1, endedAgo: 3 }, b: { exit: 1, endedAgo: 5 } }
    const planned = planFor({ spec, status: started({ active: 2 }), pods, backoff: { failuresAfterLastSuccess: 1, lastFailureMs: 0 } })
    expect(planned.carried.backoff).toEqual({ failuresAfterLastSuccess: 3, lastFailureMs: NOW_MS - 3000 })
    expect(planned.steps[0]).toMatchObject({ type: 'write-status', backoff: planned.carried.backoff })
  })
})

describe('counting', () => {
  const spec = { completions: 3, parallelism: 2 }
  table([
    {
      when: 'notes a success, lets the Pod go, counts it and starts the next',
      given: { spec, status: started({ active: 2 }), pods: { a: { exit: 0 }, b: {} } },
      then: ['create 1', 'status active=2 uncounted-succeeded=a', 'finalizers a', 'status active=2 succeeded=1'],
    },
    {
      when: 'goes on where an earlier run stopped before the finalizer was removed',
      given: { spec, status: started({ active: 1, uncountedTerminatedPods: { succeeded: ['a'] } }), pods: { a: { exit: 0 }, b: {} } },
      then: ['create 1', 'status active=2 uncounted-succeeded=a', 'finalizers a', 'status active=2 succeeded=1'],
    },
    {
      when: 'goes on where an earlier run stopped before counting, though the Pod is gone',
      given: { spec, status: started({ active: 2, uncountedTerminatedPods: { succeeded: ['a'], failed: ['x'] } }), pods: { b: {}, c: {} } },
      then: ['status active=2 succeeded=1 failed=1'],
    },
    {
      when: 'does not count a Pod again whose finalizer is known to be off',
      given: { spec, status: started({ active: 2, succeeded: 1 }), pods: { a: { exit: 0 }, b: {}, c: {} }, awaited: ['a'] },
      then: [],
    },
    {
      when: 'leaves Pods uncounted whose finalizer could not be removed',
      given: {
        spec,
        status: started({ active: 2 }),
        pods: { a: { exit: 0 }, b: { exit: 0 }, c: {} },
        failures: { notReleased: new Set(['b']) },
      },
      then: ['status active=1 uncounted-succeeded=a,b', 'finalizers a,b', 'status active=1 succeeded=1 uncounted-succeeded=b'],
    },
    {
      when: 'counts a deleted Pod as failed while it terminates, and replaces it',
      given: { spec: { completions: 1 }, status: started({ active: 1 }), pods: { a: { phase: 'Running', node: true, deletedAgo: 20 } } },
      then: ['create 1', 'status active=1 terminating=1 uncounted-failed=a', 'finalizers a', 'status active=1 terminating=1 failed=1'],
    },
    {
      when: 'counts a deleted Pod that succeeded as a success',
      given: { spec: { completions: 2 }, status: started({ active: 1 }), pods: { a: { exit: 0, deletedAgo: 20 } } },
      then: ['create 1', 'status active=1 uncounted-succeeded=a', 'finalizers a', 'status active=1 succeeded=1'],
    },
    {
      when: 'waits for a deleted Pod to end when only failed Pods are replaced',
      given: {
        spec: { completions: 1, podReplacementPolicy: 'Failed' },
        status: started({ active: 1 }),
        pods: { a: { phase: 'Running', node: true, deletedAgo: 2 } },
      },
      then: ['status terminating=1'],
    },
    {
      when: 'ignores podReplacementPolicy with its gate off',
      given: {
        spec: { completions: 1, podReplacementPolicy: 'Failed' },
        gates: { JobPodReplacementPolicy: false },
        status: { startTime: ago(600), active: 1, ready: 0 },
        pods: { a: { phase: 'Running', node: true, deletedAgo: 20 } },
      },
      then: ['create 1', 'status active=1 uncounted-failed=a', 'finalizers a', 'status active=1 failed=1'],
    },
  ])

  test('`plan()` notes at most 500 Pods in one run and does not end the Job while more are left', () => {
    const pods = Object.fromEntries(Array.from({ length: 700 }, (_, i) => [`p${i}`, { exit: 0 }]))
    const planned = planFor({ spec: { completions: 700, parallelism: 700 }, status: started({ active: 700 }), pods })
    const [first, release, second, ...more] = planned.steps
    expect(first).toMatchObject({ type: 'write-status', status: { uncountedTerminatedPods: { succeeded: { length: 500 } } } })
    expect(release).toMatchObject({ type: 'remove-finalizers', pods: { length: 500 } })
    expect(second).toMatchObject({ type: 'write-status', status: { succeeded: 500, uncountedTerminatedPods: {} } })
    expect(second).not.toHaveProperty('status.completionTime')
    expect(more).toEqual([])
  })
})
