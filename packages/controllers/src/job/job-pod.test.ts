import { describe, expect, test } from '@jest/globals'
import type { Pod } from '@kubetape/api/types/core/v1'
import { completionIndex, jobPod, NO_INDEX, podFinishedAtMs } from './job-pod.ts'
import { jobRules } from './job-rules.ts'
import { ago, gatesWith, jobFixture, NOW_MS, podFixture, type PodFixture } from './testing/job-fixtures.ts'

const secondsAgo = (pod: Pod, sidecars = true): number => (NOW_MS - podFinishedAtMs(pod, sidecars)) / 1000

describe('podFinishedAtMs()', () => {
  const notReady = { type: 'Ready', status: 'False', lastTransitionTime: ago(40) }
  test.each<{ what: string; pod: PodFixture; seconds: number }>([
    { what: 'the end of the last container', pod: { exit: { a: 1, b: 0 }, endedAgo: 20, deletedAgo: 3 }, seconds: 20 },
    { what: 'when it stopped being ready, if a container still runs', pod: { exit: 1, restarts: 0, conditions: [notReady] }, seconds: 40 },
    { what: 'when it stopped being ready, without containers', pod: { conditions: [notReady], deletedAgo: 3 }, seconds: 40 },
    { what: 'when it was deleted, grace period taken off', pod: { deletedAgo: 3 }, seconds: 3 },
    { what: 'its creation', pod: { createdAgo: 90, ready: true }, seconds: 90 },
  ])('is $what', ({ pod, seconds }) => {
    expect(secondsAgo(podFixture('p', pod))).toBe(seconds)
  })

  test('waits for sidecars to end when they are known', () => {
    const pod = podFixture('p', { exit: 0, endedAgo: 50, createdAgo: 99 })
    pod.spec.initContainers = [{ name: 'proxy', restartPolicy: 'Always' }]
    const status = { name: 'proxy', image: '', imageID: '', ready: false, restartCount: 0 }
    pod.status!.initContainerStatuses = [{ ...status, state: { terminated: { exitCode: 0, finishedAt: ago(30) } } }]
    expect([secondsAgo(pod), secondsAgo(pod, false)]).toEqual([30, 50])
    pod.status!.initContainerStatuses = [{ ...status, state: { running: {} } }]
    expect(secondsAgo(pod)).toBe(99)
  })
})

describe('jobPod()', () => {
  const view = (pod: PodFixture, spec = {}, awaited: string[] = []): Partial<ReturnType<typeof jobPod>> => {
    const {
      pod: _,
      uid: __,
      index: ___,
      ...flags
    } = jobPod(podFixture('p', pod), jobRules(jobFixture({ spec }), gatesWith()), new Set(awaited))
    return flags
  }
  const none = { finalizer: true, tracked: true, succeeded: false, failed: false, active: false, terminating: false }

  test.each<{ what: string; pod: PodFixture; spec?: object; then: object }>([
    { what: 'a running Pod active', pod: { phase: 'Running' }, then: { active: true } },
    { what: 'a succeeded Pod succeeded', pod: { exit: 0 }, then: { succeeded: true } },
    { what: 'a deleted Pod that succeeded succeeded', pod: { exit: 0, deletedAgo: 1 }, then: { succeeded: true } },
    { what: 'a failed Pod failed', pod: { exit: 1 }, then: { failed: true } },
    { what: 'a deleted Pod terminating and failed', pod: { phase: 'Running', deletedAgo: 1 }, then: { terminating: true, failed: true } },
    {
      what: 'a deleted Pod terminating only where only failed Pods are replaced',
      pod: { phase: 'Running', deletedAgo: 1 },
      spec: { podReplacementPolicy: 'Failed' },
      then: { terminating: true },
    },
    { what: 'a deleted Pod that failed not terminating', pod: { exit: 1, deletedAgo: 1 }, then: { failed: true } },
  ])('calls $what', ({ pod, spec, then }) => {
    expect(view(pod, spec)).toEqual({ ...none, ...then })
  })

  test('takes a finalizer whose removal is on its way as removed', () => {
    expect(view({}, {}, ['p'])).toMatchObject({ finalizer: true, tracked: false })
  })

  test.each([
    ['3', 3],
    ['-1', NO_INDEX],
    ['x', NO_INDEX],
    ['', NO_INDEX],
  ])('`completionIndex()` reads %j as %i', (text, expected) => {
    const pod = podFixture('p')
    pod.metadata.annotations = { 'batch.kubernetes.io/job-completion-index': text }
    expect(completionIndex(pod)).toBe(expected)
  })
})
