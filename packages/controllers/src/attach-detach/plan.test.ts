import { describe, expect, test } from '@jest/globals'
import type { Pod } from '@kubetape/api/types/core/v1'
import { attachedVolumeName, attachmentNameOf } from '@kubetape/csi'
import { type AttachDetachPlan, type NodeMemory, type NodeObserved, plan, UNMOUNT_MAX_MS } from './plan.ts'
import { attachmentOf, boundVolume, DRIVER, managedNode, userOf } from './testing/attached-objects.ts'

const NOW = 1_000_000
const id = { driver: DRIVER, volumeHandle: 'handle-data' }
const NAME = attachmentNameOf(id, 'n')
const IN_USE = attachedVolumeName(id)
const volume = boundVolume('data')
const wanted = [{ volume, pods: [userOf('p', 'n', ['data'])] }]

function observed(rest: Partial<NodeObserved> = {}): NodeObserved {
  return {
    nodeName: 'n',
    node: managedNode('n'),
    wanted: [],
    attachments: [],
    volumeOf: (name) => (name === 'pv-data' ? volume : undefined),
    elsewhere: () => ({ isAttached: false, pods: [] }),
    ...rest,
  }
}

/** What a plan comes to, in words. */
function said({ report, detach, attach, events }: AttachDetachPlan): string[] {
  return [
    ...(report === undefined ? [] : [`report ${report.map(({ name }) => name).join(',')}`]),
    ...detach.map(({ attachment, verify }) => `detach ${attachment.metadata.name}${verify ? '' : ' by force'}`),
    ...attach.map(({ name }) => `attach ${name}`),
    ...events.map(({ pod, reason, message }) => `${pod.metadata.name} ${reason} ${message}`),
  ]
}

describe('plan() of attachments', () => {
  const pending = { attached: false }
  const deleting = { ...attachmentOf('data', 'n'), metadata: { name: NAME, deletionTimestamp: '2024-01-01T00:00:00Z' } }
  const succeeded = 'p SuccessfulAttachVolume AttachVolume.Attach succeeded for volume "pv-data" '
  test.each<[string, Partial<NodeObserved>, string[]]>([
    ['attaches what is wanted', { wanted }, [`attach ${NAME}`]],
    ['waits for the attacher', { wanted, attachments: [attachmentOf('data', 'n', pending)] }, []],
    ['tells node and Pod when it is there', { wanted, attachments: [attachmentOf('data', 'n')] }, [`report ${IN_USE}`, succeeded]],
    ['rests when all is said', { wanted, attachments: [attachmentOf('data', 'n')], node: managedNode('n', ['data']) }, []],
    ['leaves nodes alone that attach themselves', { wanted, node: managedNode('n', [], { metadata: { name: 'n' } }) }, []],
    ['leaves Pods of lost nodes alone', { wanted, node: undefined }, []],
    ['lets an old attachment go first', { wanted, attachments: [deleting] }, []],
    ['detaches what nobody wants', { attachments: [attachmentOf('data', 'n')] }, [`detach ${NAME}`]],
    ['keeps what the node still uses', { attachments: [attachmentOf('data', 'n')], node: managedNode('n', ['data']) }, []],
    [
      'takes a volume back from the node before it is detached',
      {
        attachments: [attachmentOf('data', 'n')],
        node: { ...managedNode('n', ['data']), status: { volumesAttached: [{ name: IN_USE, devicePath: '' }] } },
      },
      ['report ', `detach ${NAME}`],
    ],
    ['leaves attachments of others', { attachments: [{ ...attachmentOf('data', 'n'), metadata: { name: 'mine' } }] }, []],
    ['knows its own by what the node was told', { attachments: [attachmentOf('data', 'n', pending)], volumeOf: () => undefined }, []],
    [
      'keeps what other plugins have told the node',
      { node: { ...managedNode('n'), status: { volumesAttached: [{ name: 'kubernetes.io/x/1', devicePath: '/dev/x' }] } } },
      [],
    ],
    [
      'detaches at once from a node that is out of service',
      {
        attachments: [attachmentOf('data', 'n')],
        node: managedNode('n', ['data'], { spec: { taints: [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }] } }),
      },
      ['report ', `detach ${NAME} by force`],
    ],
  ])('%s', (_, given, then) => {
    expect(said(plan(observed(given), undefined, NOW))).toEqual(then)
  })

  test('waits six minutes for a node that is not ready, and for ever for one that is', () => {
    const attachments = [attachmentOf('data', 'n')]
    const unready = { ...managedNode('n', ['data']), status: { ...managedNode('n', ['data']).status, conditions: [] } }
    const first = plan(observed({ attachments, node: unready }), undefined, NOW)
    expect(first).toMatchObject({ detach: [], requeueAfterMs: UNMOUNT_MAX_MS, memory: { detachSinceMs: { [NAME]: NOW } } })
    const later = NOW + UNMOUNT_MAX_MS
    expect(said(plan(observed({ attachments, node: unready }), first.memory, later))).toEqual(['report ', `detach ${NAME} by force`])
    expect(plan(observed({ attachments, node: managedNode('n', ['data']) }), first.memory, later).detach).toEqual([])
    expect(said(plan(observed({ attachments, node: undefined }), first.memory, later))).toEqual([`detach ${NAME} by force`])
  })
})

describe('plan() of attachments that are elsewhere', () => {
  const other = (namespace: string, name: string): Pod => userOf(name, 'm', ['data'], namespace)
  const multi = (users: readonly Pod[], of = wanted): AttachDetachPlan =>
    plan(observed({ wanted: of, elsewhere: () => ({ isAttached: true, pods: users }) }), undefined, NOW)

  test.each<[Pod[], string]>([
    [[], "Volume is already exclusively attached to one node and can't be attached to another"],
    [[other('ns', 'a'), other('ns', 'b')], 'Volume is already used by pod(s) a, b'],
    [[other('ns', 'a'), other('x', 'b')], 'Volume is already used by pod(s) a and 1 pod(s) in different namespaces'],
    [[other('x', 'a'), other('x', 'b')], 'Volume is already used by 2 pod(s) in different namespaces'],
  ])('says so, by the Pods that the reader may know of', (users, text) => {
    expect(said(multi(users))).toEqual([`p FailedAttachVolume Multi-Attach error for volume "pv-data" ${text}`])
  })

  test('says so once, and attaches when the other node has let go', () => {
    const { memory } = multi([])
    expect(said(plan(observed({ wanted, elsewhere: () => ({ isAttached: true, pods: [] }) }), memory, NOW + 1))).toEqual([])
    expect(said(plan(observed({ wanted }), memory, NOW + 2))).toEqual([`attach ${NAME}`])
  })

  test.each<[Parameters<typeof boundVolume>[1]]>([[['ReadWriteMany']], [['ReadWriteOnce', 'ReadOnlyMany']], [[]]])(
    'attaches a second time with access modes %j',
    (modes) => {
      expect(said(multi([], [{ volume: boundVolume('data', modes), pods: [] }]))).toEqual([`attach ${NAME}`])
    },
  )
})

describe('plan() of attachments that fail', () => {
  const attempt = (memory: NodeMemory | undefined, nowMs: number, message?: string): AttachDetachPlan => {
    const attachments = [attachmentOf('data', 'n', { attached: false, ...(message === undefined ? {} : { attachError: { message } }) })]
    return plan(observed({ wanted, attachments }), memory, nowMs)
  }

  test('passes the words of the attacher on, each time after twice the wait', () => {
    const text = 'p FailedAttachVolume AttachVolume.Attach failed for volume "pv-data" : disk is full'
    const first = attempt(undefined, NOW, 'disk is full')
    expect([said(first), first.requeueAfterMs]).toEqual([[text], 500])
    expect(said(attempt(first.memory, NOW + 499, 'disk is full'))).toEqual([])
    const second = attempt(first.memory, NOW + 500, 'disk is full')
    expect([said(second), second.requeueAfterMs]).toEqual([[text], 1000])
  })

  test('complains about an attacher that says nothing for two minutes', () => {
    const first = attempt(undefined, NOW)
    expect([said(first), first.requeueAfterMs]).toEqual([[], 120_000])
    expect(said(attempt(first.memory, NOW + 120_000))).toEqual([
      `p FailedAttachVolume AttachVolume.Attach failed for volume "pv-data" : timed out waiting for external-attacher of ${DRIVER} CSI driver to attach volume handle-data`,
    ])
  })
})
