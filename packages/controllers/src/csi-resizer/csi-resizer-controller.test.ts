import { afterEach, describe, expect, test } from '@jest/globals'
import {
  Event as EventKind,
  PersistentVolume as VolumeKind,
  PersistentVolumeClaim as ClaimKind,
  Pod as PodKind,
  Secret as SecretKind,
} from '@kubetape/api/kinds'
import type { Event, PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import { CsiDriverRegistry } from '@kubetape/csi'
import { FakeCsiDriver, type FakeCsiDriverOptions } from '@kubetape/csi/testing'
import { runControllers, type RunningControllers } from '../garbage-collector/testing/running-controllers.ts'
import { csiResizerController } from './csi-resizer-controller.ts'

const name = { namespace: 'n', name: 'data' }
const DRIVER = 'fake.csi.example.com'
const GIB = 2 ** 30

let running: RunningControllers
const drivers = new CsiDriverRegistry()
afterEach(async () => {
  for (const driver of drivers.names()) drivers.disconnect(drivers.driver(driver)!)
  const stopping = running.manager.stop()
  await running.clock.advance(0)
  await stopping
})

/** A claim that is bound to a volume of this source, and has asked for 2Gi. */
async function asking(source: PersistentVolume['spec'], metadata: PersistentVolumeClaim['metadata'] = {}): Promise<void> {
  running = await runControllers([csiResizerController({ drivers })], async (cluster) => {
    const claim = await cluster.create<PersistentVolumeClaim>(ClaimKind, {
      metadata: { ...name, ...metadata },
      spec: { volumeName: 'disk', resources: { requests: { storage: '2Gi' } } },
      status: { phase: 'Bound', capacity: { storage: '1Gi' } },
    })
    const claimRef = { ...name, uid: claim.metadata.uid! }
    const spec = { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce' as const], claimRef, ...source }
    await cluster.create<PersistentVolume>(VolumeKind, { metadata: { name: 'disk' }, spec })
    const data = { token: Buffer.from('s3cret').toString('base64') }
    await cluster.create(SecretKind, { metadata: { namespace: 'n', name: 'key' }, data })
  })
  await running.clock.advance(10)
}

/** A driver with one volume. */
async function driver(options: FakeCsiDriverOptions = {}): Promise<FakeCsiDriver> {
  const fake = new FakeCsiDriver(options)
  const volumeCapabilities = [{ accessMode: 'SINGLE_NODE_WRITER' as const }]
  await fake.createVolume({ name: 'v', capacityRange: { requiredBytes: GIB }, volumeCapabilities })
  fake.calls.length = 0
  return fake
}

const csi = { driver: DRIVER, volumeHandle: 'volume-1' }
const claim = (): Promise<PersistentVolumeClaim> => running.cluster.get<PersistentVolumeClaim>(ClaimKind, name)
const volume = (): Promise<PersistentVolume> => running.cluster.get<PersistentVolume>(VolumeKind, { name: 'disk' })
const told = async (): Promise<string[]> => {
  const { items } = await running.cluster.list<Event>(EventKind)
  return items.map(({ source, reason, message }) => `${source?.component}: ${reason}: ${message}`)
}

describe('csiResizerController()', () => {
  test('leaves a claim alone until its driver is connected, then expands it with the Secret that the volume names', async () => {
    await asking({ csi: { ...csi, fsType: 'ext4', controllerExpandSecretRef: { namespace: 'n', name: 'key' } } })
    expect(running.cluster.writes).toEqual([])
    const fake = await driver()
    drivers.connect(fake)
    await running.clock.advance(10)
    expect(fake.calls.map(({ method, request }) => [method, request])).toEqual([
      [
        'controllerExpandVolume',
        {
          volumeId: 'volume-1',
          capacityRange: { requiredBytes: 2 * GIB },
          volumeCapability: { accessMode: 'SINGLE_NODE_MULTI_WRITER', mount: { fsType: 'ext4' } },
          secrets: { token: 's3cret' },
        },
      ],
    ])
    expect((await claim()).status).toEqual({ phase: 'Bound', capacity: { storage: '2Gi' } })
    expect((await volume()).spec?.capacity).toEqual({ storage: '2Gi' })
    expect(await told()).toEqual([
      `external-resizer ${DRIVER}: Resizing: External resizer is resizing volume disk`,
      `external-resizer ${DRIVER}: VolumeResizeSuccessful: Resize volume succeeded`,
    ])
  })

  test('keeps the claims of a driver that expands on nodes alone in order, and takes the mark off when the node is done', async () => {
    const fake = await driver({ controllerCapabilities: ['CREATE_DELETE_VOLUME'] })
    drivers.connect(fake)
    await asking({ csi })
    expect(fake.calls).toEqual([])
    expect((await claim()).status?.conditions?.map(({ type }) => type)).toEqual(['Resizing', 'FileSystemResizePending'])
    expect((await volume()).metadata.annotations).toEqual({ 'volume.alpha.kubernetes.io/pre-resize-capacity': '1Gi' })
    expect(await told()).toContain(`external-resizer ${DRIVER}: FileSystemResizeRequired: Require file system resize of volume on node`)
    await running.cluster.patch(ClaimKind, name, { type: 'merge', body: { status: { capacity: { storage: '2Gi' }, conditions: null } } })
    await running.clock.advance(10)
    expect((await volume()).metadata.annotations).toEqual({})
  })

  test('tries again with back-off, and waits for Pods where the driver cannot expand what is used', async () => {
    const fake = await driver()
    fake.fail('controllerExpandVolume', { code: 'FAILED_PRECONDITION', message: 'in use' })
    drivers.connect(fake)
    const pod = { namespace: 'n', name: 'p' }
    const volumes = [{ name: 'd', persistentVolumeClaim: { claimName: 'data' } }]
    await asking({ csi })
    await running.cluster.create(PodKind, { metadata: pod, spec: { nodeName: 'node', containers: [], volumes } })
    await running.clock.advance(120_000)
    expect(fake.count('controllerExpandVolume')).toBe(1)
    const why = 'CSI driver fake.csi.example.com only supports offline expansion and volume is currently in-use'
    expect(await told()).toEqual([
      `external-resizer ${DRIVER}: Resizing: External resizer is resizing volume disk`,
      `external-resizer ${DRIVER}: VolumeResizeFailed: resize volume disk failed: rpc error: code = FailedPrecondition desc = in use`,
      `external-resizer ${DRIVER}: VolumeResizeFailed: Unable to expand n/data because ${why}`,
    ])
    await running.cluster.delete(PodKind, pod, { gracePeriodSeconds: 0 })
    await running.clock.advance(300_000)
    expect((await claim()).status?.capacity).toEqual({ storage: '2Gi' })
    expect(fake.count('controllerExpandVolume')).toBe(2)
  })

  test('expands a volume of a plugin that has become a driver, when the claim was left to that', async () => {
    const fake = await driver({ name: 'ebs.csi.aws.com' })
    drivers.connect(fake)
    await asking({ awsElasticBlockStore: { volumeID: 'aws://zone/volume-1' } })
    expect(fake.calls).toEqual([])
    const annotations = { 'volume.kubernetes.io/storage-resizer': 'ebs.csi.aws.com' }
    await running.cluster.patch(ClaimKind, name, { type: 'merge', body: { metadata: { annotations } } })
    await running.clock.advance(10)
    expect(fake.volumes[0]?.capacityBytes).toBe(2 * GIB)
    expect((await claim()).status?.capacity).toEqual({ storage: '2Gi' })
  })

  test.each<FakeCsiDriverOptions>([{ pluginCapabilities: [] }, { controllerCapabilities: [], nodeCapabilities: [] }])(
    'asks no driver that has no controller, or cannot expand: %j',
    async (options) => {
      const fake = await driver(options)
      drivers.connect(fake)
      await asking({ csi })
      expect([fake.calls, running.cluster.writes]).toEqual([[], []])
    },
  )
})
