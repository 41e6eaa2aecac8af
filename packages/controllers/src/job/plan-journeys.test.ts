import { describe, expect, test } from '@jest/globals'
import type { PodStatus } from '@kubetape/api/types/core/v1'
import { jobFixture, podFixture, statusInWords } from './testing/job-fixtures.ts'
import { JobWorld } from './testing/job-world.ts'

// The statuses, names and events are those that v1.31 shows for the same Jobs.
const RUNNING: PodStatus = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }
const SUCCEEDED: PodStatus = { phase: 'Succeeded' }
const statuses = (world: JobWorld): string[] => world.statuses.map(statusInWords)

function worldOf(...[fixture]: Parameters<typeof jobFixture>): JobWorld {
  return new JobWorld(jobFixture(fixture)).settle()
}

describe('a Job over several runs', () => {
  test('`plan()` takes a success through uncounted and SuccessCriteriaMet to Complete', () => {
    const world = worldOf({ spec: { completions: 1 } })
      .kubelet(0, SUCCEEDED)
      .settle()
    expect(statuses(world)).toEqual([
      'active=1',
      'uncounted-succeeded=uid-1 SuccessCriteriaMet(CompletionsReached)',
      'succeeded=1 SuccessCriteriaMet(CompletionsReached) Complete(CompletionsReached)',
    ])
    expect(world.events).toEqual(['Created pod: demo-1', 'Job completed'])
  })

  test('`plan()` replaces a failed Pod ten seconds after the failure', () => {
    const world = worldOf({ spec: { completions: 1 } })
    world.kubelet(0, world.exited(1)).settle()
    expect(statusInWords(world.status)).toBe('failed=1')
    expect(world.requeueAfterMs).toBe(10_000)
    world.pass(9).settle()
    expect(world.pods).toHaveLength(1)
    world.pass(1).settle()
    expect(statusInWords(world.status)).toBe('active=1 failed=1')
  })

  test('`plan()` ends the wait for a failure when another Pod succeeds later', () => {
    const world = worldOf({ spec: { completions: 5, parallelism: 2 } })
    world.kubelet(0, world.exited(1)).settle()
    expect(statusInWords(world.status)).toBe('failed=1')
    world.pass(2)
    world.kubelet(0, world.exited(0)).settle()
    expect(statusInWords(world.status)).toBe('active=2 succeeded=1 failed=1')
  })

  test('`plan()` doubles the wait up to ten minutes', () => {
    const world = worldOf({ spec: { completions: 1, backoffLimit: 20 } })
    const waits: number[] = []
    for (let i = 0; i < 8; i++) {
      world.kubelet(0, world.exited(1)).settle()
      waits.push((world.requeueAfterMs ?? 0) / 1000)
      world.pass(waits[i]!).settle()
    }
    expect(waits).toEqual([10, 20, 40, 80, 160, 320, 600, 600])
  })

  test('`plan()` fails a Job past its limit with the Pods it stopped counted', () => {
    const world = worldOf({ spec: { completions: 4, parallelism: 2, backoffLimit: 1 } })
    world.kubelet(() => true, RUNNING).settle()
    world.kubelet(0, world.exited(1)).settle().pass(10).settle()
    expect(statusInWords(world.status)).toBe('active=2 ready=1 failed=1')
    world.kubelet(1, world.exited(1)).settle()
    expect(statusInWords(world.status)).toBe('failed=3 FailureTarget(BackoffLimitExceeded) Failed(BackoffLimitExceeded)')
    expect(world.pods.map(({ metadata }) => metadata.name)).toEqual(['demo-1', 'demo-3'])
    expect(world.events.slice(-2)).toEqual(['Deleted pod: demo-2', 'Job has reached the specified backoff limit'])
  })

  test('`plan()` shows FailureTarget at once and Failed when the last Pod is gone', () => {
    const rules = [{ action: 'FailJob' as const, onExitCodes: { operator: 'In' as const, values: [42] } }]
    const world = worldOf({ spec: { completions: 3, parallelism: 3, podFailurePolicy: { rules } }, podSpec: { nodeName: 'worker' } })
    world.kubelet(() => true, RUNNING).settle()
    world.kubelet(0, world.exited(42)).settle()
    expect(statusInWords(world.status)).toBe('terminating=2 failed=3 FailureTarget(PodFailurePolicy)')
    const message = 'Container main for pod ns/demo-1 failed with exit code 42 matching FailJob rule at index 0'
    expect(world.status.conditions?.[0]?.message).toBe(message)
    world.reap({ phase: 'Failed' })
    world.settle()
    expect(statusInWords(world.status)).toBe('failed=3 FailureTarget(PodFailurePolicy) Failed(PodFailurePolicy)')
    expect(world.status.conditions?.[1]?.message).toBe(message)
    expect(world.events.at(-1)).toBe(message)
  })

  test('`plan()` replaces a deleted Pod while it terminates and ignores how it ends', () => {
    const world = worldOf({ spec: { completions: 1 }, podSpec: { nodeName: 'worker' } })
    const notReady = { type: 'Ready', status: 'False', lastTransitionTime: '2024-01-01T00:00:00Z' }
    world.kubelet(0, { phase: 'Running', conditions: [notReady] }).settle()
    world.deletePod(world.pods[0]!)
    world.settle()
    expect(statusInWords(world.status)).toBe('active=1 terminating=1 failed=1')
    world.reap(SUCCEEDED)
    world.settle()
    expect(statusInWords(world.status)).toBe('active=1 failed=1')
  })

  test('`plan()` waits for a Pod held by a finalizer that is not its own only until the Pod has ended', () => {
    const world = worldOf({ spec: { parallelism: 1, backoffLimit: 0 }, podSpec: { nodeName: 'worker' } })
    const [pod] = world.pods
    pod!.metadata.finalizers = [...pod!.metadata.finalizers!, 'example.com/hold']
    world.deletePod(pod!)
    world.settle()
    expect(statusInWords(world.status)).toBe('terminating=1 failed=1 FailureTarget(BackoffLimitExceeded)')
    world.reap({ phase: 'Failed' })
    world.settle()
    expect(statusInWords(world.status)).toBe('failed=1 FailureTarget(BackoffLimitExceeded) Failed(BackoffLimitExceeded)')
    expect(world.pods[0]?.metadata.finalizers).toEqual(['example.com/hold'])
  })

  test('`plan()` suspends without counting and resumes with a new start', () => {
    const world = worldOf({ spec: { completions: 4, parallelism: 2 } })
    world.kubelet(0, SUCCEEDED).settle()
    const first = world.status.startTime
    world.pass(60).patch({ suspend: true }).settle()
    expect(statusInWords(world.status)).toBe('succeeded=1 Suspended(JobSuspended)')
    expect(world.status.startTime).toBe(first)
    expect(world.pods).toHaveLength(1)
    world.patch({ suspend: false }).settle()
    expect(statusInWords(world.status)).toBe('active=2 succeeded=1 Suspended=False(JobResumed)')
    expect(world.status.startTime! > first!).toBe(true)
    expect(world.events.filter((text) => text.startsWith('Job '))).toEqual(['Job suspended', 'Job resumed'])
  })

  test('`plan()` keeps a failed Pod of an index uncounted until its replacement is there', () => {
    const spec = { completionMode: 'Indexed' as const, completions: 3, parallelism: 2, backoffLimitPerIndex: 2 }
    const world = worldOf({ spec })
    world.kubelet(0, world.exited(1)).settle()
    expect(statusInWords(world.status)).toBe('failedIndexes=')
    world.kubelet(0, SUCCEEDED).settle()
    expect(world.pods.map(({ metadata }) => metadata.name)).toEqual(['demo-0-1', 'demo-1-2', 'demo-2-3'])
    expect(statusInWords(world.status)).toBe('succeeded=1 completedIndexes=1 failedIndexes=')
    world.pass(10).settle()
    expect(statusInWords(world.status)).toBe('active=2 succeeded=1 failed=1 completedIndexes=1 failedIndexes=')
    expect(world.pods.at(-1)?.metadata).toMatchObject({
      name: 'demo-0-4',
      annotations: { 'batch.kubernetes.io/job-index-failure-count': '1' },
    })
    expect(world.pods[0]?.metadata.finalizers).toEqual([])
  })

  test('`plan()` writes failed indexes as intervals', () => {
    const spec = { completionMode: 'Indexed' as const, completions: 7, parallelism: 7, backoffLimitPerIndex: 0 }
    const world = worldOf({ spec })
    const fail = (...indexes: number[]): string | undefined => {
      world
        .kubelet(
          ({ metadata }) => indexes.includes(Number(metadata.annotations?.['batch.kubernetes.io/job-completion-index'])),
          world.exited(1),
        )
        .settle()
      return world.status.failedIndexes
    }
    expect([fail(5), fail(0, 4), fail(3)]).toEqual(['5', '0,4,5', '0,3-5'])
  })

  test('`plan()` waits with Complete for the Pods that a success policy made superfluous', () => {
    const successPolicy = { rules: [{ succeededIndexes: '1' }] }
    const spec = { completionMode: 'Indexed' as const, completions: 3, parallelism: 3, successPolicy }
    const world = worldOf({ spec, podSpec: { nodeName: 'worker' } })
    world.kubelet(1, SUCCEEDED).settle()
    expect(statusInWords(world.status)).toBe('terminating=2 succeeded=1 completedIndexes=1 SuccessCriteriaMet(SuccessPolicy)')
    expect(world.status.completionTime).toBeUndefined()
    world.reap(SUCCEEDED)
    world.settle()
    expect(statusInWords(world.status)).toBe('succeeded=1 completedIndexes=1 SuccessCriteriaMet(SuccessPolicy) Complete(SuccessPolicy)')
    expect(world.status.conditions?.[1]?.message).toBe('Matched rules at index 0')
  })

  test('`plan()` releases a Pod, replaces it, and removes the one less far along when it comes back', () => {
    const world = worldOf({ spec: { completions: 1 } })
    world.kubelet(0, RUNNING).settle()
    const relabel = (uid: string): void => {
      world.pods = world.pods.map((pod, at) =>
        at > 0 ? pod : { ...pod, metadata: { ...pod.metadata, labels: { 'batch.kubernetes.io/controller-uid': uid } } },
      )
      world.settle()
    }
    relabel('other')
    expect(world.pods.map(({ metadata }) => metadata.ownerReferences?.length)).toEqual([0, 1])
    relabel('job-uid')
    expect(world.pods.map(({ metadata }) => metadata.name)).toEqual(['demo-1'])
    expect(statusInWords(world.status)).toBe('active=1 ready=1')
  })

  test('`plan()` adopts an orphan and completes by it', () => {
    const world = new JobWorld(jobFixture({ spec: { completions: 1 } }))
    world.pods = [podFixture('stray', { owner: null, tracked: false })]
    world.settle()
    expect(world.pods[0]?.metadata).toMatchObject({
      ownerReferences: [{ uid: 'job-uid' }],
      finalizers: ['batch.kubernetes.io/job-tracking'],
    })
    world.kubelet(0, SUCCEEDED).settle()
    expect(statusInWords(world.status)).toBe('succeeded=1 SuccessCriteriaMet(CompletionsReached) Complete(CompletionsReached)')
    expect(world.events).toEqual(['Job completed'])
  })

  test('`plan()` drains a work queue after its first success', () => {
    const world = worldOf({ spec: { parallelism: 3 } })
    world.kubelet(0, SUCCEEDED).settle()
    expect(statusInWords(world.status)).toBe('active=2 succeeded=1')
    world.kubelet(0, world.exited(1)).settle()
    expect(statusInWords(world.status)).toBe('active=1 succeeded=1 failed=1')
    world.kubelet(0, SUCCEEDED).settle()
    expect(statusInWords(world.status)).toBe('succeeded=2 failed=1 SuccessCriteriaMet(CompletionsReached) Complete(CompletionsReached)')
  })

  test('`plan()` gets 1200 Pods counted over several runs, each once', () => {
    const world = worldOf({ spec: { completions: 1200, parallelism: 1200 } })
    world.kubelet(() => true, SUCCEEDED).settle()
    expect(world.status).toMatchObject({ succeeded: 1200, uncountedTerminatedPods: {} })
    expect(world.status.conditions?.at(-1)?.type).toBe('Complete')
  })
})
