import { describe, expect, test } from '@jest/globals'
import { Event as EventKind, PersistentVolume as VolumeKind, PersistentVolumeClaim as ClaimKind, Pod as PodKind } from '@kubetape/api/kinds'
import type { Event, PersistentVolume, Pod } from '@kubetape/api/types/core/v1'
import { CLAIM, HostPathCluster } from './testing/host-path-cluster.ts'

const RESYNC_MS = 16_000
const DISK = 'disk'
const SCRUBBER = { namespace: 'default', name: `recycler-for-${DISK}` }

/** A volume made by hand, and a claim that is bound to it. */
async function boundToDisk(stage: HostPathCluster, policy: 'Delete' | 'Recycle' | 'Retain'): Promise<void> {
  await stage.cluster.create(VolumeKind, {
    metadata: { name: DISK },
    spec: {
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '1Gi' },
      hostPath: { path: '/tmp/disk' },
      persistentVolumeReclaimPolicy: policy,
      storageClassName: 'shelf',
    },
  })
  await stage.directories.create('/tmp/disk')
  await stage.cluster.advance(1000)
  await stage.createClaim({ storageClassName: 'shelf' })
  await stage.cluster.advance(1000)
}

const phase = async (stage: HostPathCluster): Promise<string | undefined> => (await stage.volume(DISK))?.status?.phase

async function eventsOf(stage: HostPathCluster): Promise<string[]> {
  const { items } = await stage.cluster.within(stage.cluster.client().list<Event>(EventKind, { namespace: 'default' }))
  return items
    .filter(({ involvedObject }) => involvedObject.name === DISK)
    .map(({ type, reason, message }) => `${type} ${reason}: ${message}`)
}

async function change(stage: HostPathCluster, body: object, subresource?: string): Promise<void> {
  const options = subresource === undefined ? {} : { subresource }
  await stage.cluster.within(stage.cluster.client().patch<PersistentVolume>(VolumeKind, { name: DISK }, { type: 'merge', body }, options))
}

describe('a volume with policy Delete', () => {
  test('is Failed while its storage cannot be deleted, is tried again ever more seldom, and goes when it can', async () => {
    await using stage = await HostPathCluster.start()
    const { cluster, directories } = stage
    await boundToDisk(stage, 'Delete')
    directories.failure = new Error('unlinkat /tmp/disk: device or resource busy')
    await stage.delete(ClaimKind, CLAIM)
    await cluster.advance(100)
    const failed = await stage.volume(DISK)
    expect([failed?.status?.phase, failed?.status?.message]).toEqual(['Failed', directories.failure.message])
    expect(await eventsOf(stage)).toEqual([`Warning VolumeFailedDelete: ${directories.failure.message}`])
    await cluster.advance(10 * 60_000)
    const removals = directories.asked.filter((what) => what.startsWith('remove')).length
    // Every 15 s it is looked at: at first that is late enough, later the wait is two minutes.
    expect(removals).toBeGreaterThan(6)
    expect(removals).toBeLessThan(14)
    directories.failure = undefined
    await cluster.advance(130_000)
    expect([await phase(stage), directories.paths.size]).toEqual([undefined, 0])
    await cluster.expectReplaysSame()
  })

  test('stays Failed when its policy becomes Retain, and is Available when its reference is cleared', async () => {
    await using stage = await HostPathCluster.start()
    await boundToDisk(stage, 'Delete')
    stage.directories.failure = new Error('busy')
    await stage.delete(ClaimKind, CLAIM)
    await stage.cluster.advance(100)
    await change(stage, { spec: { persistentVolumeReclaimPolicy: 'Retain' } })
    stage.directories.failure = undefined
    await stage.cluster.advance(RESYNC_MS)
    expect([await phase(stage), stage.directories.paths.size]).toEqual(['Failed', 1])
    await change(stage, { spec: { claimRef: null } })
    await stage.cluster.advance(1000)
    const { status } = (await stage.volume(DISK))!
    expect([status?.phase, status?.message]).toEqual(['Available', undefined])
  })
})

test('a volume with policy Retain is Released, with its storage, and the time says when', async () => {
  await using stage = await HostPathCluster.start()
  await boundToDisk(stage, 'Retain')
  const bound = (await stage.volume(DISK))!.status!.lastPhaseTransitionTime!
  await stage.cluster.advance(60_000)
  await stage.delete(ClaimKind, CLAIM)
  await stage.cluster.advance(1000)
  const { status } = (await stage.volume(DISK))!
  expect([status?.phase, stage.directories.asked.filter((what) => what.startsWith('remove'))]).toEqual(['Released', []])
  expect(Date.parse(status!.lastPhaseTransitionTime!) - Date.parse(bound)).toBeGreaterThanOrEqual(60_000)
})

describe('a volume with policy Recycle', () => {
  const pod = (stage: HostPathCluster): Promise<Pod | undefined> => stage.get(PodKind, SCRUBBER)
  const ends = (stage: HostPathCluster, status: Pod['status']): Promise<Pod> =>
    stage.cluster.within(stage.cluster.client().patch(PodKind, SCRUBBER, { type: 'merge', body: { status } }, { subresource: 'status' }))

  test('is scrubbed by a Pod, tells what is said of it, and is Available again', async () => {
    await using stage = await HostPathCluster.start()
    const { cluster } = stage
    await boundToDisk(stage, 'Recycle')
    await stage.delete(ClaimKind, CLAIM)
    await cluster.advance(RESYNC_MS)
    const scrubber = (await pod(stage))!
    expect([await phase(stage), scrubber.spec.activeDeadlineSeconds, scrubber.spec.volumes?.[0]]).toEqual([
      'Released',
      60,
      { name: 'vol', hostPath: { path: '/tmp/disk', type: '' } },
    ])
    await cluster.create<Event>(EventKind, {
      metadata: { namespace: 'default', name: 'scheduled' },
      involvedObject: { kind: 'Pod', namespace: 'default', name: SCRUBBER.name },
      type: 'Normal',
      reason: 'Scheduled',
      message: 'assigned to a node',
    })
    await ends(stage, { phase: 'Succeeded' })
    await cluster.advance(1000)
    const { spec, status, metadata } = (await stage.volume(DISK))!
    expect([status?.phase, spec?.claimRef, metadata.annotations, await pod(stage)]).toEqual(['Available', undefined, undefined, undefined])
    expect((await eventsOf(stage)).sort()).toEqual([
      'Normal RecyclerPod: Recycler pod: assigned to a node',
      'Normal VolumeRecycled: Volume recycled',
    ])
    await cluster.expectReplaysSame()
  })

  test('is Failed with its Pod, and scrubbed by another at once', async () => {
    await using stage = await HostPathCluster.start()
    await boundToDisk(stage, 'Recycle')
    await stage.delete(ClaimKind, CLAIM)
    await stage.cluster.advance(1000)
    const first = (await pod(stage))!
    await ends(stage, { phase: 'Failed', message: 'disk is on fire' })
    await stage.cluster.advance(1000)
    const message = 'Recycle failed: failed to recycle volume: disk is on fire'
    expect([await phase(stage), (await stage.volume(DISK))?.status?.message]).toEqual(['Failed', message])
    expect((await pod(stage))?.metadata.uid).not.toBe(first.metadata.uid)
  })

  test('begins anew after a restart: the Pod that was there is not trusted', async () => {
    await using stage = await HostPathCluster.start()
    await boundToDisk(stage, 'Recycle')
    await stage.delete(ClaimKind, CLAIM)
    await stage.cluster.advance(1000)
    const first = (await pod(stage))!
    stage.cluster.crash()
    await stage.cluster.advance(RESYNC_MS)
    expect((await stage.volume(DISK))?.status?.message).toBe('Recycle failed: old recycler pod found, will retry later')
    expect((await pod(stage))?.metadata.uid).not.toBe(first.metadata.uid)
  })

  test('is left alone while a Pod that has no claim any more may still write to it', async () => {
    await using stage = await HostPathCluster.start()
    const { cluster } = stage
    await boundToDisk(stage, 'Recycle')
    const containers = [{ name: 'c', image: 'i' }]
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: CLAIM.name } }]
    await cluster.create<Pod>(PodKind, { metadata: { namespace: CLAIM.namespace, name: 'user' }, spec: { containers, volumes } })
    await stage.delete(ClaimKind, CLAIM)
    await cluster.advance(1000)
    expect([await phase(stage), await pod(stage)]).toEqual(['Released', undefined])
    expect(await eventsOf(stage)).toContain('Normal VolumeFailedRecycle: Volume is used by pods: n/user')
  })
})
