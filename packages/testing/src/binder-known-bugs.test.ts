import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { PersistentVolume as VolumeKind, PersistentVolumeClaim as ClaimKind } from '@kubetape/api/kinds'
import type { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import { claimBinderController, inTreePlugins, volumeBinderController } from '@kubetape/controllers'
import type { Controller } from '@kubetape/runtime'
import { TestCluster } from './test-cluster.ts'

/** Long enough for every resync and every try again. */
const A_WHILE_MS = 60_000
const CLAIM = { namespace: 'default', name: 'data' }
/** What the host-path plugin was asked to delete. */
const deleted: string[] = []
let cluster: TestCluster

beforeEach(async () => {
  deleted.length = 0
  cluster = await TestCluster.start({ controllers: binder(), builtin: ['*', '-persistentvolume-binder-controller'] })
}, 60_000)

afterEach(() => cluster[Symbol.asyncDispose]())

function binder(): Controller[] {
  const directories = {
    create: () => Promise.resolve(),
    remove: (path: string) => {
      deleted.push(path)
      return Promise.resolve()
    },
  }
  const plugins = inTreePlugins({ directories, provisions: true })
  return [claimBinderController({ plugins }), volumeBinderController({ plugins })]
}

const makeClaim = (): Promise<PersistentVolumeClaim> =>
  cluster.create<PersistentVolumeClaim>(ClaimKind, {
    metadata: CLAIM,
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'none-of-this-name', resources: { requests: { storage: '1Gi' } } },
  })

/** A volume that a provisioner has made for a claim, whose storage goes with it. */
const makeVolume = ({ metadata }: PersistentVolumeClaim): Promise<PersistentVolume> =>
  cluster.create<PersistentVolume>(VolumeKind, {
    metadata: { name: 'made', annotations: { 'pv.kubernetes.io/provisioned-by': 'kubernetes.io/host-path' } },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName: 'none-of-this-name',
      hostPath: { path: '/tmp/hostpath_pv/made' },
      claimRef: { kind: 'PersistentVolumeClaim', apiVersion: 'v1', ...CLAIM, uid: metadata.uid! },
    },
  })

const phases = async (): Promise<(string | undefined)[]> => {
  const client = cluster.client()
  const volume = await cluster.within(client.get<PersistentVolume>(VolumeKind, { name: 'made' }))
  const claim = await cluster.within(client.get<PersistentVolumeClaim>(ClaimKind, CLAIM))
  return [volume.status?.phase, claim.status?.phase]
}

/** Every phase that the volume has had. */
const phasesOnTape = (): Set<string | undefined> =>
  new Set(
    cluster.log
      .entries({ from: 1, limit: cluster.log.head(), prefix: '/persistentvolumes/made' })
      .map(({ value }) => (JSON.parse(Buffer.from(value ?? '{}').toString()) as PersistentVolume).status?.phase),
  )

const removeClaim = async (): Promise<void> => {
  await cluster.within(cluster.client().delete(ClaimKind, CLAIM))
  await cluster.advance(1000)
}

// Known bug 8: kubernetes/kubernetes#83177.
describe('a volume with policy Delete that is seen before the claim that it was made for', () => {
  test('is not released, and is bound when the claim comes in sight', async () => {
    const late = cluster.faults.staleState(ClaimKind)
    await makeVolume(await makeClaim())
    await cluster.advance(A_WHILE_MS)
    expect([phasesOnTape().has('Released'), deleted]).toEqual([false, []])
    late.end()
    await cluster.settle()
    expect([await phases(), deleted]).toEqual([['Bound', 'Bound'], []])
    await cluster.expectReplaysSame()
  }, 60_000)
})

// Known bug 9: kubernetes/kubernetes#105131.
describe('a claim that was deleted and made again, and whose predecessor is still in sight', () => {
  test('keeps the volume that was made for it', async () => {
    await makeClaim()
    await cluster.settle()
    const late = cluster.faults.staleState(ClaimKind)
    await removeClaim()
    await makeVolume(await makeClaim())
    await cluster.advance(A_WHILE_MS)
    expect([phasesOnTape().has('Released'), deleted]).toEqual([false, []])
    late.end()
    await cluster.settle()
    expect([await phases(), deleted]).toEqual([['Bound', 'Bound'], []])
    await cluster.expectReplaysSame()
  }, 60_000)

  test('is not given away: a volume is not bound to a claim that is gone', async () => {
    await makeClaim()
    await cluster.settle()
    const late = cluster.faults.staleState(ClaimKind)
    await removeClaim()
    const free = { ...(await makeVolumeOfNobody()).metadata }
    await cluster.advance(A_WHILE_MS)
    const { spec, status } = await cluster.within(cluster.client().get<PersistentVolume>(VolumeKind, { name: free.name! }))
    expect([spec?.claimRef, status?.phase, deleted]).toEqual([undefined, 'Available', []])
    late.end()
    await cluster.expectReplaysSame()
  }, 60_000)
})

const makeVolumeOfNobody = (): Promise<PersistentVolume> =>
  cluster.create<PersistentVolume>(VolumeKind, {
    metadata: { name: 'free' },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName: 'none-of-this-name',
      hostPath: { path: '/tmp/hostpath_pv/free' },
    },
  })

// Known bug 10: kubernetes/kubernetes#142332, open upstream when this was written.
describe('a claim that a list anew does not show', () => {
  test('keeps the volume that it is bound to', async () => {
    const late = cluster.faults.staleState(ClaimKind)
    await makeVolume(await makeClaim())
    await bindByHand()
    // Started anew, the binder lists claims as they were before this one.
    cluster.crash()
    await cluster.advance(A_WHILE_MS)
    expect([await phases(), deleted]).toEqual([['Bound', 'Bound'], []])
    late.end()
    await cluster.settle()
    expect([await phases(), deleted]).toEqual([['Bound', 'Bound'], []])
    await cluster.expectReplaysSame()
  }, 60_000)

  test('keeps a Released volume that was given to it', async () => {
    const late = cluster.faults.staleState(ClaimKind)
    await makeVolume(await makeClaim())
    const client = cluster.client()
    const released = { type: 'merge', body: { status: { phase: 'Released' } } } as const
    await cluster.within(client.patch(VolumeKind, { name: 'made' }, released, { subresource: 'status' }))
    await cluster.advance(A_WHILE_MS)
    expect(deleted).toEqual([])
    late.end()
    await cluster.settle()
    expect([await phases(), deleted]).toEqual([['Bound', 'Bound'], []])
    await cluster.expectReplaysSame()
  }, 60_000)
})

/** As a binder does that has died since. */
async function bindByHand(): Promise<void> {
  const client = cluster.client()
  const merge = (body: object) => ({ type: 'merge', body }) as const
  await cluster.within(client.patch(VolumeKind, { name: 'made' }, merge({ status: { phase: 'Bound' } }), { subresource: 'status' }))
  const annotations = { 'pv.kubernetes.io/bind-completed': 'yes', 'pv.kubernetes.io/bound-by-controller': 'yes' }
  await cluster.within(client.patch(ClaimKind, CLAIM, merge({ metadata: { annotations }, spec: { volumeName: 'made' } })))
  const status = { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' } }
  await cluster.within(client.patch(ClaimKind, CLAIM, merge({ status }), { subresource: 'status' }))
}
