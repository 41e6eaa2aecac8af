import { afterEach, describe, expect, test } from '@jest/globals'
import { Node, PersistentVolume, PersistentVolumeClaim, Pod, StorageClass, VolumeAttachment } from '@kubetape/api/kinds'
import { attachDetachController, csiAttachedVolumeController, csiAttacherController } from '@kubetape/controllers'
import { CsiDriverRegistry } from '@kubetape/csi'
import { CSI_FAULTS, type CsiCallPoint, type CsiFault, FakeCsiDriver, faultyCsiDriver } from '@kubetape/csi/testing'
import { simulatedNodes } from '@kubetape/node'
import type { Controller } from '@kubetape/runtime'
import { TestCluster } from './test-cluster.ts'

const DRIVER = 'fake.csi.example.com'
const claim = { namespace: 'default', name: 'data' }
const pod = { namespace: 'default', name: 'web' }

let cluster: TestCluster
let driver: FakeCsiDriver
let crashes: number
afterEach(() => cluster.stop())

/** A volume from attachment to detachment, by controllers that may crash. `fault` befalls calls of the driver. */
async function start(fault: (point: CsiCallPoint) => CsiFault | undefined = () => undefined): Promise<void> {
  driver = new FakeCsiDriver()
  const drivers = new CsiDriverRegistry()
  drivers.connect(faultyCsiDriver(driver, { fault, onCrash: () => cluster.crash() }))
  const controllers: Controller[] = [
    attachDetachController(),
    csiAttacherController({ drivers }),
    csiAttachedVolumeController({ drivers }),
    ...simulatedNodes({ count: 1, drivers }),
  ]
  const builtin = ['*', ...controllers.slice(0, 3).map(({ name }) => `-${name}`)]
  cluster = await TestCluster.start({ controllers, builtin, controlPlane: { drivers } })
  crashes = 0
  const crash = cluster.crash.bind(cluster)
  cluster.crash = () => {
    crashes++
    crash()
  }
  await cluster.settle()
  await cluster.create(StorageClass, {
    metadata: { name: 'late' },
    provisioner: DRIVER,
    volumeBindingMode: 'WaitForFirstConsumer',
  })
}

async function createPod(): Promise<void> {
  await cluster.create(PersistentVolumeClaim, {
    metadata: { ...claim },
    spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'late', resources: { requests: { storage: '1Gi' } } },
  })
  await cluster.create(Pod, {
    metadata: { ...pod },
    spec: { containers: [{ name: 'c', image: 'i' }], volumes: [{ name: 'v', persistentVolumeClaim: { claimName: claim.name } }] },
  })
  await cluster.settle({ quietMs: 5000 })
}

async function deletePod(): Promise<void> {
  await cluster.within(cluster.client().delete(Pod, pod))
  await cluster.settle({ quietMs: 5000 })
}

/** The Pod runs, and everybody says of its volume that it is there. */
async function expectUp(): Promise<void> {
  const { status } = await cluster.within(cluster.client().get(Pod, pod))
  const { items: attachments } = await cluster.within(cluster.client().list(VolumeAttachment))
  const node = await cluster.within(cluster.client().get(Node, { name: 'kubetape-node-0' }))
  expect([status?.phase, attachments.map((one) => one.status?.attached), node.status?.volumesInUse?.length]).toEqual(['Running', [true], 1])
  expect(node.status?.volumesAttached?.map(({ name }) => name)).toEqual(node.status?.volumesInUse)
  expect(driver.volumes.map(({ publishedNodes }) => [...publishedNodes.keys()])).toEqual([['node-a']])
}

/** Nobody says so, and the driver has let go; its volume is kept for the claim. */
async function expectDown(): Promise<void> {
  const { items: pods } = await cluster.within(cluster.client().list(Pod))
  const { items: attachments } = await cluster.within(cluster.client().list(VolumeAttachment))
  const { status } = await cluster.within(cluster.client().get(Node, { name: 'kubetape-node-0' }))
  expect([pods.length, attachments.length, status?.volumesInUse, status?.volumesAttached]).toEqual([0, 0, undefined, undefined])
  expect(driver.volumes.map(({ publishedNodes }) => publishedNodes.size)).toEqual([0])
  const ends = driver.calls.filter(({ outcome }) => outcome === 'ok').map(({ method }) => method)
  const last = (method: string): number => ends.lastIndexOf(method as never)
  expect(last('nodePublishVolume')).toBeLessThan(last('nodeUnpublishVolume'))
  expect(last('nodeUnpublishVolume')).toBeLessThan(last('nodeUnstageVolume'))
  expect(last('nodeUnstageVolume')).toBeLessThan(last('controllerUnpublishVolume'))
}

const MOMENTS = ['before', 'after'] as const
const SET_UP = [
  { verb: 'patch', resource: 'persistentvolumeclaims' },
  { verb: 'create', resource: 'pods' },
  { verb: 'create', resource: 'volumeattachments' },
  { verb: 'patch', resource: 'persistentvolumes' },
  { verb: 'patch', resource: 'volumeattachments' },
  { verb: 'patch', resource: 'nodes' },
  { verb: 'patch', resource: 'pods' },
] as const
const TAKE_DOWN = [
  { verb: 'patch', resource: 'pods' },
  { verb: 'delete', resource: 'pods' },
  { verb: 'patch', resource: 'nodes' },
  { verb: 'delete', resource: 'volumeattachments' },
  { verb: 'patch', resource: 'volumeattachments' },
] as const
const METHODS_UP = ['controllerPublishVolume', 'nodeStageVolume', 'nodePublishVolume'] as const
const METHODS_DOWN = ['nodeUnpublishVolume', 'nodeUnstageVolume', 'controllerUnpublishVolume'] as const

/** What befalls the first call of a method. */
function once(method: string, fault: CsiFault): (point: CsiCallPoint) => CsiFault | undefined {
  let isDone = false
  return (point) => {
    if (isDone || point.method !== method) return undefined
    isDone = true
    return fault
  }
}

describe('attachment and mounts of a Pod', () => {
  test('replay the same, without a driver', async () => {
    await start()
    await createPod()
    await expectUp()
    await deletePod()
    await expectDown()
    await cluster.expectReplaysSame()
  })

  test.each(SET_UP.flatMap((request) => MOMENTS.map((moment) => ({ ...request, moment }))))(
    'come about although the controllers crash $moment they $verb $resource',
    async (request) => {
      await start()
      cluster.faults.intermediateState(request)
      await createPod()
      expect(crashes).toBe(1)
      await expectUp()
    },
  )

  test.each(TAKE_DOWN.flatMap((request) => MOMENTS.map((moment) => ({ ...request, moment }))))(
    'go although the controllers crash $moment they $verb $resource',
    async (request) => {
      await start()
      await createPod()
      cluster.faults.intermediateState(request)
      await deletePod()
      expect(crashes).toBe(1)
      await expectDown()
    },
  )

  test.each([...METHODS_UP, ...METHODS_DOWN].flatMap((method) => CSI_FAULTS.map((fault) => ({ method, fault }))))(
    'come about and go although $method meets $fault',
    async ({ method, fault }) => {
      await start(once(method, fault))
      await createPod()
      await expectUp()
      await deletePod()
      expect(crashes).toBe(fault.startsWith('crash') ? 1 : 0)
      await expectDown()
    },
  )

  test('let the volume go that is deleted while it is attached, when it is attached no more', async () => {
    await start()
    await createPod()
    const { volumeName } = (await cluster.within(cluster.client().get(PersistentVolumeClaim, claim))).spec
    await cluster.within(cluster.client().delete(PersistentVolume, { name: volumeName! }))
    await cluster.within(cluster.client().delete(PersistentVolumeClaim, claim))
    await cluster.settle()
    await expectUp()
    await cluster.within(cluster.client().delete(Pod, pod))
    await cluster.settle({ quietMs: 5000 })
    expect([(await cluster.within(cluster.client().list(PersistentVolume))).items, driver.volumes]).toEqual([[], []])
  })
})
