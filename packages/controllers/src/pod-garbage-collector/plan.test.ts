import { describe, expect, test } from '@jest/globals'
import type { Node, Pod } from '@kubetape/api/types/core/v1'
import { formatTime } from '@kubetape/apimachinery'
import { plan, type PodGarbageObserved } from './plan.ts'

const NOW_MS = Date.UTC(2024, 4, 1, 12)

interface PodFixture {
  readonly node?: string
  readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed'
  readonly reason?: string
  readonly ageSeconds?: number
  readonly deletedGrace?: number
}

const pod = (name: string, { node, phase = 'Running', reason, ageSeconds = 60, deletedGrace }: PodFixture = {}): Pod => ({
  metadata: {
    name,
    namespace: 'ns',
    uid: name,
    creationTimestamp: formatTime(NOW_MS - ageSeconds * 1000),
    ...(deletedGrace === undefined ? {} : { deletionTimestamp: formatTime(NOW_MS), deletionGracePeriodSeconds: deletedGrace }),
  },
  spec: { containers: [], ...(node === undefined ? {} : { nodeName: node }) },
  status: { phase, ...(reason === undefined ? {} : { reason }) },
})

const node = (ready: 'True' | 'False', taint?: string): Node => ({
  metadata: { name: 'n' },
  spec: taint === undefined ? {} : { taints: [{ key: taint, effect: 'NoExecute' }] },
  status: { conditions: [{ type: 'Ready', status: ready }] },
})

const observe = (pods: Pod[], rest: Partial<PodGarbageObserved> = {}): PodGarbageObserved => ({
  pods,
  nodes: new Map([['n', node('True')]]),
  missing: {},
  nowMs: NOW_MS,
  terminatedPodsMax: 100,
  ...rest,
})
const removed = (observed: PodGarbageObserved): string[] => plan(observed).removals.map(({ pod: { metadata } }) => metadata.name!)

describe('plan()', () => {
  test('removes terminated Pods beyond the threshold, evicted ones first, then the oldest, then by name', () => {
    const pods = [
      pod('old', { phase: 'Succeeded', ageSeconds: 500, node: 'n' }),
      pod('b', { phase: 'Failed', ageSeconds: 90, node: 'n' }),
      pod('a', { phase: 'Failed', ageSeconds: 90, node: 'n' }),
      pod('young', { phase: 'Succeeded', ageSeconds: 10, node: 'n' }),
      pod('evicted', { phase: 'Failed', reason: 'Evicted', ageSeconds: 5, node: 'n' }),
      pod('running', { ageSeconds: 9000, node: 'n' }),
    ]
    expect(removed(observe(pods, { terminatedPodsMax: 2 }))).toEqual(['evicted', 'old', 'a'])
    expect(removed(observe(pods, { terminatedPodsMax: 5 }))).toEqual([])
    expect(removed(observe(pods, { terminatedPodsMax: 0 }))).toEqual([])
    expect(plan(observe(pods, { terminatedPodsMax: 4 })).removals).toMatchObject([{ fail: false, condition: undefined }])
  })

  test('remembers since when a node is missing, and removes all its Pods, fresh ones too, after 40 s', () => {
    const pods = [pod('lost', { node: 'gone' }), pod('ended', { node: 'gone', phase: 'Succeeded' }), pod('fine', { node: 'n' })]
    expect(plan(observe(pods))).toEqual({ removals: [], missing: { gone: NOW_MS } })
    expect(plan(observe(pods, { missing: { gone: NOW_MS - 39_999 } }))).toEqual({ removals: [], missing: { gone: NOW_MS - 39_999 } })
    const { removals, missing } = plan(
      observe([...pods, pod('fresh', { node: 'gone', ageSeconds: 0 })], { missing: { gone: NOW_MS - 40_000 } }),
    )
    const condition = { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByPodGC', message: 'PodGC: node no longer exists' }
    expect(removals.map(({ pod: { metadata }, ...rest }) => ({ name: metadata.name, ...rest }))).toEqual([
      { name: 'lost', fail: true, condition, missingNode: 'gone' },
      { name: 'ended', fail: false, condition: undefined, missingNode: 'gone' },
      { name: 'fresh', fail: true, condition, missingNode: 'gone' },
    ])
    expect(missing).toEqual({ gone: NOW_MS - 40_000 })
  })

  test('forgets a missing node that came back or that no Pod names', () => {
    expect(plan(observe([pod('p', { node: 'n' })], { missing: { n: 0, other: 0 } }))).toEqual({ removals: [], missing: {} })
  })

  test.each([
    {
      title: 'never had a node',
      fixture: { deletedGrace: 30, phase: 'Pending' as const },
      nodes: new Map(),
      expected: [{ fail: true, condition: undefined }],
    },
    {
      title: 'is on a node out of service',
      fixture: { deletedGrace: 30, node: 'n' },
      nodes: new Map([['n', node('False', 'node.kubernetes.io/out-of-service')]]),
      expected: [{ fail: true, condition: undefined }],
    },
    {
      title: 'is on a ready node with that taint',
      fixture: { deletedGrace: 30, node: 'n' },
      nodes: new Map([['n', node('True', 'node.kubernetes.io/out-of-service')]]),
      expected: [],
    },
    {
      title: 'is on a node that is only not ready',
      fixture: { deletedGrace: 30, node: 'n' },
      nodes: new Map([['n', node('False')]]),
      expected: [],
    },
    {
      title: 'is not terminating',
      fixture: { node: 'n' },
      nodes: new Map([['n', node('False', 'node.kubernetes.io/out-of-service')]]),
      expected: [],
    },
    { title: 'is held by finalizers only', fixture: { deletedGrace: 0, phase: 'Failed' as const }, nodes: new Map(), expected: [] },
  ])('answers $expected when a Pod $title', ({ fixture, nodes, expected }) => {
    expect(plan(observe([pod('p', fixture)], { nodes })).removals).toMatchObject(expected)
    expect(plan(observe([pod('p', fixture)], { nodes })).removals).toHaveLength(expected.length)
  })
})
