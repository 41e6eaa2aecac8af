import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { PersistentVolumeClaim, StorageClass } from '@kubetape/api/kinds'
import { serveCsiDriver, type ServedCsiDriver } from '@kubetape/csi'
import { FakeCsiDriver, socketFolder } from '@kubetape/csi/testing'
import { systemClock } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { ControlPlane } from './control-plane.ts'

const claim = { namespace: 'default', name: 'data' }

let folder: ReturnType<typeof socketFolder>
let clock: VirtualClock
let fake: FakeCsiDriver
let server: ServedCsiDriver | undefined

beforeEach(() => {
  folder = socketFolder()
  clock = new VirtualClock()
  fake = new FakeCsiDriver()
})

afterEach(() => {
  server?.kill()
  folder.remove()
})

/** Lets virtual time pass until an answer is there: sockets answer in real time. */
async function within<T>(work: Promise<T>): Promise<T> {
  let done = false
  const finished = work.finally(() => (done = true))
  // Handled below; here nobody waits for it yet.
  finished.catch(() => undefined)
  while (!done) {
    await clock.advance(10)
    await new Promise((resolve) => systemClock().defer(() => resolve(undefined)))
  }
  return finished
}

async function until(test: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await within(Promise.resolve(test())))) await clock.advance(10)
}

async function startWithClaim(): Promise<ControlPlane> {
  const plane = await within(ControlPlane.start({ clock, csiEndpoints: [folder.endpoint()] }))
  const client = plane.client()
  await within(client.create(StorageClass, { metadata: { name: 'fake' }, provisioner: fake.info.name }))
  const spec = { accessModes: ['ReadWriteOnce' as const], storageClassName: 'fake', resources: { requests: { storage: '1Mi' } } }
  await within(client.create(PersistentVolumeClaim, { metadata: { ...claim }, spec }))
  return plane
}

describe('ControlPlane.start() with csiEndpoints', () => {
  test('starts without the driver, and provisions as soon as it is there', async () => {
    const plane = await startWithClaim()
    expect((await within(plane.client().get(PersistentVolumeClaim, claim))).status?.phase).toBe('Pending')
    server = await serveCsiDriver({ endpoint: folder.endpoint(), driver: fake })
    await until(async () => (await plane.client().get(PersistentVolumeClaim, claim)).status?.phase === 'Bound')
    expect(fake.volumes.map(({ capacityBytes }) => capacityBytes)).toEqual([2 ** 20])
    await within(plane.stop())
    expect(clock.pendingTimers).toBe(0)
  })

  test('stops although a driver does not answer', async () => {
    fake.hold('createVolume')
    server = await serveCsiDriver({ endpoint: folder.endpoint(), driver: fake })
    const plane = await startWithClaim()
    await until(() => fake.count('createVolume') > 0)
    await within(plane.stop())
    expect(clock.pendingTimers).toBe(0)
  })
})
