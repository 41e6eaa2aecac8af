import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import {
  CSIDriver as DriverKind,
  CSINode as CsiNodeKind,
  CSIStorageCapacity as CapacityKind,
  Node as NodeKind,
  StorageClass as ClassKind,
} from '@kubetape/api/kinds'
import type { Node } from '@kubetape/api/types/core/v1'
import type { CSIDriver, CSINode, CSIStorageCapacity, StorageClass } from '@kubetape/api/types/storage/v1'
import { CsiDriverRegistry } from '@kubetape/csi'
import { FakeCsiDriver } from '@kubetape/csi/testing'
import { runControllers, type RunningControllers } from '../garbage-collector/testing/running-controllers.ts'
import type { SmallCluster } from '../garbage-collector/testing/small-cluster.ts'
import { csiCapacityController } from './csi-capacity-controller.ts'

const DRIVER = 'disk.test'
const create = { capacityRange: { requiredBytes: 2 ** 20 }, volumeCapabilities: [{ accessMode: 'SINGLE_NODE_WRITER' as const }] }

let running: RunningControllers | undefined
let fake: FakeCsiDriver
let drivers: CsiDriverRegistry

beforeEach(() => {
  fake = new FakeCsiDriver({ name: DRIVER, capacityBytes: 2 ** 30, topologies: [{ segments: { zone: 'a' } }] })
  drivers = new CsiDriverRegistry()
  drivers.connect(fake)
})

afterEach(async () => {
  const stopping = running?.manager.stop()
  await running?.clock.advance(0)
  await stopping
})

const addClass = (cluster: SmallCluster, name: string, more: Partial<StorageClass> = {}) =>
  cluster.create<StorageClass>(ClassKind, {
    metadata: { name },
    provisioner: DRIVER,
    volumeBindingMode: 'WaitForFirstConsumer',
    parameters: { type: name, 'csi.storage.k8s.io/fstype': 'ext4' },
    ...more,
  })

async function addNode(cluster: SmallCluster, name: string, zone: string | undefined, topologyKeys?: string[]): Promise<void> {
  await cluster.create<Node>(NodeKind, { metadata: { name, labels: zone === undefined ? {} : { zone } }, spec: {} })
  const entry = { name: DRIVER, nodeID: name, ...(topologyKeys === undefined ? {} : { topologyKeys }) }
  await cluster.create<CSINode>(CsiNodeKind, { metadata: { name }, spec: { drivers: [entry] } })
}

async function start(prepare: (cluster: SmallCluster) => Promise<unknown>, storageCapacity = true): Promise<RunningControllers> {
  running = await runControllers([csiCapacityController({ drivers })], async (cluster) => {
    await cluster.create<CSIDriver>(DriverKind, { metadata: { name: DRIVER }, spec: { storageCapacity } })
    await prepare(cluster)
  })
  await running.clock.advance(2_000)
  return running
}

const capacities = async ({ cluster }: RunningControllers): Promise<string[]> =>
  (await cluster.list<CSIStorageCapacity>(CapacityKind)).items
    .map(({ storageClassName, nodeTopology, capacity }) => `${storageClassName} ${JSON.stringify(nodeTopology?.matchLabels)} ${capacity}`)
    .sort()

describe('csiCapacityController()', () => {
  test('says what is left for each class that waits for consumers, in each place of the driver', async () => {
    const cluster = await start(async (small) => {
      await addClass(small, 'late')
      await addClass(small, 'at-once', { volumeBindingMode: 'Immediate' })
      await addClass(small, 'other', { provisioner: 'other.test' })
      for (const [name, zone] of [
        ['n1', 'a'],
        ['n2', 'b'],
        ['n3', 'a'],
        ['unlabelled', undefined],
      ] as const)
        await addNode(small, name, zone, ['zone'])
    })
    expect(await capacities(cluster)).toEqual(['late {"zone":"a"} 1Gi', 'late {"zone":"b"} 1Gi'])
    expect(fake.calls[0]!.request).toEqual({ parameters: { type: 'late' }, accessibleTopology: { segments: { zone: 'a' } } })
    const [object] = (await cluster.cluster.list<CSIStorageCapacity>(CapacityKind)).items
    expect(object!.metadata.labels).toEqual({
      'csi.storage.k8s.io/drivername': DRIVER,
      'csi.storage.k8s.io/managed-by': 'external-provisioner',
    })
  })

  test('says it of everywhere for a driver without places, and asks again every minute', async () => {
    const cluster = await start(async (small) => {
      await addClass(small, 'late')
      await addNode(small, 'n1', undefined)
    })
    expect(await capacities(cluster)).toEqual(['late {} 1Gi'])
    cluster.cluster.writes.length = 0
    await cluster.clock.advance(60_000)
    expect(cluster.cluster.writes).toEqual([])
    await fake.createVolume({ ...create, name: 'v' })
    await cluster.clock.advance(60_000)
    expect(await capacities(cluster)).toEqual(['late {} 1023Mi'])
  })

  test('takes back what is not asked for any more, and keeps what a driver said that is away', async () => {
    const cluster = await start(async (small) => {
      await addClass(small, 'late')
      await addClass(small, 'later')
      await addNode(small, 'n1', 'a', ['zone'])
    })
    expect(await capacities(cluster)).toHaveLength(2)
    await cluster.cluster.delete(ClassKind, { name: 'later' })
    await cluster.clock.advance(2_000)
    expect(await capacities(cluster)).toEqual(['late {"zone":"a"} 1Gi'])
    drivers.disconnect(fake)
    await cluster.clock.advance(120_000)
    expect(await capacities(cluster)).toHaveLength(1)
    await cluster.cluster.delete(DriverKind, { name: DRIVER })
    await cluster.clock.advance(2_000)
    expect(await capacities(cluster)).toEqual([])
  })

  test('asks nothing of a driver that no scheduler cares for, or that cannot say', async () => {
    const prepare = async (small: SmallCluster): Promise<void> => {
      await addClass(small, 'late')
      await addNode(small, 'n1', 'a', ['zone'])
    }
    await start(prepare, false)
    expect(fake.calls).toEqual([])
    await running!.manager.stop()
    drivers.disconnect(fake)
    fake = new FakeCsiDriver({ name: DRIVER, controllerCapabilities: ['CREATE_DELETE_VOLUME'] })
    drivers.connect(fake)
    expect(await capacities(await start(prepare))).toEqual([])
    expect(fake.calls).toEqual([])
  })

  test('tries again after a failure', async () => {
    fake.fail('getCapacity', { code: 'INTERNAL' })
    const cluster = await start(async (small) => {
      await addClass(small, 'late')
      await addNode(small, 'n1', 'a', ['zone'])
    })
    await cluster.clock.advance(1_000)
    expect(fake.count('getCapacity')).toBeGreaterThan(1)
    expect(await capacities(cluster)).toEqual(['late {"zone":"a"} 1Gi'])
  })
})
