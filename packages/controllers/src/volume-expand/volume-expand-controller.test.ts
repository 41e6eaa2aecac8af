import { afterEach, describe, expect, test } from '@jest/globals'
import { Event as EventKind, PersistentVolume as VolumeKind, PersistentVolumeClaim as ClaimKind } from '@kubetape/api/kinds'
import type { Event, PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import { runControllers, type RunningControllers } from '../garbage-collector/testing/running-controllers.ts'
import { volumeExpandController } from './volume-expand-controller.ts'

const name = { namespace: 'n', name: 'data' }
const claim = (phase: 'Bound' | 'Pending' = 'Bound'): PersistentVolumeClaim => ({
  metadata: name,
  spec: { volumeName: 'disk', resources: { requests: { storage: '1Gi' } } },
  status: { phase, capacity: { storage: '1Gi' } },
})
const disk = (uid: string, source: PersistentVolume['spec']): PersistentVolume => ({
  metadata: { name: 'disk' },
  spec: { capacity: { storage: '1Gi' }, claimRef: { ...name, uid }, ...source },
})

describe('volumeExpandController()', () => {
  let running: RunningControllers | undefined
  afterEach(async () => {
    const stopping = running?.manager.stop()
    await running?.clock.advance(0)
    await stopping
  })

  async function begin(source: PersistentVolume['spec']): Promise<RunningControllers> {
    running = await runControllers([volumeExpandController()], async (cluster) => {
      const { metadata } = await cluster.create(ClaimKind, claim())
      await cluster.create(VolumeKind, disk(metadata.uid!, source))
    })
    return running
  }
  const ask = (storage: string): Promise<unknown> =>
    running!.cluster.patch(ClaimKind, name, { type: 'merge', body: { spec: { resources: { requests: { storage } } } } })

  test('tells once that somebody else has to expand what no plugin here can', async () => {
    const { cluster, clock } = await begin({ hostPath: { path: '/x' } })
    await clock.advance(10)
    expect(cluster.writes).toEqual([])
    await ask('2Gi')
    await clock.advance(10)
    await cluster.patch(ClaimKind, name, { type: 'merge', body: { metadata: { labels: { a: 'b' } } } })
    await clock.advance(10)
    const { items } = await cluster.list<Event>(EventKind)
    expect(items).toMatchObject([
      {
        type: 'Warning',
        reason: 'ExternalExpanding',
        message: 'waiting for an external controller to expand this PVC',
        source: { component: 'volume_expand' },
        count: 1,
      },
    ])
    expect(cluster.writes.filter((write) => !write.includes('events'))).toEqual([
      'patch persistentvolumeclaims/data',
      'patch persistentvolumeclaims/data',
    ])
  })

  test('grows a FlexVolume and takes its mark off when the node is done', async () => {
    const { cluster, clock } = await begin({ flexVolume: { driver: 'example.com/flex' } })
    await ask('2Gi')
    await clock.advance(10)
    const volume = await cluster.get<PersistentVolume>(VolumeKind, { name: 'disk' })
    expect(volume.spec?.capacity).toEqual({ storage: '2Gi' })
    expect(volume.metadata.annotations).toEqual({ 'volume.alpha.kubernetes.io/pre-resize-capacity': '1Gi' })
    const status = { capacity: { storage: '2Gi' }, conditions: null }
    await cluster.patch(ClaimKind, name, { type: 'merge', body: { status } }, { subresource: 'status' })
    await clock.advance(10)
    expect((await cluster.get<PersistentVolume>(VolumeKind, { name: 'disk' })).metadata.annotations).toEqual({})
  })

  test('waits for a volume that is not in sight yet', async () => {
    running = await runControllers([volumeExpandController()], async (cluster) => void (await cluster.create(ClaimKind, claim())))
    const { cluster, clock } = running
    await ask('2Gi')
    await clock.advance(10)
    const { uid } = (await cluster.get<PersistentVolumeClaim>(ClaimKind, name)).metadata
    await cluster.create(VolumeKind, disk(uid!, { hostPath: { path: '/x' } }))
    await clock.advance(5000)
    expect((await cluster.list(EventKind)).items).toHaveLength(1)
  })
})
