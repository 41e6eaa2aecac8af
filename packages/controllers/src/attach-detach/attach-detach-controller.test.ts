import { afterEach, describe, expect, test } from '@jest/globals'
import {
  Node as NodeKind,
  PersistentVolume as VolumeKind,
  PersistentVolumeClaim as ClaimKind,
  Pod as PodKind,
  VolumeAttachment as AttachmentKind,
} from '@kubetape/api/kinds'
import type { Node, Pod } from '@kubetape/api/types/core/v1'
import type { VolumeAttachment } from '@kubetape/api/types/storage/v1'
import { runControllers, type RunningControllers } from '../garbage-collector/testing/running-controllers.ts'
import { attachDetachController } from './attach-detach-controller.ts'
import { UNMOUNT_MAX_MS } from './plan.ts'
import { attachmentOf, boundClaim, boundVolume, managedNode, userOf } from './testing/attached-objects.ts'

let running: RunningControllers | undefined
afterEach(async () => {
  const stopping = running?.manager.stop()
  await running?.clock.advance(0)
  await stopping
})

/** Two nodes and a bound claim. */
async function start(): Promise<RunningControllers> {
  running = await runControllers([attachDetachController()], async (cluster) => {
    for (const name of ['n', 'm']) await cluster.create<Node>(NodeKind, managedNode(name))
    await cluster.create(VolumeKind, boundVolume('data'))
    await cluster.create(ClaimKind, boundClaim('data'))
    // The small cluster makes uids of its own.
    const { metadata } = await cluster.get(ClaimKind, { namespace: 'ns', name: 'data' })
    await cluster.patch(VolumeKind, { name: 'pv-data' }, { type: 'merge', body: { spec: { claimRef: { uid: metadata.uid } } } })
  })
  return running
}

const attachments = async ({ cluster }: RunningControllers): Promise<string[]> =>
  (await cluster.list<VolumeAttachment>(AttachmentKind)).items.map(({ spec }) => `${spec.source.persistentVolumeName} on ${spec.nodeName}`)

async function attachTo(node: string, { cluster, clock }: RunningControllers): Promise<void> {
  const { name = '' } = attachmentOf('data', node).metadata
  await cluster.patch(AttachmentKind, { name }, { type: 'merge', body: { status: { attached: true } } })
  await clock.advance(1)
}

const volumesAttached = async (node: string, { cluster }: RunningControllers): Promise<string[] | undefined> =>
  (await cluster.get<Node>(NodeKind, { name: node })).status?.volumesAttached?.map(({ name }) => name)

describe('attachDetachController()', () => {
  test('moves a volume from node to node, never on two at once', async () => {
    const now = await start()
    const { cluster, clock } = now
    for (const [pod, node] of [
      ['first', 'n'],
      ['second', 'm'],
    ] as const)
      await cluster.create<Pod>(PodKind, userOf(pod, node, ['data']))
    await clock.advance(1)
    expect(await attachments(now)).toEqual(['pv-data on n'])
    await attachTo('n', now)
    expect(await volumesAttached('n', now)).toEqual(['kubernetes.io/csi/csi.example.com^handle-data'])
    await cluster.delete(PodKind, { namespace: 'ns', name: 'first' }, { gracePeriodSeconds: 0 })
    await clock.advance(1)
    expect([await attachments(now), await volumesAttached('n', now)]).toEqual([['pv-data on m'], undefined])
  })

  test('detaches when the node stops using the volume, or is lost for six minutes', async () => {
    const now = await start()
    const { cluster, clock } = now
    await cluster.create<Pod>(PodKind, userOf('p', 'n', ['data']))
    await clock.advance(1)
    await attachTo('n', now)
    const volumesInUse = await volumesAttached('n', now)
    await cluster.patch(NodeKind, { name: 'n' }, { type: 'merge', body: { status: { volumesInUse } } })
    await cluster.delete(PodKind, { namespace: 'ns', name: 'p' }, { gracePeriodSeconds: 0 })
    await clock.advance(UNMOUNT_MAX_MS)
    expect(await attachments(now)).toEqual(['pv-data on n'])
    await cluster.delete(NodeKind, { name: 'n' })
    await clock.advance(1)
    expect(await attachments(now)).toEqual([])
  })

  test('never runs for Pods without claims, nor for nodes without volumes', async () => {
    const now = await start()
    const { cluster, clock } = now
    await cluster.create<Pod>(PodKind, userOf('p', 'n', []))
    await cluster.patch(NodeKind, { name: 'n' }, { type: 'merge', body: { status: { volumesInUse: ['x'] } } })
    cluster.writes.length = 0
    await clock.advance(1000)
    expect([cluster.writes, now.manager.idle]).toEqual([[], true])
  })
})
