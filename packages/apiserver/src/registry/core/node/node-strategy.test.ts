import { describe, expect, test } from '@jest/globals'
import type { Node } from '@kubetape/api/types/core/v1'
import { StrategyRunner } from '../../testing/strategy-runner.ts'
import { nodeStrategy } from './node-strategy.ts'

const runner = new StrategyRunner<Node>({ group: '', version: 'v1', kind: 'Node' }, nodeStrategy, { namespace: '' })
const body = (spec: object = {}, status?: object, labels?: object): object => ({
  metadata: { name: 'n', ...(labels === undefined ? {} : { labels }) },
  spec,
  ...(status === undefined ? {} : { status }),
})
const ranges = (...podCIDRs: string[]): object => ({ podCIDRs })

describe('nodeStrategy on create', () => {
  test('keeps the status, copies capacity to allocatable, and drops the kubelet configuration', () => {
    const { object, errors } = runner.create(body({ configSource: {} }, { capacity: { cpu: '4' } }))
    expect(errors).toEqual([])
    expect(object.status).toMatchObject({ capacity: { cpu: '4' }, allocatable: { cpu: '4' }, nodeInfo: { kubeletVersion: '' } })
    expect(object.spec).toEqual({})
  })

  test.each<[object, object]>([
    [{ podCIDR: '10.0.0.0/24' }, { podCIDR: '10.0.0.0/24', podCIDRs: ['10.0.0.0/24'] }],
    [{ podCIDRs: ['10.0.0.0/24', 'fd00::/64'] }, { podCIDR: '10.0.0.0/24', podCIDRs: ['10.0.0.0/24', 'fd00::/64'] }],
    [
      { podCIDR: '10.1.0.0/24', podCIDRs: ['10.0.0.0/24'] },
      { podCIDR: '10.1.0.0/24', podCIDRs: ['10.1.0.0/24'] },
    ],
  ])('completes the ranges of %j', (spec, expected) => {
    expect(runner.create(body(spec))).toMatchObject({ errors: [], object: { spec: expected } })
  })

  test.each<[string, object, object | undefined, string[]]>([
    ['a taint without effect', { taints: [{ key: 'a' }] }, undefined, ['metadata.taints[0].effect: Required value']],
    [
      'an unknown effect',
      { taints: [{ key: 'a', effect: 'Evict' }] },
      undefined,
      ['metadata.taints[0].effect: Unsupported value: "Evict": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"'],
    ],
    [
      'a taint twice',
      {
        taints: [
          { key: 'a', effect: 'NoExecute' },
          { key: 'a', effect: 'NoExecute', value: 'x' },
        ],
      },
      undefined,
      ['metadata.taints[1]: Duplicate value: {"key":"a","effect":"NoExecute","value":"x"}: taints must be unique by key and effect pair'],
    ],
    [
      'a range that is an address',
      ranges('10.0.0.1'),
      undefined,
      ['spec.podCIDRs[0]: Invalid value: "10.0.0.1": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'],
    ],
    [
      'two ranges of one family',
      ranges('10.0.0.0/24', '10.1.0.0/24'),
      undefined,
      ['spec.podCIDRs: Invalid value: ["10.0.0.0/24","10.1.0.0/24"]: may specify no more than one CIDR for each IP family'],
    ],
    [
      'three ranges',
      ranges('10.0.0.0/24', 'fd00::/64', '10.1.0.0/24'),
      undefined,
      ['spec.podCIDRs: Invalid value: ["10.0.0.0/24","fd00::/64","10.1.0.0/24"]: may specify no more than one CIDR for each IP family'],
    ],
    [
      'half a device',
      {},
      { capacity: { 'example.com/gpu': '1500m' } },
      [
        'status.capacity.example.com/gpu: Invalid value: {1500m}: must be an integer',
        'status.allocatable.example.com/gpu: Invalid value: {1500m}: must be an integer',
      ],
    ],
    [
      'less than nothing',
      {},
      { capacity: { cpu: '-1' }, allocatable: {} },
      expect.arrayContaining(['status.capacity.cpu: Invalid value: "-1": must be greater than or equal to 0']) as unknown as string[],
    ],
  ])('refuses %s', (_, spec, status, expected) => {
    expect(runner.create(body(spec, status)).errors).toEqual(expected)
  })

  test('warns about the old external id', () => {
    expect(runner.create(body({ externalID: 'x' })).warnings).toEqual([
      'spec.externalID: this field is deprecated, and is unused by Kubernetes',
    ])
  })
})

describe('nodeStrategy on update', () => {
  const old = runner.create(body({ podCIDR: '10.0.0.0/24', providerID: 'x://1' })).object
  const fresh = runner.create(body()).object

  test.each<[string, (node: Node) => void, string[]]>([
    [
      'the range',
      (node) => Object.assign(node.spec, { podCIDR: '10.1.0.0/24', podCIDRs: ['10.1.0.0/24'] }),
      ['spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid'],
    ],
    [
      'the provider',
      (node) => (node.spec.providerID = 'x://2'),
      ['spec.providerID: Forbidden: node updates may not change providerID except from "" to valid'],
    ],
    ['the external id', (node) => (node.spec.externalID = 'x'), ['spec.externalID: Forbidden: may not be updated']],
  ])('refuses to change %s', (_, change, expected) => {
    expect(runner.update(old, change).errors).toEqual(expected)
  })

  test('lets range and provider be given once, and nodes be cordoned', () => {
    expect(
      runner.update(fresh, (node) => Object.assign(node.spec, { podCIDR: '10.1.0.0/24', providerID: 'x', unschedulable: true })).errors,
    ).toEqual([])
  })

  test('tells a bad taint twice', () => {
    expect(runner.update(old, (node) => (node.spec.taints = [{ key: 'a', effect: '' as 'NoExecute' }])).errors).toEqual([
      'metadata.taints[0].effect: Required value',
      'metadata.taints[0].effect: Required value',
    ])
  })

  test('writes the status through its subresource alone, and refuses an address twice', () => {
    const address = { type: 'InternalIP', address: '10.0.0.1' }
    expect(runner.update(old, (node) => (node.status!.addresses = [address])).object.status?.addresses).toBeUndefined()
    const written = runner.update(old, (node) => ((node.status!.addresses = [address]), (node.spec.unschedulable = true)), 'status')
    expect(written.errors).toEqual([])
    expect(written.object.status?.addresses).toEqual([address])
    expect(written.object.spec.unschedulable).toBeUndefined()
    expect(runner.update(old, (node) => (node.status!.addresses = [address, address]), 'status').errors).toEqual([
      'status.addresses[1]: Duplicate value: {"type":"InternalIP","address":"10.0.0.1"}',
    ])
  })
})

describe('nodeRow()', () => {
  const now = Date.parse('2026-01-01T00:03:00Z')
  const row = (spec: object, status?: object, labels?: object): unknown[] =>
    nodeStrategy.tableRow!(runner.create(body(spec, status, labels)).object, now)

  test('tells little of a node that has not reported', () => {
    expect(row({})).toEqual(['n', 'Unknown', '<none>', '3m', '', '<none>', '<none>', '<unknown>', '<unknown>', '<unknown>'])
  })

  test('tells condition, roles, addresses and versions', () => {
    const status = {
      conditions: [{ type: 'Ready', status: 'True' }],
      addresses: [
        { type: 'Hostname', address: 'box' },
        { type: 'InternalIP', address: '192.0.2.10' },
      ],
      nodeInfo: { kubeletVersion: 'v1.31.0', osImage: 'Some Linux', kernelVersion: '6.1.0', containerRuntimeVersion: 'runtime://1.0' },
    }
    const labels = { 'node-role.kubernetes.io/worker': '', 'kubernetes.io/role': 'edge', 'node-role.kubernetes.io/': '' }
    expect(row({ unschedulable: true }, status, labels)).toEqual([
      'n',
      'Ready,SchedulingDisabled',
      'edge,worker',
      '3m',
      'v1.31.0',
      '192.0.2.10',
      '<none>',
      'Some Linux',
      '6.1.0',
      'runtime://1.0',
    ])
    expect(row({}, { conditions: [{ type: 'Ready', status: 'Unknown' }] })[1]).toBe('NotReady')
  })

  test('selects by unschedulable', () => {
    expect(nodeStrategy.selectableFields?.(runner.create(body({ unschedulable: true })).object)).toEqual({ 'spec.unschedulable': 'true' })
    expect(nodeStrategy.selectableFields?.(runner.create(body()).object)).toEqual({ 'spec.unschedulable': 'false' })
  })
})
