import { describe, expect, test } from '@jest/globals'
import type { Node } from '@kubetape/api/types/core/v1'
import type { CSINode } from '@kubetape/api/types/storage/v1'
import { statefulSetSpread } from './stateful-set-spread.ts'
import { accessibilityRequirements, nodeAffinity, type TopologyInput } from './topology.ts'

const DRIVER = 'csi.example.com'
const node = (name: string, labels: Record<string, string>): Node => ({ metadata: { name, labels }, spec: {} })
const csiNode = (name: string, topologyKeys: string[], driver = DRIVER): CSINode => ({
  metadata: { name },
  spec: { drivers: [{ name: driver, nodeID: name, topologyKeys }] },
})
const segments = (...terms: Record<string, string>[]): { segments: Record<string, string> }[] => terms.map((one) => ({ segments: one }))

const nodes = [node('a', { zone: 'z1', rack: 'r1' }), node('b', { zone: 'z2' }), node('c', { zone: 'z3' }), node('d', {})]
const csiNodes = nodes.map(({ metadata }) => csiNode(metadata.name!, ['zone']))
const input: TopologyInput = {
  driver: DRIVER,
  claimName: 'data',
  allowedTopologies: [],
  selectedNode: undefined,
  csiNodes,
  nodes,
  strict: false,
  immediate: true,
}
const allowed = (...values: string[]): TopologyInput['allowedTopologies'] => [{ matchLabelExpressions: [{ key: 'zone', values }] }]

describe('accessibilityRequirements()', () => {
  test('names every topology of the cluster with immediate binding, beginning at a place that the name of the claim decides', () => {
    const found = accessibilityRequirements(input)!
    const zones = ['z1', 'z2', 'z3']
    expect(found.requisite).toEqual(segments(...zones.map((zone) => ({ zone }))))
    const from = statefulSetSpread('data') % 3
    expect(found.preferred).toEqual(segments(...[...zones.slice(from), ...zones.slice(0, from)].map((zone) => ({ zone }))))
  })

  test('begins with the selected node, and knows only that one where the driver is strict', () => {
    const late = { ...input, selectedNode: nodes[1] }
    expect(accessibilityRequirements(late)).toEqual({
      requisite: segments({ zone: 'z1' }, { zone: 'z2' }, { zone: 'z3' }),
      preferred: segments({ zone: 'z2' }, { zone: 'z3' }, { zone: 'z1' }),
    })
    expect(accessibilityRequirements({ ...late, strict: true })).toEqual({
      requisite: segments({ zone: 'z2' }),
      preferred: segments({ zone: 'z2' }),
    })
  })

  test('takes the allowed topologies as they are, every combination of them', () => {
    const allowedTopologies = [
      {
        matchLabelExpressions: [
          { key: 'zone', values: ['z2', 'z1'] },
          { key: 'rack', values: ['r1'] },
        ],
      },
      { matchLabelExpressions: [{ key: 'zone', values: ['z9'] }] },
    ]
    const { requisite } = accessibilityRequirements({ ...input, allowedTopologies })!
    expect(requisite).toEqual(segments({ zone: 'z9' }, { rack: 'r1', zone: 'z1' }, { rack: 'r1', zone: 'z2' }))
  })

  test('asks for nothing where nobody restricts and the driver does not want to know', () => {
    expect(accessibilityRequirements({ ...input, immediate: false })).toBeUndefined()
  })

  test.each<[string, Partial<TopologyInput>, string]>([
    ['no node has the driver', { csiNodes: [] }, 'no available topology found'],
    ['no node has the labels', { nodes: [nodes[3]!] }, 'topologyKeys [zone] were not found on any nodes'],
    [
      'the selected node is not known to the driver',
      { selectedNode: nodes[0], csiNodes: [] },
      'error getting CSINode for selected node "a": csinode.storage.k8s.io "a" not found',
    ],
    ['the selected node says nothing', { selectedNode: nodes[0], csiNodes: [csiNode('a', [])] }, 'no topology key found on CSINode a'],
    [
      'the selected node lacks a label',
      { selectedNode: nodes[3] },
      'topology labels from selected node map[] does not match topology keys from CSINode [zone]',
    ],
    [
      'the selected node is not allowed',
      { selectedNode: nodes[0], allowedTopologies: allowed('z2'), strict: true },
      `selected node '"a"' topology '[{zone z1}]' is not in allowed topologies: [[{zone z2}]]`,
    ],
    [
      'the selected node is outside of what is asked for',
      { selectedNode: nodes[0], allowedTopologies: allowed('z2') },
      'topology [{zone z1}] from selected node "a" is not in requisite: [[{zone z2}]]',
    ],
  ])('throws when %s', (_, given, message) => {
    expect(() => accessibilityRequirements({ ...input, ...given })).toThrow(message)
  })
})

describe('statefulSetSpread()', () => {
  test('goes one on with every ordinal, and keeps claims of one Pod together', () => {
    expect(statefulSetSpread('data-web-3') - statefulSetSpread('data-web-0')).toBe(3)
    expect(statefulSetSpread('logs-web-3')).toBe(statefulSetSpread('data-web-3'))
    expect(statefulSetSpread('data')).not.toBe(statefulSetSpread('logs'))
  })

  test('is FNV-1', () => {
    expect(statefulSetSpread('')).toBe(0x811c9dc5)
    expect(statefulSetSpread('a')).toBe(0x050c5d7e)
  })
})

describe('nodeAffinity()', () => {
  test('is one term for each topology, with its keys in order', () => {
    expect(nodeAffinity(segments({ zone: 'z1', rack: 'r1' }, {}, { zone: 'z2' }))).toEqual({
      required: {
        nodeSelectorTerms: [
          {
            matchExpressions: [
              { key: 'rack', operator: 'In', values: ['r1'] },
              { key: 'zone', operator: 'In', values: ['z1'] },
            ],
          },
          { matchExpressions: [{ key: 'zone', operator: 'In', values: ['z2'] }] },
        ],
      },
    })
    expect(nodeAffinity([])).toBeUndefined()
  })
})
