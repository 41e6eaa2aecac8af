import { afterEach, describe, expect, test } from '@jest/globals'
import { CSIDriver as DriverKind } from '@kubetape/api/kinds'
import type { CSIDriver } from '@kubetape/api/types/storage/v1'
import { CsiDriverRegistry } from '@kubetape/csi'
import { FakeCsiDriver } from '@kubetape/csi/testing'
import { runControllers, type RunningControllers } from '../garbage-collector/testing/running-controllers.ts'
import { csiDriverRegistrarController } from './csi-driver-registrar-controller.ts'

let running: RunningControllers | undefined
afterEach(async () => {
  const stopping = running?.manager.stop()
  await running?.clock.advance(0)
  await stopping
})

describe('csiDriverRegistrarController()', () => {
  test('describes drivers that are there and that come, once, and no others', async () => {
    const drivers = new CsiDriverRegistry()
    drivers.connect(new FakeCsiDriver({ name: 'early.example.com' }))
    running = await runControllers([csiDriverRegistrarController({ drivers })], async (cluster) => {
      await cluster.create<CSIDriver>(DriverKind, { metadata: { name: 'known.example.com' }, spec: { podInfoOnMount: true } })
    })
    const { cluster, clock } = running
    const later = new FakeCsiDriver({ name: 'later.example.com', controllerCapabilities: [] })
    for (const driver of [later, new FakeCsiDriver({ name: 'known.example.com' })]) drivers.connect(driver)
    await clock.advance(1)
    const described = async (): Promise<Record<string, CSIDriver['spec']>> =>
      Object.fromEntries(
        (await cluster.list<CSIDriver>(DriverKind)).items.map(({ metadata, spec }) => [metadata.name ?? '', spec] as const),
      )
    expect(await described()).toEqual({
      'known.example.com': { podInfoOnMount: true },
      'early.example.com': { attachRequired: true },
      'later.example.com': { attachRequired: false },
    })
    await cluster.delete(DriverKind, { name: 'later.example.com' })
    drivers.disconnect(later)
    await clock.advance(1)
    expect(Object.keys(await described())).not.toContain('later.example.com')
  })
})
