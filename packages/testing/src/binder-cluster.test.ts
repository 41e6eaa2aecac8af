import { afterEach, describe, expect, test } from '@jest/globals'
import { PersistentVolume as VolumeKind, PersistentVolumeClaim as ClaimKind } from '@kubetape/api/kinds'
import type { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import { claimBinderController, volumeBinderController } from '@kubetape/controllers'
import { TestCluster } from './test-cluster.ts'

const N = 30
let cluster: TestCluster
afterEach(() => cluster[Symbol.asyncDispose]())

const sizeOf = (at: number): string => `${1 + (at % 3)}Gi`

function makeVolumes(): Promise<unknown> {
  const volume = (at: number): PersistentVolume => ({
    metadata: { name: `volume-${at}`, labels: { third: String(at % 3) } },
    spec: {
      capacity: { storage: sizeOf(at) },
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'shelf',
      nfs: { server: 'nfs.example.com', path: `/export/${at}` },
    },
  })
  return cluster.within(
    Promise.all(Array.from({ length: N }, (_, at) => cluster.client().create<PersistentVolume>(VolumeKind, volume(at)))),
  )
}

function makeClaims(): Promise<unknown> {
  const claim = (at: number): PersistentVolumeClaim => ({
    metadata: { name: `claim-${at}`, namespace: 'default' },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'shelf',
      resources: { requests: { storage: sizeOf(at) } },
      ...(at % 2 === 0 ? { selector: { matchLabels: { third: String(at % 3) } } } : {}),
    },
  })
  return cluster.within(
    Promise.all(Array.from({ length: N }, (_, at) => cluster.client().create<PersistentVolumeClaim>(ClaimKind, claim(at)))),
  )
}

describe('the binder on a control plane', () => {
  test.each([
    ['when nothing happens', undefined],
    ['when it dies between a volume and its claim', { verb: 'update', resource: 'persistentvolumes', name: 'volume-4' } as const],
    ['when it dies between a claim and its status', { verb: 'update', resource: 'persistentvolumeclaims', name: 'claim-4' } as const],
  ])(
    'binds every claim that comes at once to a volume of its own size, and its runs replay the same, %s',
    async (_, crash) => {
      cluster = await TestCluster.start({
        controllers: [claimBinderController({ plugins: [] }), volumeBinderController({ plugins: [] })],
        builtin: ['*', '-persistentvolume-binder-controller'],
      })
      await makeVolumes()
      await cluster.settle()
      if (crash !== undefined) cluster.faults.intermediateState(crash)
      await makeClaims()
      await cluster.settle()
      await cluster.advance(16_000)
      await cluster.settle()
      const client = cluster.client()
      const claims = (await cluster.within(client.list<PersistentVolumeClaim>(ClaimKind))).items
      const volumes = (await cluster.within(client.list<PersistentVolume>(VolumeKind))).items
      expect(claims.filter(({ status }) => status?.phase !== 'Bound')).toEqual([])
      expect(new Set(claims.map(({ spec }) => spec?.volumeName)).size).toBe(N)
      for (const { metadata, spec } of volumes) {
        const claim = claims.find((one) => one.metadata.uid === spec?.claimRef?.uid)
        expect([claim?.spec?.volumeName, claim?.spec?.resources?.requests]).toEqual([metadata.name, spec?.capacity])
      }
      await cluster.expectReplaysSame()
    },
    60_000,
  )
})
