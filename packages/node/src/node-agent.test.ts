import { describe, expect, test } from '@jest/globals'
import type { Lease } from '@kubetape/api/types/coordination/v1'
import type { Node } from '@kubetape/api/types/core/v1'
import { Namespace, Node as NodeKind } from '@kubetape/api/kinds'
import type { Kind, KubeObject } from '@kubetape/apimachinery'
import { nodeAgent } from './node-agent.ts'
import { DEFAULT_CAPACITY, nodeObject, nodeStatus, planNode, type SimulatedNode } from './node-object.ts'
import { keysFor, runOnce } from './testing/run-once.ts'

const NOW_MS = Date.UTC(2024, 4, 1, 12)
const node: SimulatedNode = { name: 'kubetape-node-0', index: 0, capacity: DEFAULT_CAPACITY }
const agent = nodeAgent([node])
const registered = (reportedMs: number): Node => ({
  ...nodeObject(node),
  metadata: { ...nodeObject(node).metadata, uid: 'node-uid' },
  status: nodeStatus(node, [], reportedMs),
})
const lease = (renewedMs: number): Lease => ({
  metadata: { namespace: 'kube-node-lease', name: node.name, resourceVersion: '5' },
  spec: { holderIdentity: node.name, leaseDurationSeconds: 40, renewTime: new Date(renewedMs).toISOString().replace('Z', '000Z') },
})

describe('planNode()', () => {
  test('registers a node that is not there, unless it was taken away', () => {
    expect(planNode(node, undefined, false, undefined, NOW_MS)).toMatchObject({
      create: { metadata: { name: node.name } },
      status: { capacity: { pods: '1000' } },
      renewLease: true,
      requeueAfterMs: 10_000,
    })
    expect(planNode(node, undefined, true, lease(NOW_MS), NOW_MS)).toEqual({
      create: undefined,
      status: undefined,
      renewLease: false,
      requeueAfterMs: undefined,
    })
  })

  test.each([
    { reportedAgoMs: 10_000, renewedAgoMs: 9_999, reports: false, renewLease: false, requeueAfterMs: 1 },
    { reportedAgoMs: 10_000, renewedAgoMs: 10_000, reports: false, renewLease: true, requeueAfterMs: 10_000 },
    { reportedAgoMs: 300_000, renewedAgoMs: 3_000, reports: true, renewLease: false, requeueAfterMs: 7_000 },
  ])(
    'reports: $reports, renews: $renewLease when the status is $reportedAgoMs ms old and the Lease $renewedAgoMs ms',
    ({ reportedAgoMs, renewedAgoMs, reports, ...expected }) => {
      const { status, ...rest } = planNode(node, registered(NOW_MS - reportedAgoMs), true, lease(NOW_MS - renewedAgoMs), NOW_MS)
      expect([status !== undefined, rest]).toEqual([reports, { create: undefined, ...expected }])
    },
  )

  test('is ready again, with a new time, when somebody else took it for lost', () => {
    const known = registered(NOW_MS - 60_000)
    known.status!.conditions![3] = { ...known.status!.conditions![3]!, status: 'Unknown', reason: 'NodeStatusUnknown' }
    const { status } = planNode(node, known, true, lease(NOW_MS), NOW_MS)
    expect(status!.conditions![3]).toMatchObject({
      type: 'Ready',
      status: 'True',
      reason: 'KubeletReady',
      lastTransitionTime: '2024-05-01T12:00:00Z',
    })
    expect(status!.conditions![0]).toMatchObject({ lastTransitionTime: '2024-05-01T11:59:00Z', lastHeartbeatTime: '2024-05-01T12:00:00Z' })
  })
})

describe('nodeAgent()', () => {
  test('creates the node with labels, status and Lease when it starts', async () => {
    const { requests, result, carried } = await runOnce(agent, node.name, {}, { nowMs: NOW_MS })
    expect(requests.map(({ what }) => what)).toEqual([
      'create nodes kubetape-node-0',
      'patch nodes/status kubetape-node-0',
      'create leases kubetape-node-0',
    ])
    expect(requests[0]!.body).toMatchObject({
      metadata: { labels: { 'kubernetes.io/hostname': node.name, 'kubernetes.io/arch': 'amd64', 'kubernetes.io/os': 'linux' } },
      spec: { podCIDR: '10.244.0.0/22' },
    })
    expect(requests[1]!.body).toMatchObject({
      metadata: { uid: 'uid-of-kubetape-node-0' },
      status: {
        allocatable: { cpu: '32', memory: '128Gi', pods: '1000' },
        nodeInfo: { kubeletVersion: 'v1.31.14' },
        addresses: [
          { type: 'InternalIP', address: '192.168.0.10' },
          { type: 'Hostname', address: node.name },
        ],
      },
    })
    expect(requests[2]!.body).toMatchObject({
      metadata: { namespace: 'kube-node-lease', ownerReferences: [{ kind: 'Node', uid: 'uid-of-kubetape-node-0' }] },
      spec: { holderIdentity: node.name, leaseDurationSeconds: 40, renewTime: '2024-05-01T12:00:00.000000Z' },
    })
    expect([result, carried]).toEqual([{ requeueAfterMs: 10_000 }, 'registered'])
  })

  test('only renews the Lease later', async () => {
    const { requests } = await runOnce(
      agent,
      node.name,
      { nodes: [registered(NOW_MS - 10_000)], leases: [lease(NOW_MS - 10_000)] },
      { nowMs: NOW_MS, carried: 'registered' },
    )
    expect(requests).toMatchObject([
      {
        what: 'update leases kubetape-node-0',
        body: { metadata: { resourceVersion: '5' }, spec: { renewTime: '2024-05-01T12:00:00.000000Z' } },
      },
    ])
  })

  test('is started by the namespace of the Leases, and looks at its own nodes when they come or go', () => {
    const namespace = (name: string): KubeObject => ({ metadata: { name } })
    expect(keysFor(agent, Namespace as Kind, namespace('kube-node-lease'))).toEqual([node.name])
    expect(keysFor(agent, Namespace as Kind, namespace('default'))).toEqual([])
    expect(keysFor(agent, NodeKind as Kind, registered(0) as KubeObject, registered(0) as KubeObject, 'deleted')).toEqual([node.name])
    expect(keysFor(agent, NodeKind as Kind, registered(0) as KubeObject, registered(0) as KubeObject)).toEqual([])
    expect(keysFor(agent, NodeKind as Kind, { metadata: { name: 'other' } })).toEqual([])
  })
})
