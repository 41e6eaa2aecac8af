import { afterEach, describe, expect, test } from '@jest/globals'
import {
  CSINode as CsiNodeKind,
  PersistentVolume as VolumeKind,
  Secret as SecretKind,
  VolumeAttachment as AttachmentKind,
} from '@kubetape/api/kinds'
import type { PersistentVolume } from '@kubetape/api/types/core/v1'
import type { CSINode, VolumeAttachment } from '@kubetape/api/types/storage/v1'
import { CsiDriverRegistry } from '@kubetape/csi'
import { FakeCsiDriver } from '@kubetape/csi/testing'
import { attachmentOf, boundVolume, DRIVER } from '../attach-detach/testing/attached-objects.ts'
import { runControllers, type RunningControllers } from '../garbage-collector/testing/running-controllers.ts'
import { csiAttachedVolumeController } from './csi-attached-volume-controller.ts'
import { csiAttacherController } from './csi-attacher-controller.ts'

const FINALIZER = 'external-attacher/csi-example-com'

let running: RunningControllers | undefined
afterEach(async () => {
  const stopping = running?.manager.stop()
  await running?.clock.advance(0)
  await stopping
})

interface Started extends RunningControllers {
  readonly driver: FakeCsiDriver
  readonly drivers: CsiDriverRegistry
  readonly name: string
  attachment(): Promise<VolumeAttachment | undefined>
  volume(): Promise<PersistentVolume | undefined>
}

/** A volume that the driver has, and an attachment of it; `connected` false: the driver comes later. */
async function start(options: { connected?: boolean; controllerCapabilities?: string[] } = {}): Promise<Started> {
  const { connected = true, ...capabilities } = options
  const driver = new FakeCsiDriver({ name: DRIVER, ...capabilities })
  const { volumeId } = await driver.createVolume({ name: 'data', capacityRange: { requiredBytes: 1 }, volumeCapabilities: [] })
  const drivers = new CsiDriverRegistry()
  if (connected) drivers.connect(driver)
  const attachment = attachmentOf('data', 'n', { attached: false })
  const { name = '' } = attachment.metadata
  const volume = boundVolume('data')
  volume.spec.csi = { driver: DRIVER, volumeHandle: volumeId, controllerPublishSecretRef: { namespace: 'ns', name: 'key' } }
  running = await runControllers([csiAttacherController({ drivers }), csiAttachedVolumeController({ drivers })], async (cluster) => {
    await cluster.create(SecretKind, { metadata: { namespace: 'ns', name: 'key' }, data: { key: 'c2VzYW1l' } })
    await cluster.create(VolumeKind, volume)
    await cluster.create<CSINode>(CsiNodeKind, { metadata: { name: 'n' }, spec: { drivers: [{ name: DRIVER, nodeID: 'node-a' }] } })
    await cluster.create(AttachmentKind, attachment)
  })
  await running.clock.advance(1)
  const { cluster } = running
  return {
    ...running,
    driver,
    drivers,
    name,
    attachment: async () => (await cluster.list<VolumeAttachment>(AttachmentKind)).items[0],
    volume: async () => (await cluster.list<PersistentVolume>(VolumeKind)).items[0],
  }
}

const calls = ({ driver }: Started): string[] => driver.calls.map(({ method, outcome }) => `${method} ${outcome}`).slice(1)

describe('csiAttacherController()', () => {
  test('attaches once, with secrets, and lets attachment and volume go only when the driver has let go', async () => {
    const now = await start()
    expect(now.driver.calls[1]).toMatchObject({
      method: 'controllerPublishVolume',
      request: { nodeId: 'node-a', secrets: { key: 'sesame' } },
    })
    expect(await now.attachment()).toMatchObject({
      metadata: { finalizers: [FINALIZER], annotations: { 'csi.alpha.kubernetes.io/node-id': 'node-a' } },
      status: { attached: true, attachmentMetadata: { device: '/dev/volume-1' } },
    })
    expect((await now.volume())?.metadata.finalizers).toEqual([FINALIZER])
    await now.cluster.delete(VolumeKind, { name: 'pv-data' })
    await now.clock.advance(1)
    expect((await now.volume())?.metadata.finalizers).toEqual([FINALIZER])
    await now.cluster.delete(AttachmentKind, { name: now.name })
    await now.clock.advance(1)
    expect(calls(now)).toEqual(['controllerPublishVolume ok', 'controllerUnpublishVolume ok'])
    expect([await now.attachment(), await now.volume()]).toEqual([undefined, undefined])
  })

  test('says what went wrong, and tries again after twice the time', async () => {
    const now = await start({ connected: false })
    now.driver.fail('controllerPublishVolume', { code: 'INTERNAL', message: 'no cable', times: 2 })
    now.drivers.connect(now.driver)
    await now.clock.advance(1)
    expect((await now.attachment())?.status?.attachError?.message).toBe('rpc error: code = Internal desc = no cable')
    await now.clock.advance(999)
    expect(calls(now)).toHaveLength(2)
    await now.clock.advance(1999)
    expect(calls(now)).toHaveLength(2)
    await now.clock.advance(1)
    expect(calls(now)).toHaveLength(3)
    expect((await now.attachment())?.status).toMatchObject({ attached: true })
    expect((await now.attachment())?.status?.attachError).toBeUndefined()
  })

  test('shortens what a driver says to what the API server takes, between two characters', async () => {
    const now = await start({ connected: false })
    now.driver.fail('controllerPublishVolume', { code: 'INTERNAL', message: `.${'é'.repeat(2000)}` })
    now.drivers.connect(now.driver)
    await now.clock.advance(1)
    const { message = '' } = (await now.attachment())?.status?.attachError ?? {}
    expect([Buffer.byteLength(message) >= 1023, Buffer.byteLength(message) <= 1024, message.at(-1)]).toEqual([true, true, 'é'])
  })

  test('keeps the attachment while the driver does not let go', async () => {
    const now = await start()
    now.driver.fail('controllerUnpublishVolume', { code: 'UNAVAILABLE', message: 'gone' })
    await now.cluster.delete(AttachmentKind, { name: now.name })
    await now.clock.advance(1)
    expect((await now.attachment())?.status).toMatchObject({
      attached: true,
      detachError: { message: 'rpc error: code = Unavailable desc = gone' },
    })
    await now.clock.advance(1000)
    expect(await now.attachment()).toBeUndefined()
  })

  test('only says that it is attached where the driver has nothing to do for it', async () => {
    const now = await start({ controllerCapabilities: [] })
    expect(calls(now)).toEqual([])
    expect((await now.attachment())?.status?.attached).toBe(true)
    expect((await now.attachment())?.metadata.finalizers).toBeUndefined()
  })
})
