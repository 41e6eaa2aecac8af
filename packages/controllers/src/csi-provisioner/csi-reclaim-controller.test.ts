import { afterEach, describe, expect, test } from '@jest/globals'
import {
  Event as EventKind,
  PersistentVolume as VolumeKind,
  Secret as SecretKind,
  StorageClass as ClassKind,
  VolumeAttachment as AttachmentKind,
} from '@kubetape/api/kinds'
import type { Event, PersistentVolume } from '@kubetape/api/types/core/v1'
import { isNotFound } from '@kubetape/apimachinery'
import { CsiDriverRegistry } from '@kubetape/csi'
import { FakeCsiDriver } from '@kubetape/csi/testing'
import { runControllers, type RunningControllers } from '../garbage-collector/testing/running-controllers.ts'
import { MIGRATED_TO, PROVISIONED_BY } from '../persistent-volume/storage-annotations.ts'
import { EXTERNAL_FINALIZER } from '../persistent-volume/volume-finalizers.ts'
import { csiReclaimController } from './csi-reclaim-controller.ts'
import { DELETION_SECRET_NAME, DELETION_SECRET_NAMESPACE } from './names.ts'

const DRIVER = 'fake.csi.example.com'
const PROTECTION = 'kubernetes.io/pv-protection'

let running: RunningControllers | undefined
afterEach(async () => {
  const stopping = running?.manager.stop()
  await running?.clock.advance(0)
  await stopping
})

interface Started extends RunningControllers {
  readonly fake: FakeCsiDriver
  readonly drivers: CsiDriverRegistry
  readonly volume: () => Promise<PersistentVolume | undefined>
  readonly phase: (phase: string) => Promise<void>
}

/** A volume of the driver, bound. */
async function start(options: { gate?: boolean; metadata?: object; spec?: object; connected?: boolean } = {}): Promise<Started> {
  const { gate = true, metadata = {}, spec = {}, connected = true } = options
  const fake = new FakeCsiDriver()
  await fake.createVolume({ name: 'v', capacityRange: { requiredBytes: 1 }, volumeCapabilities: [] })
  const drivers = new CsiDriverRegistry()
  if (connected) drivers.connect(fake)
  running = await runControllers(
    [csiReclaimController({ drivers })],
    async (cluster) => {
      await cluster.create<PersistentVolume>(VolumeKind, {
        metadata: { name: 'v', annotations: { [PROVISIONED_BY]: DRIVER }, finalizers: [PROTECTION], ...metadata },
        spec: {
          csi: { driver: DRIVER, volumeHandle: 'volume-1' },
          persistentVolumeReclaimPolicy: 'Delete',
          storageClassName: 'fast',
          ...spec,
        },
        status: { phase: 'Bound' },
      })
    },
    { enabled: (name) => gate && name === 'HonorPVReclaimPolicy' },
  )
  const { cluster, clock } = running
  await clock.advance(1)
  return {
    ...running,
    fake,
    drivers,
    volume: () =>
      cluster.get<PersistentVolume>(VolumeKind, { name: 'v' }).catch((error: unknown) => {
        if (isNotFound(error)) return undefined
        throw error
      }),
    phase: async (phase) => {
      await cluster.patch(VolumeKind, { name: 'v' }, { type: 'merge', body: { status: { phase } } })
      await clock.advance(1)
    },
  }
}

/** pv-protection lets go of what is not bound. */
const unprotect = async ({ cluster, clock }: Started): Promise<void> => {
  const body = { metadata: { '$deleteFromPrimitiveList/finalizers': [PROTECTION] } }
  await cluster.patch(VolumeKind, { name: 'v' }, { type: 'strategic', body })
  await clock.advance(1)
}

describe('csiReclaimController()', () => {
  test('deletes what stands behind a released volume, and then the volume', async () => {
    const started = await start()
    const { fake, volume, phase, cluster } = started
    expect((await volume())!.metadata.finalizers).toEqual([PROTECTION, EXTERNAL_FINALIZER])
    await phase('Released')
    expect(fake.volumes).toEqual([])
    expect((await volume())!.metadata.finalizers).toEqual([PROTECTION])
    await unprotect(started)
    expect([await volume(), fake.count('deleteVolume')]).toEqual([undefined, 1])
    expect(cluster.writes.filter((write) => !write.includes('events'))).toEqual([
      'patch persistentvolumes/v',
      'patch persistentvolumes/v',
      'delete-Background persistentvolumes/v',
      'patch persistentvolumes/v',
      'patch persistentvolumes/v',
    ])
  })

  // Known bug 11: kubernetes-csi/external-provisioner#546, KEP-2644.
  test('leaves nothing behind when the volume is deleted before its claim, with the gate', async () => {
    const started = await start()
    const { fake, cluster, clock, volume, phase } = started
    await cluster.delete(VolumeKind, { name: 'v' })
    await clock.advance(60_000)
    expect(fake.volumes).toHaveLength(1)
    await phase('Released')
    await unprotect(started)
    expect([await volume(), fake.volumes]).toEqual([undefined, []])
  })

  test('leaves the volume of the driver behind when its object is deleted before its claim, without the gate', async () => {
    const started = await start({ gate: false, metadata: { finalizers: [PROTECTION, EXTERNAL_FINALIZER] } })
    const { fake, cluster, clock, volume, phase } = started
    expect((await volume())!.metadata.finalizers).toEqual([PROTECTION])
    await cluster.delete(VolumeKind, { name: 'v' })
    await phase('Released')
    await unprotect(started)
    await clock.advance(600_000)
    expect([await volume(), fake.volumes.length]).toEqual([undefined, 1])
  })

  test('holds volumes of drivers that come later, and lets go of those that are to be kept', async () => {
    const { fake, drivers, cluster, clock, volume } = await start({ connected: false })
    expect((await volume())!.metadata.finalizers).toEqual([PROTECTION])
    drivers.connect(fake)
    await clock.advance(1)
    expect((await volume())!.metadata.finalizers).toContain(EXTERNAL_FINALIZER)
    await cluster.patch(VolumeKind, { name: 'v' }, { type: 'merge', body: { spec: { persistentVolumeReclaimPolicy: 'Retain' } } })
    await clock.advance(1)
    expect((await volume())!.metadata.finalizers).toEqual([PROTECTION])
  })

  test('holds and deletes volumes of a plugin whose work the driver does', async () => {
    const annotations = { [PROVISIONED_BY]: 'kubernetes.io/aws-ebs', [MIGRATED_TO]: DRIVER }
    const spec = { csi: undefined, awsElasticBlockStore: { volumeID: 'aws://zone/volume-1' } }
    const { fake, volume, phase } = await start({ metadata: { annotations }, spec })
    expect((await volume())!.metadata.finalizers).toContain(EXTERNAL_FINALIZER)
    await phase('Released')
    expect(fake.volumes).toEqual([])
  })

  test('waits until the volume is detached, and says so', async () => {
    const { fake, cluster, clock, phase } = await start()
    const spec = { attacher: DRIVER, nodeName: 'n', source: { persistentVolumeName: 'v' } }
    await cluster.create(AttachmentKind, { metadata: { name: 'a' }, spec })
    await clock.advance(1)
    await phase('Released')
    expect(fake.volumes).toHaveLength(1)
    const [event] = (await cluster.list<Event>(EventKind)).items
    expect([event!.type, event!.reason, event!.message]).toEqual([
      'Warning',
      'VolumeFailedDelete',
      'persistentvolume v is still attached to node n',
    ])
    await cluster.delete(AttachmentKind, { name: 'a' })
    await clock.advance(1)
    expect(fake.volumes).toEqual([])
  })

  test('tries again after 1 s, 2 s, 4 s … with the words of the driver', async () => {
    const { fake, cluster, clock, phase } = await start()
    fake.fail('deleteVolume', { code: 'FAILED_PRECONDITION', message: 'in use', times: 2 })
    await phase('Released')
    const counts = [fake.count('deleteVolume')]
    for (const seconds of [1, 2]) {
      await clock.advance(seconds * 1000)
      counts.push(fake.count('deleteVolume'))
    }
    expect([counts, fake.volumes]).toEqual([[1, 2, 3], []])
    const events = (await cluster.list<Event>(EventKind)).items
    expect(events.map(({ message }) => message)).toEqual(['rpc error: code = FailedPrecondition desc = in use'])
  })

  test.each<[string, object, object | undefined]>([
    ['of its annotations', { [DELETION_SECRET_NAME]: 'key', [DELETION_SECRET_NAMESPACE]: 'ns' }, { password: 'sesame' }],
    ['of its class', {}, { password: 'sesame' }],
    ['that is gone, and does without', { [DELETION_SECRET_NAME]: 'lost', [DELETION_SECRET_NAMESPACE]: 'ns' }, undefined],
  ])('gives the driver the Secret %s', async (_, annotations, secrets) => {
    const claimRef = { namespace: 'ns', name: 'data' }
    const { fake, cluster, clock, phase } = await start({
      metadata: { annotations: { [PROVISIONED_BY]: DRIVER, ...annotations } },
      spec: { claimRef },
    })
    await cluster.create(SecretKind, { metadata: { namespace: 'ns', name: 'key' }, data: { password: 'c2VzYW1l' } })
    const parameters = {
      'csi.storage.k8s.io/provisioner-secret-name': 'key',
      'csi.storage.k8s.io/provisioner-secret-namespace': '${pvc.namespace}',
    }
    await cluster.create(ClassKind, { metadata: { name: 'fast' }, provisioner: DRIVER, parameters })
    await clock.advance(1)
    await phase('Released')
    expect((fake.calls.at(-1)!.request as { secrets?: object }).secrets).toEqual(secrets)
  })

  test('does not touch a volume that it sees of old', async () => {
    const { fake, cluster, phase } = await start()
    const get = cluster.get.bind(cluster)
    cluster.get = async (kind, name) => {
      const found = await get(kind, name)
      return kind.resource === 'persistentvolumes' ? { ...found, metadata: { ...found.metadata, uid: 'another' } } : found
    }
    await phase('Released')
    expect([fake.volumes.length, fake.count('deleteVolume')]).toEqual([1, 0])
  })
})
