import { describe, expect, test } from '@jest/globals'
import type { Node, NodeSpec, Pod, PodSpec } from '@kubetape/api/types/core/v1'
import { type BindingPlan, isPending, planBinding } from './binding-plan.ts'

const node = (
  name: string,
  {
    allocatable = {},
    spec = {},
    labels = {},
  }: { allocatable?: Record<string, string>; spec?: NodeSpec; labels?: Record<string, string> } = {},
): Node => ({
  metadata: { name, labels },
  spec,
  status: { allocatable: { cpu: '4', memory: '8Gi', pods: '10', ...allocatable } },
})

let count = 0
const pod = (requests: Record<string, string> = {}, spec: Partial<PodSpec> = {}, metadata: Pod['metadata'] = {}): Pod => ({
  metadata: { name: `p${++count}`, namespace: 'ns', uid: `u${count}`, creationTimestamp: '2024-05-01T12:00:00Z', ...metadata },
  spec: { containers: [{ name: 'c', resources: { requests } }], ...spec },
})

const place = (pending: Pod[], nodes: Node[], on: Record<string, Pod[]> = {}): BindingPlan =>
  planBinding({ pending, nodes, podsOn: (name) => on[name] ?? [] })
const nodesOf = ({ bindings }: BindingPlan): string[] => bindings.map((one) => one.node)
const messages = ({ refusals }: BindingPlan): (string | undefined)[] => refusals.map(({ condition }) => condition.message)

describe('planBinding()', () => {
  test('spreads Pods over the nodes with the most room', () => {
    expect(nodesOf(place([pod({ cpu: '1' }), pod({ cpu: '1' }), pod({ cpu: '1' })], [node('a'), node('b'), node('c')]))).toEqual([
      'a',
      'b',
      'c',
    ])
    expect(nodesOf(place([pod({ cpu: '1' })], [node('a'), node('b')], { a: [pod({ cpu: '2' })] }))).toEqual(['b'])
    expect(nodesOf(place([pod(), pod(), pod(), pod()], [node('a'), node('b')]))).toEqual(['a', 'b', 'a', 'b'])
  })

  test('places higher priorities first, then older Pods', () => {
    const young = pod({ cpu: '4' }, {}, { name: 'young', creationTimestamp: '2024-05-01T13:00:00Z' })
    const old = pod({ cpu: '4' }, {}, { name: 'old' })
    const important = pod({ cpu: '4' }, { priority: 10 }, { name: 'important', creationTimestamp: '2024-05-01T14:00:00Z' })
    expect(place([young, old, important], [node('a'), node('b')]).bindings.map((one) => one.pod.metadata.name)).toEqual([
      'important',
      'old',
    ])
  })

  test.each([
    {
      title: 'nodes have too little',
      pending: pod({ cpu: '3' }),
      nodes: [node('a'), node('b')],
      on: { a: [pod({ cpu: '2' })], b: [pod({ cpu: '2' })] },
      message:
        '0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.',
    },
    {
      title: 'no node is large enough',
      pending: pod({ cpu: '5', memory: '9Gi' }),
      nodes: [node('a')],
      message:
        '0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
    },
    {
      title: 'nodes are full',
      pending: pod(),
      nodes: [node('a', { allocatable: { pods: '1' } })],
      on: { a: [pod()] },
      message:
        '0/1 nodes are available: 1 Too many pods. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
    },
    {
      title: 'a resource is not there',
      pending: pod({ 'example.com/widget': '1' }),
      nodes: [node('a')],
      message:
        '0/1 nodes are available: 1 Insufficient example.com/widget. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
    },
    {
      title: 'each node refuses for another reason',
      pending: pod({ cpu: '3' }, { nodeSelector: { disk: 'ssd' } }),
      nodes: [
        node('a'),
        node('b', { spec: { unschedulable: true } }),
        node('c', { spec: { taints: [{ key: 'dedicated', value: 'db', effect: 'NoSchedule' }] } }),
        node('d', { labels: { disk: 'ssd' } }),
      ],
      on: { d: [pod({ cpu: '2' })] },
      message:
        "0/4 nodes are available: 1 Insufficient cpu, 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) had untolerated taint {dedicated: db}, 1 node(s) were unschedulable. preemption: 0/4 nodes are available: 1 No preemption victims found for incoming pod, 3 Preemption is not helpful for scheduling.",
    },
    { title: 'there are no nodes', pending: pod(), nodes: [], message: 'no nodes available to schedule pods' },
  ])('says why a Pod fits nowhere when $title', ({ pending, nodes, on, message }) => {
    const plan = place([pending], nodes, on)
    expect(messages(plan)).toEqual([message])
    expect(plan.refusals[0]!.condition).toMatchObject({ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' })
  })

  test.each([
    {
      title: 'equal',
      tolerations: [{ key: 'dedicated', operator: 'Equal' as const, value: 'db', effect: 'NoSchedule' as const }],
      fits: true,
    },
    { title: 'existing', tolerations: [{ key: 'dedicated', operator: 'Exists' as const }], fits: true },
    { title: 'anything', tolerations: [{ operator: 'Exists' as const }], fits: true },
    { title: 'another value', tolerations: [{ key: 'dedicated', value: 'web' }], fits: false },
    {
      title: 'another effect',
      tolerations: [{ key: 'dedicated', operator: 'Exists' as const, effect: 'NoExecute' as const }],
      fits: false,
    },
  ])('answers $fits when a Pod tolerates $title', ({ tolerations, fits }) => {
    const tainted = node('a', {
      spec: {
        taints: [
          { key: 'dedicated', value: 'db', effect: 'NoSchedule' },
          { key: 'soft', effect: 'PreferNoSchedule' },
        ],
      },
    })
    expect(place([pod({}, { tolerations })], [tainted]).bindings).toHaveLength(fits ? 1 : 0)
  })

  test('keeps to the required node affinity: one term whole', () => {
    const requires = (...nodeSelectorTerms: object[]): Pod =>
      pod(
        {},
        {
          affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: nodeSelectorTerms } } },
        },
      )
    const nodes = [node('a', { labels: { zone: 'x', size: '3' } }), node('b', { labels: { zone: 'y' } })]
    expect(nodesOf(place([requires({ matchExpressions: [{ key: 'zone', operator: 'In', values: ['y', 'z'] }] })], nodes))).toEqual(['b'])
    expect(nodesOf(place([requires({ matchExpressions: [{ key: 'size', operator: 'Gt', values: ['2'] }] })], nodes))).toEqual(['a'])
    expect(
      nodesOf(
        place(
          [
            requires({
              matchExpressions: [
                { key: 'zone', operator: 'Exists' },
                { key: 'size', operator: 'DoesNotExist' },
              ],
            }),
          ],
          nodes,
        ),
      ),
    ).toEqual(['b'])
    expect(nodesOf(place([requires({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['b'] }] })], nodes))).toEqual(['b'])
    expect(nodesOf(place([requires({})], nodes))).toEqual([])
  })

  test('counts init containers, sidecars and overhead', () => {
    const spec = {
      containers: [{ name: 'c', resources: { requests: { cpu: '1' } } }],
      initContainers: [
        { name: 's', restartPolicy: 'Always', resources: { requests: { cpu: '1' } } },
        { name: 'i', resources: { requests: { cpu: '2' } } },
      ],
      overhead: { cpu: '500m' },
    }
    expect(place([pod({}, spec)], [node('a', { allocatable: { cpu: '3500m' } })]).bindings).toHaveLength(1)
    expect(place([pod({}, spec)], [node('a', { allocatable: { cpu: '3499m' } })]).bindings).toHaveLength(0)
  })
})

describe('isPending()', () => {
  test.each([
    { title: 'asks for nothing special', one: pod(), expected: true },
    { title: 'has a node', one: pod({}, { nodeName: 'a' }), expected: false },
    { title: 'is gated', one: pod({}, { schedulingGates: [{ name: 'x' }] }), expected: false },
    { title: 'wants another scheduler', one: pod({}, { schedulerName: 'mine' }), expected: false },
    { title: 'is going', one: pod({}, {}, { deletionTimestamp: '2024-05-01T12:00:00Z' }), expected: false },
  ])('answers $expected when the Pod $title', ({ one, expected }) => {
    expect(isPending(one)).toBe(expected)
  })
})
