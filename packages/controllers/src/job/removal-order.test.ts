import { describe, expect, test } from '@jest/globals'
import type { Pod } from '@kubetape/api/types/core/v1'
import { jobPod } from './job-pod.ts'
import { jobRules } from './job-rules.ts'
import { podsToRemove } from './removal-order.ts'
import { gatesWith, jobFixture, type JobFixture, podFixture, type PodFixture } from './testing/job-fixtures.ts'

function removed(pods: Record<string, PodFixture> | Pod[], count: number, fixture: JobFixture = {}): string[] {
  const rules = jobRules(jobFixture(fixture), gatesWith())
  const list = Array.isArray(pods) ? pods : Object.entries(pods).map(([name, pod]) => podFixture(name, pod))
  const views = list.map((pod) => jobPod(pod, rules, new Set()))
  return podsToRemove(rules, views, count).map(({ uid }) => uid)
}

describe('podsToRemove()', () => {
  const running = { phase: 'Running', node: true } as const
  test.each<{ when: string; a: PodFixture; b: PodFixture }>([
    { when: 'one has no node', a: {}, b: { node: true } },
    { when: 'one is pending', a: { node: true }, b: running },
    { when: 'one is not ready', a: running, b: { ...running, ready: true } },
    { when: 'one was restarted more often', a: { ...running, restarts: 3 }, b: { ...running, restarts: 1 } },
    { when: 'one is younger', a: { ...running, createdAgo: 5 }, b: { ...running, createdAgo: 50 } },
  ])('removes the one less far along when $when', ({ a, b }) => {
    expect(removed({ a, b }, 1)).toEqual(['a'])
    expect(removed({ b, a }, 1)).toEqual(['a'])
  })

  test('removes the one that has been ready for less time, not known for how long first', () => {
    const since = (name: string, lastTransitionTime?: string): Pod => {
      const pod = podFixture(name, running)
      pod.status!.conditions = [{ type: 'Ready', status: 'True', ...(lastTransitionTime ? { lastTransitionTime } : {}) }]
      return pod
    }
    expect(removed([since('old', '2024-01-01T00:00:00Z'), since('new', '2024-02-01T00:00:00Z'), since('unknown')], 2)).toEqual([
      'unknown',
      'new',
    ])
  })

  test('removes by restarts of sidecars when the ordinary containers are even', () => {
    const withSidecar = (name: string, restartCount: number): Pod => {
      const pod = podFixture(name, running)
      pod.spec.initContainers = [{ name: 'proxy', restartPolicy: 'Always' }, { name: 'setup' }]
      const status = { image: '', imageID: '', ready: true }
      pod.status!.initContainerStatuses = [
        { ...status, name: 'proxy', restartCount },
        { ...status, name: 'setup', restartCount: 9 - restartCount },
      ]
      return pod
    }
    expect(removed([withSidecar('calm', 1), withSidecar('shaky', 4)], 1)).toEqual(['shaky'])
  })

  test('removes none when none is asked for', () => {
    expect(removed({ a: {}, b: {} }, 0)).toEqual([])
  })

  test('removes misplaced Pods of an Indexed Job whatever is asked for, and fills up by progress', () => {
    const indexed: JobFixture = { spec: { completionMode: 'Indexed', completions: 3 } }
    const pods = { none: {}, a: { ...running, index: 0 }, twin: { index: 0 }, b: { index: 1 }, beyond: { index: 9 } }
    expect(removed(pods, 0, indexed)).toEqual(['none', 'beyond', 'twin'])
    expect(removed(pods, 4, indexed)).toEqual(['none', 'beyond', 'twin', 'b'])
  })
})
