import { describe, expect, test } from '@jest/globals'
import type { PodSpec, PodStatus } from '@kubetape/api/types/core/v1'
import {
  Node as NodeKind,
  PersistentVolume as VolumeKind,
  PersistentVolumeClaim as ClaimKind,
  Pod as PodKind,
  StorageClass as ClassKind,
} from '@kubetape/api/kinds'
import { conflict, type Kind, type KubeObject } from '@kubetape/apimachinery'
import { binder } from './binder.ts'
import { boundClaimOf, claimOf, labelled, podWith, volumeOf } from './testing/claim-objects.ts'
import { keysFor, runOnce } from './testing/run-once.ts'

const controller = binder()
const node = (name: string, rest: object = {}): KubeObject => ({
  metadata: { name },
  status: { allocatable: { cpu: '1', memory: '8Gi', pods: '10' } },
  ...rest,
})
const pod = (name: string, spec: Partial<PodSpec> = {}, status: PodStatus = { phase: 'Pending' }, metadata: object = {}): KubeObject => ({
  metadata: { name, namespace: 'ns', uid: name, ...metadata },
  spec: { containers: [{ name: 'c', resources: { requests: { cpu: '600m' } } }], ...spec },
  status: { ...status },
})

describe('binder()', () => {
  test('binds what fits and marks what does not', async () => {
    const { requests, carried } = await runOnce(
      controller,
      'pending',
      { nodes: [node('a'), node('b')], pods: [pod('on-a', { nodeName: 'a' }, { phase: 'Running' }), pod('p1'), pod('p2')] },
      { nowMs: Date.UTC(2024, 4, 1) },
    )
    expect(requests).toMatchObject([
      { what: 'create pods/binding p1', body: { metadata: { namespace: 'ns', uid: 'p1' }, target: { kind: 'Node', name: 'b' } } },
      {
        what: 'patch pods/status p2',
        body: {
          metadata: { uid: 'p2' },
          status: {
            conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', lastTransitionTime: '2024-05-01T00:00:00Z' }],
          },
        },
      },
    ])
    // The informer of this test never shows the binding, so it must be remembered.
    expect(carried).toEqual({ p1: 'b' })
  })

  test('counts bindings that the informer does not show yet, and does not make them again', async () => {
    const { requests } = await runOnce(
      controller,
      'pending',
      { nodes: [node('a')], pods: [pod('p1'), pod('p2')] },
      { carried: { p1: 'a' } },
    )
    expect(requests.map(({ what }) => what)).toEqual(['patch pods/status p2'])
  })

  test('does not repeat what a Pod has been told', async () => {
    const message = 'no nodes available to schedule pods'
    const told = pod(
      'p',
      {},
      {
        phase: 'Pending',
        conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message, lastTransitionTime: 'then' }],
      },
    )
    expect((await runOnce(controller, 'pending', { pods: [told] })).requests).toEqual([])
    expect(
      (await runOnce(controller, 'pending', { pods: [told], nodes: [node('a', { spec: { unschedulable: true } })] })).requests,
    ).toMatchObject([{ body: { status: { conditions: [{ lastTransitionTime: 'then' }] } } }])
  })

  test('gives a claim that is for one Pod to no second one, placed in the same run or not shown yet', async () => {
    const shown = {
      nodes: [labelled('a')],
      pods: ['p1', 'p2'].map((name) => podWith(['data'], { name, uid: name })),
      persistentvolumeclaims: [boundClaimOf('data', { accessModes: ['ReadWriteOncePod'] })],
      persistentvolumes: [volumeOf('pv-data')],
    }
    const { requests } = await runOnce(controller, 'pending', shown)
    expect(requests.map(({ what }) => what)).toEqual(['create pods/binding p1', 'patch pods/status p2'])
    const later = await runOnce(controller, 'pending', shown, { carried: { p1: 'a' } })
    expect(later.requests.map(({ what }) => what)).toEqual(['patch pods/status p2'])
  })

  const late = {
    metadata: { name: 'late' },
    provisioner: 'kubernetes.io/no-provisioner',
    volumeBindingMode: 'WaitForFirstConsumer',
  }

  test('gives claims that wait their volumes or their node, and binds the Pod when they are bound', async () => {
    const made = { ...late, metadata: { name: 'made' }, provisioner: 'csi.example.com' }
    const shown = {
      nodes: [labelled('a'), labelled('b')],
      pods: [podWith(['data', 'logs'])],
      persistentvolumeclaims: [claimOf('data'), claimOf('logs', { storageClassName: 'made' })],
      persistentvolumes: [volumeOf('v', '1Gi', 'b')],
      storageclasses: [late, made],
    }
    const { requests } = await runOnce(controller, 'pending', shown)
    expect(requests).toMatchObject([
      { what: 'patch persistentvolumes v', body: { spec: { claimRef: { namespace: 'ns', name: 'data', uid: 'uid-data' } } } },
      { what: 'patch persistentvolumeclaims logs', body: { metadata: { annotations: { 'volume.kubernetes.io/selected-node': 'b' } } } },
    ])
    const bound = {
      ...shown,
      persistentvolumeclaims: [boundClaimOf('data'), boundClaimOf('logs')],
      persistentvolumes: ['pv-data', 'pv-logs'].map((name) => volumeOf(name, '1Gi', 'b')),
    }
    expect((await runOnce(controller, 'pending', bound)).requests).toMatchObject([
      { what: 'create pods/binding p', body: { target: { name: 'b' } } },
    ])
  })

  test('tells a Pod that its claims are not bound, in the words of kube-scheduler', async () => {
    const { requests } = await runOnce(controller, 'pending', {
      nodes: [labelled('a'), labelled('b')],
      pods: [podWith(['data'])],
      persistentvolumeclaims: [claimOf('data', { storageClassName: 'now' })],
    })
    const message =
      '0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.'
    expect(requests).toMatchObject([
      { what: 'patch pods/status p', body: { status: { conditions: [{ reason: 'Unschedulable', message }] } } },
    ])
  })

  test.each([
    { title: 'a claim changes that no Pod waits for', kind: ClaimKind, object: claimOf('data') as KubeObject },
    { title: 'a volume is free that no Pod waits for', kind: VolumeKind, object: volumeOf('v') as KubeObject },
    { title: 'a class appears that no Pod waits for', kind: ClassKind, object: late },
  ])('does not look when $title', ({ kind, object }) => {
    expect(keysFor(controller, kind, object)).toEqual([])
  })

  test('remembers nothing about a Pod that somebody else has bound', async () => {
    const refuse = (): void => {
      throw conflict({ group: '', resource: 'pods/binding' }, 'p', 'pod p is already assigned to node "x"')
    }
    expect((await runOnce(controller, 'pending', { nodes: [node('a')], pods: [pod('p')] }, { refuse })).carried).toBeUndefined()
  })

  const told = pod('p', {}, { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False' }] })
  const running = pod('p', { nodeName: 'a' }, { phase: 'Running' })
  test.each([
    { title: 'a Pod appears', kind: PodKind, object: pod('p'), previous: undefined, looks: true },
    { title: 'it was only told that it does not fit', kind: PodKind, object: told, previous: pod('p'), looks: false },
    {
      title: 'its last gate is gone',
      kind: PodKind,
      object: pod('p'),
      previous: pod('p', { schedulingGates: [{ name: 'x' }] }),
      looks: true,
    },
    { title: 'a Pod ends', kind: PodKind, object: pod('p', { nodeName: 'a' }, { phase: 'Failed' }), previous: running, looks: true },
    { title: 'a Pod runs on', kind: PodKind, object: running, previous: running, looks: false },
    { title: 'a node appears', kind: NodeKind, object: node('a'), previous: undefined, looks: true },
    {
      title: 'a node only reports',
      kind: NodeKind,
      object: node('a', { metadata: { name: 'a', resourceVersion: '2' } }),
      previous: node('a'),
      looks: false,
    },
    {
      title: 'a node may be used again',
      kind: NodeKind,
      object: node('a'),
      previous: node('a', { spec: { unschedulable: true } }),
      looks: true,
    },
  ])('looks: $looks when $title', ({ kind, object, previous, looks }) => {
    expect(keysFor(controller, kind as Kind, object, previous)).toEqual(looks ? ['pending'] : [])
  })
})
