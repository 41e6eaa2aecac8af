import { describe, expect, test } from '@jest/globals'
import { isFinal } from '../csi-error.ts'
import { FakeCsiDriver } from './fake-csi-driver.ts'
import { CSI_FAULTS, type CsiCallPoint, type CsiFault, faultAt, faultyCsiDriver } from './faulty-csi-driver.ts'

const request = { name: 'a', capacityRange: { requiredBytes: 1 }, volumeCapabilities: [{ accessMode: 'SINGLE_NODE_WRITER' as const }] }
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

/** What the caller hears of a call that a fault befalls, and whether it has had its effect in the end. */
async function meet(fault: CsiFault): Promise<{ heard: string; volumes: number; crashes: readonly CsiCallPoint[] }> {
  const fake = new FakeCsiDriver()
  const crashes: CsiCallPoint[] = []
  const driver = faultyCsiDriver(fake, { fault: faultAt(0, fault), onCrash: (point) => crashes.push(point) })
  let heard = 'nothing'
  driver.createVolume(request).then(
    () => (heard = 'ok'),
    (error: Error & { code: string }) => (heard = `${error.code}${isFinal(error) ? ', final' : ''}`),
  )
  await turns()
  return { heard, volumes: fake.volumes.length, crashes }
}

describe('faultyCsiDriver()', () => {
  test.each<[CsiFault, string, number, number]>([
    ['crash-before', 'nothing', 0, 1],
    ['crash-after', 'nothing', 1, 1],
    ['refused', 'UNAVAILABLE', 0, 0],
    ['lost-answer', 'UNAVAILABLE', 1, 0],
    ['late', 'DEADLINE_EXCEEDED', 1, 0],
  ])('%s: the caller hears %s, and there are %i volumes', async (fault, heard, volumes, crashes) => {
    const met = await meet(fault)
    expect([met.heard, met.volumes, met.crashes.length]).toEqual([heard, volumes, crashes])
  })

  test('has a case for every fault, and lets other calls through with their place in the order', async () => {
    expect(CSI_FAULTS).toHaveLength(5)
    const seen: [number, string][] = []
    const driver = faultyCsiDriver(new FakeCsiDriver({ name: 'x' }), {
      fault: ({ index, method }) => void seen.push([index, method]),
      onCrash: () => undefined,
    })
    await driver.createVolume(request)
    await driver.deleteVolume({ volumeId: 'volume-1' })
    expect(driver.info.name).toBe('x')
    expect(seen).toEqual([
      [0, 'createVolume'],
      [1, 'deleteVolume'],
    ])
  })
})
