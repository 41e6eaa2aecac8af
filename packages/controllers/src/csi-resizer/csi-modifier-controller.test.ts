import { afterEach, describe, expect, test } from '@jest/globals'
import { PersistentVolume as VolumeKind, PersistentVolumeClaim as ClaimKind, VolumeAttributesClass as ClassKind } from '@kubetape/api/kinds'
import type { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import { CsiDriverRegistry } from '@kubetape/csi'
import { FakeCsiDriver, type FakeCsiDriverOptions } from '@kubetape/csi/testing'
import { runControllers, type RunningControllers } from '../garbage-collector/testing/running-controllers.ts'
import { csiModifierController } from './csi-modifier-controller.ts'

// What it does with the gate on, on a whole control plane and over crashes, is in packages/testing.

const name = { namespace: 'n', name: 'data' }
const DRIVER = 'fake.csi.example.com'
const drivers = new CsiDriverRegistry()

let running: RunningControllers
afterEach(async () => {
  for (const driver of drivers.names()) drivers.disconnect(drivers.driver(driver)!)
  const stopping = running.manager.stop()
  await running.clock.advance(0)
  await stopping
})

/** What a driver is asked about a claim that wants gold, and what is written. */
async function play(isOn: boolean, options: FakeCsiDriverOptions = {}): Promise<{ asked: string[]; writes: string[] }> {
  const fake = new FakeCsiDriver(options)
  await fake.createVolume({ name: 'v', capacityRange: { requiredBytes: 1 }, volumeCapabilities: [{ accessMode: 'SINGLE_NODE_WRITER' }] })
  drivers.connect(fake)
  const prepare = async ({ create }: Pick<RunningControllers['cluster'], 'create'>): Promise<void> => {
    const claim = await create<PersistentVolumeClaim>(ClaimKind, {
      metadata: name,
      spec: { volumeName: 'disk', volumeAttributesClassName: 'gold' },
      status: { phase: 'Bound' },
    })
    const claimRef = { ...name, uid: claim.metadata.uid! }
    const spec = { claimRef, csi: { driver: DRIVER, volumeHandle: 'volume-1' } }
    await create<PersistentVolume>(VolumeKind, { metadata: { name: 'disk' }, spec })
    await create(ClassKind, { metadata: { name: 'gold' }, driverName: DRIVER, parameters: { tier: 'gold' } })
  }
  const gates = { enabled: (gate: string) => isOn && gate === 'VolumeAttributesClass' }
  running = await runControllers(
    [csiModifierController({ drivers })],
    (cluster) => prepare({ create: cluster.create.bind(cluster) }),
    gates,
  )
  await running.clock.advance(10)
  const asked = fake.calls.flatMap(({ method, request }) => (method === 'controllerModifyVolume' ? [JSON.stringify(request)] : []))
  return { asked, writes: running.cluster.writes.filter((write) => !write.includes('events')) }
}

describe('csiModifierController()', () => {
  test('asks for the class of a claim that has none, and writes volume and claim', async () => {
    expect(await play(true)).toEqual({
      asked: ['{"volumeId":"volume-1","mutableParameters":{"tier":"gold"}}'],
      writes: ['patch-status persistentvolumeclaims/data', 'patch persistentvolumes/disk', 'patch-status persistentvolumeclaims/data'],
    })
  })

  test('does nothing without its gate', async () => {
    expect(await play(false)).toEqual({ asked: [], writes: [] })
  })

  test('does nothing with a driver that cannot modify volumes', async () => {
    expect(await play(true, { controllerCapabilities: ['EXPAND_VOLUME'] })).toEqual({ asked: [], writes: [] })
  })
})
