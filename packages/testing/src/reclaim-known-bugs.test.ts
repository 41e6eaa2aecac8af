import { describe, expect, test } from '@jest/globals'
import { PersistentVolume as VolumeKind, PersistentVolumeClaim as ClaimKind } from '@kubetape/api/kinds'
import type { PersistentVolume } from '@kubetape/api/types/core/v1'
import { CLAIM, HostPathCluster } from './testing/host-path-cluster.ts'

/** Upstream waits as long until it looks at everything again. */
const RESYNC_MS = 16_000

const handmade = (claimRef: object): PersistentVolume => ({
  metadata: { name: 'handmade' },
  spec: {
    accessModes: ['ReadWriteOnce'],
    capacity: { storage: '1Gi' },
    hostPath: { path: '/tmp/hostpath_pv/handmade' },
    persistentVolumeReclaimPolicy: 'Delete',
    storageClassName: 'none',
    claimRef: { kind: 'PersistentVolumeClaim', apiVersion: 'v1', ...CLAIM, ...claimRef },
  },
})

// Known bug 11: kubernetes-csi/external-provisioner#546, KEP-2644.
describe('a volume that is deleted before its claim', () => {
  test('stays until its storage is deleted, with HonorPVReclaimPolicy', async () => {
    await using stage = await HostPathCluster.start()
    const { cluster, directories } = stage
    const name = await stage.bound()
    await stage.delete(VolumeKind, { name })
    await cluster.advance(RESYNC_MS)
    const terminating = await stage.volume(name)
    expect([terminating?.status?.phase, terminating?.metadata.deletionTimestamp !== undefined, directories.paths.size]).toEqual([
      'Bound',
      true,
      1,
    ])
    await stage.delete(ClaimKind, CLAIM)
    await cluster.advance(RESYNC_MS)
    expect([await stage.volume(name), [...directories.paths]]).toEqual([undefined, []])
    await cluster.expectReplaysSame()
  })

  test('takes the knowledge of its storage with it, without the gate', async () => {
    await using stage = await HostPathCluster.start({ featureGates: 'HonorPVReclaimPolicy=false' })
    const { cluster, directories } = stage
    const name = await stage.bound()
    expect((await stage.volume(name))?.metadata.finalizers).toEqual(['kubernetes.io/pv-protection'])
    await stage.delete(VolumeKind, { name })
    await stage.delete(ClaimKind, CLAIM)
    await cluster.advance(RESYNC_MS)
    expect([await stage.volume(name), directories.paths.size]).toEqual([undefined, 1])
    expect(directories.asked.filter((what) => what.startsWith('remove'))).toEqual([])
  })

  test.each([
    ['', true, 0],
    ['HonorPVReclaimPolicy=false', false, 0],
  ])('is deleted with its storage when the claim goes first, with gates "%s"', async (featureGates, _, left) => {
    await using stage = await HostPathCluster.start(featureGates === '' ? {} : { featureGates })
    const name = await stage.bound()
    await stage.delete(ClaimKind, CLAIM)
    await stage.cluster.advance(1000)
    expect([await stage.volume(name), stage.directories.paths.size]).toEqual([undefined, left])
  })
})

// Known bug 8: kubernetes/kubernetes#83177.
test('a new volume is not deleted when its claim is not in sight yet', async () => {
  await using stage = await HostPathCluster.start()
  const { cluster, directories } = stage
  const stale = cluster.faults.staleState(ClaimKind)
  const { metadata } = await stage.createClaim({ storageClassName: 'none' })
  await stage.directories.create('/tmp/hostpath_pv/handmade')
  await cluster.create(VolumeKind, handmade({ uid: metadata.uid! }))
  await cluster.advance(RESYNC_MS)
  expect([(await stage.volume('handmade'))?.status?.phase, directories.paths.size]).toEqual(['Pending', 1])
  stale.end()
  await cluster.advance(1000)
  expect([(await stage.volume('handmade'))?.status?.phase, (await stage.get(ClaimKind, CLAIM))?.status?.phase]).toEqual(['Bound', 'Bound'])
  await cluster.expectReplaysSame()
})

// Known bug 10: kubernetes/kubernetes#142332.
test('a bound volume is not deleted when its claim is missing from the list that a restart begins with', async () => {
  await using stage = await HostPathCluster.start()
  const { cluster, directories } = stage
  // From now on the controllers are shown the claims of now: none.
  const stale = cluster.faults.staleState(ClaimKind)
  const { metadata } = await stage.createClaim({ storageClassName: 'none', volumeName: 'handmade' })
  await directories.create('/tmp/hostpath_pv/handmade')
  const bound = { type: 'merge' as const, body: { status: { phase: 'Bound' } } }
  const volume = await cluster.create(VolumeKind, handmade({ uid: metadata.uid! }))
  await cluster.within(cluster.client().patch(VolumeKind, { name: volume.metadata.name! }, bound, { subresource: 'status' }))
  cluster.crash()
  await cluster.advance(RESYNC_MS)
  expect([(await stage.volume('handmade'))?.status?.phase, directories.paths.size]).toEqual(['Bound', 1])
  stale.end()
  await cluster.advance(RESYNC_MS)
  expect([(await stage.get(ClaimKind, CLAIM))?.status?.phase, directories.paths.size]).toEqual(['Bound', 1])
})

// Known bug 9: kubernetes/kubernetes#105131; what is deleted is decided here, what is released by the binder.
test('a volume whose claim was deleted and made again is deleted once, and nothing of the new claim', async () => {
  await using stage = await HostPathCluster.start()
  const { cluster, directories } = stage
  const first = await stage.bound()
  const stale = cluster.faults.staleState(ClaimKind)
  await stage.delete(ClaimKind, CLAIM)
  await cluster.advance(100)
  await stage.createClaim()
  stale.end()
  await cluster.advance(RESYNC_MS)
  const claim = await stage.get(ClaimKind, CLAIM)
  expect([await stage.volume(first), claim?.status?.phase, directories.paths.size]).toEqual([undefined, 'Bound', 1])
  expect(claim?.spec?.volumeName).toBe(`pvc-${claim?.metadata.uid}`)
})
