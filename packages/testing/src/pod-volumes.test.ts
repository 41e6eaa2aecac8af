import { afterEach, describe, expect, test } from '@jest/globals'
import { CSINode, Event, Node, PersistentVolumeClaim, Pod, StorageClass, VolumeAttachment } from '@kubetape/api/kinds'
import type { NodeStatus } from '@kubetape/api/types/core/v1'
import { CsiDriverRegistry } from '@kubetape/csi'
import { FakeCsiDriver } from '@kubetape/csi/testing'
import { TestCluster } from './test-cluster.ts'

const DRIVER = 'fake.csi.example.com'
const NODE = 'kubetape-node-0'
const claim = { namespace: 'default', name: 'data' }
const pod = { namespace: 'default', name: 'web' }

let cluster: TestCluster
let driver: FakeCsiDriver
afterEach(() => cluster.stop())

/** A cluster with one node, a driver, and a class of it whose claims wait for their first consumer. */
async function start(options: ConstructorParameters<typeof FakeCsiDriver>[0] = {}, nodes = 1): Promise<void> {
  driver = new FakeCsiDriver(options)
  const drivers = new CsiDriverRegistry()
  drivers.connect(driver)
  cluster = await TestCluster.start({ nodes, controlPlane: { drivers } })
  await cluster.settle()
  await cluster.create(StorageClass, {
    metadata: { name: 'late' },
    provisioner: DRIVER,
    volumeBindingMode: 'WaitForFirstConsumer',
    allowVolumeExpansion: true,
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
  await cluster.settle()
}

const client = (): ReturnType<TestCluster['client']> => cluster.client()
const phaseOf = async (): Promise<string | undefined> => (await cluster.within(client().get(Pod, pod))).status?.phase
const attachments = async (): Promise<number> => (await cluster.within(client().list(VolumeAttachment))).items.length
const nodeStatus = async (): Promise<NodeStatus> => (await cluster.within(client().get(Node, { name: NODE }))).status!
const reasons = async (): Promise<string[]> =>
  (await cluster.within(client().list(Event, { namespace: 'default' }))).items
    .filter(({ involvedObject }) => involvedObject.kind === 'Pod')
    .map(({ reason, source }) => `${source?.component} ${reason}`)
const calls = (): string[] => driver.calls.map(({ method }) => method).filter((method) => method !== 'nodeGetInfo')

describe('a Pod with a claim on a simulated node', () => {
  test('is bound, attached, mounted and run, and taken down in the opposite order', async () => {
    await start()
    expect(await cluster.within(client().get(CSINode, { name: NODE }))).toMatchObject({
      spec: { drivers: [{ name: DRIVER, nodeID: 'node-a' }] },
    })
    await createPod()
    expect(calls()).toEqual(['createVolume', 'controllerPublishVolume', 'nodeStageVolume', 'nodePublishVolume'])
    expect(await phaseOf()).toBe('Running')
    const status = await nodeStatus()
    expect(status.volumesAttached).toEqual([{ name: status.volumesInUse![0], devicePath: '' }])
    expect(await reasons()).toContain('attachdetach-controller SuccessfulAttachVolume')
    await cluster.within(client().delete(Pod, pod))
    await cluster.settle()
    expect(calls().slice(4)).toEqual(['nodeUnpublishVolume', 'nodeUnstageVolume', 'controllerUnpublishVolume'])
    expect([await attachments(), (await nodeStatus()).volumesInUse, (await nodeStatus()).volumesAttached]).toEqual([
      0,
      undefined,
      undefined,
    ])
    await cluster.within(client().delete(PersistentVolumeClaim, claim))
    await cluster.settle()
    expect(driver.volumes).toEqual([])
  })

  test('waits while the volume cannot be mounted, says so, and starts when it can', async () => {
    await start()
    driver.fail('nodePublishVolume', { code: 'INTERNAL', message: 'no such device', times: 3 })
    await createPod()
    expect(await phaseOf()).toBe('Running')
    expect(driver.count('nodePublishVolume')).toBe(4)
    expect(await reasons()).toContain('kubelet FailedMount')
  })

  test('grows with its claim', async () => {
    await start({ nodeExpansionRequired: true })
    await createPod()
    const spec = { resources: { requests: { storage: '2Gi' } } }
    await cluster.within(client().patch(PersistentVolumeClaim, claim, { type: 'merge', body: { spec } }))
    await cluster.settle()
    expect(calls().slice(4)).toEqual(['controllerExpandVolume', 'nodeExpandVolume'])
    const { status } = await cluster.within(client().get(PersistentVolumeClaim, claim))
    expect([status?.capacity, status?.conditions ?? []]).toEqual([{ storage: '2Gi' }, []])
  })

  test('needs no attacher where the driver has nothing to attach', async () => {
    await start({ controllerCapabilities: ['CREATE_DELETE_VOLUME'], nodeCapabilities: [] })
    await createPod()
    expect([await phaseOf(), calls()]).toEqual(['Running', ['createVolume', 'nodePublishVolume']])
    await cluster.within(client().delete(Pod, pod))
    await cluster.settle()
    expect([calls().slice(2), await attachments()]).toEqual([['nodeUnpublishVolume'], 0])
  })

  test('keeps a volume for one node while another one of the same driver lets go', async () => {
    await start({}, 2)
    const spec = { accessModes: ['ReadWriteMany' as const], storageClassName: 'late', resources: { requests: { storage: '1Gi' } } }
    await cluster.create(PersistentVolumeClaim, { metadata: { ...claim }, spec })
    for (const [at, name] of ['a', 'b'].entries())
      await cluster.create(Pod, {
        metadata: { namespace: 'default', name },
        spec: {
          nodeSelector: { 'kubernetes.io/hostname': `kubetape-node-${at}` },
          containers: [{ name: 'c', image: 'i' }],
          volumes: [{ name: 'v', persistentVolumeClaim: { claimName: claim.name } }],
        },
      })
    await cluster.settle()
    expect(await attachments()).toBe(2)
    await cluster.within(client().delete(Pod, { namespace: 'default', name: 'a' }))
    await cluster.settle()
    expect([await attachments(), driver.count('controllerUnpublishVolume'), driver.volumes[0]?.publishedNodes.size]).toEqual([1, 0, 1])
    await cluster.within(client().delete(Pod, { namespace: 'default', name: 'b' }))
    await cluster.settle()
    expect([await attachments(), driver.count('controllerUnpublishVolume')]).toEqual([0, 1])
  })
})
