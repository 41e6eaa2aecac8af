import { describe, expect, test } from '@jest/globals'
import type { CreateVolumeRequest } from '../csi-driver.ts'
import { FakeCsiDriver } from './fake-csi-driver.ts'

const MIB = 2 ** 20
const volumeCapabilities = [{ accessMode: 'SINGLE_NODE_WRITER' as const, mount: {} }]
const create = (name: string, more: Partial<CreateVolumeRequest> = {}): CreateVolumeRequest => ({
  name,
  capacityRange: { requiredBytes: MIB },
  volumeCapabilities,
  ...more,
})
const publish = (volumeId: string, nodeId: string, readonly = false) => ({
  volumeId,
  nodeId,
  readonly,
  volumeCapability: volumeCapabilities[0]!,
})

describe('FakeCsiDriver', () => {
  test('makes one volume for one name, and refuses another under it', async () => {
    const driver = new FakeCsiDriver()
    const first = await driver.createVolume(create('a', { parameters: { type: 'ssd' } }))
    expect(first).toEqual({ volumeId: 'volume-1', capacityBytes: MIB, volumeContext: {}, accessibleTopology: [] })
    expect(await driver.createVolume(create('a', { parameters: { type: 'ssd' } }))).toEqual(first)
    expect(driver.volumes).toHaveLength(1)
    for (const other of [{ capacityRange: { requiredBytes: 2 * MIB } }, { parameters: {} }, { volumeContentSource: { volumeId: 'x' } }])
      await expect(driver.createVolume(create('a', other))).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
  })

  test('deletes again what is gone, and not what is published', async () => {
    const driver = new FakeCsiDriver()
    const { volumeId } = await driver.createVolume(create('a'))
    await driver.controllerPublishVolume(publish(volumeId, 'n'))
    await expect(driver.deleteVolume({ volumeId })).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' })
    await driver.controllerUnpublishVolume({ volumeId, nodeId: 'n' })
    await driver.controllerUnpublishVolume({ volumeId, nodeId: 'n' })
    await driver.deleteVolume({ volumeId })
    await driver.deleteVolume({ volumeId })
    expect(driver.volumes).toEqual([])
    await expect(driver.controllerPublishVolume(publish(volumeId, 'n'))).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('publishes a volume of a single node once, in one way', async () => {
    const driver = new FakeCsiDriver()
    const { volumeId } = await driver.createVolume(create('a'))
    await driver.controllerPublishVolume(publish(volumeId, 'n'))
    await driver.controllerPublishVolume(publish(volumeId, 'n'))
    await expect(driver.controllerPublishVolume(publish(volumeId, 'n', true))).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
    await expect(driver.controllerPublishVolume(publish(volumeId, 'm'))).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' })
  })

  test('counts volumes without owner as leaks', async () => {
    const driver = new FakeCsiDriver()
    const { volumeId } = await driver.createVolume(create('a'))
    await driver.createVolume(create('b'))
    expect(driver.leaks([volumeId]).map(({ name }) => name)).toEqual(['b'])
  })

  test('keeps to its storage', async () => {
    const zone = (name: string) => ({ segments: { zone: name } })
    const driver = new FakeCsiDriver({ capacityBytes: 3 * MIB, topologies: [zone('a'), zone('b')], snapshotIds: ['s'] })
    const places = { preferred: [zone('c')], requisite: [zone('b'), zone('c')] }
    expect(await driver.createVolume(create('x', { accessibilityRequirements: places }))).toMatchObject({ accessibleTopology: [zone('b')] })
    await expect(
      driver.createVolume(create('y', { accessibilityRequirements: { preferred: [], requisite: [zone('c')] } })),
    ).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED' })
    expect(await driver.getCapacity({})).toEqual({ availableCapacity: 2 * MIB })
    const expansion = { volumeId: 'volume-1', capacityRange: { requiredBytes: 4 * MIB } }
    await expect(driver.controllerExpandVolume(expansion)).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED' })
    await driver.createVolume(create('clone', { volumeContentSource: { volumeId: 'volume-1' } }))
    await driver.createVolume(create('restored', { volumeContentSource: { snapshotId: 's' } }))
    await expect(driver.createVolume(create('z', { volumeContentSource: { snapshotId: 't' } }))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
  })

  test('changes parameters that it takes, and expands, never shrinks', async () => {
    const driver = new FakeCsiDriver({ refuseMutable: ({ iops }) => (iops === '0' ? 'iops must not be 0' : undefined) })
    const { volumeId } = await driver.createVolume(create('a', { mutableParameters: { iops: '1' } }))
    await driver.controllerModifyVolume({ volumeId, mutableParameters: { throughput: '2' } })
    expect(driver.volumes[0]!.mutableParameters).toEqual({ iops: '1', throughput: '2' })
    await expect(driver.controllerModifyVolume({ volumeId, mutableParameters: { iops: '0' } })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'iops must not be 0',
    })
    for (const [requiredBytes, capacityBytes] of [
      [2 * MIB, 2 * MIB],
      [MIB, 2 * MIB],
    ])
      expect(await driver.controllerExpandVolume({ volumeId, capacityRange: { requiredBytes: requiredBytes! } })).toMatchObject({
        capacityBytes,
      })
  })

  test('lists its volumes by pages', async () => {
    const driver = new FakeCsiDriver()
    for (const name of ['a', 'b', 'c']) await driver.createVolume(create(name))
    const first = await driver.listVolumes({ maxEntries: 2 })
    expect(first.entries.map(({ volume }) => volume.volumeId)).toEqual(['volume-1', 'volume-2'])
    const second = await driver.listVolumes({ maxEntries: 2, startingToken: first.nextToken })
    expect([second.entries.length, second.nextToken]).toEqual([1, ''])
    await expect(driver.listVolumes({ startingToken: 'x' })).rejects.toMatchObject({ code: 'ABORTED' })
  })

  test('publishes at a node only what is staged there', async () => {
    const driver = new FakeCsiDriver()
    const { volumeId } = await driver.createVolume(create('a'))
    const stage = { volumeId, stagingTargetPath: '/stage', volumeCapability: volumeCapabilities[0]! }
    const target = { ...stage, targetPath: '/target', readonly: false }
    await expect(driver.nodePublishVolume(target)).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' })
    await driver.nodeStageVolume(stage)
    await driver.nodePublishVolume(target)
    await driver.nodeUnpublishVolume(target)
    await driver.nodeUnstageVolume(stage)
    await expect(driver.nodePublishVolume(target)).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' })
  })
})

describe('FakeCsiDriver.fail()', () => {
  test('fails as often as it is said, before the effect or after it', async () => {
    const driver = new FakeCsiDriver()
    driver.fail('createVolume', { code: 'INTERNAL', times: 2 })
    driver.fail('createVolume', { code: 'DEADLINE_EXCEEDED', message: 'context deadline exceeded', when: 'after' })
    for (const code of ['INTERNAL', 'INTERNAL'])
      await expect(driver.createVolume(create('a'))).rejects.toMatchObject({ code, message: 'internal' })
    expect(driver.volumes).toEqual([])
    await expect(driver.createVolume(create('a'))).rejects.toMatchObject({ message: 'context deadline exceeded' })
    expect(driver.volumes).toHaveLength(1)
    await driver.createVolume(create('a'))
    expect(driver.calls.map(({ outcome }) => outcome)).toEqual(['INTERNAL', 'INTERNAL', 'DEADLINE_EXCEEDED', 'ok'])
  })

  test('meets the calls that are meant, until they are healed', async () => {
    const driver = new FakeCsiDriver()
    driver.fail('createVolume', { code: 'ABORTED', times: Infinity, matching: (request) => (request as CreateVolumeRequest).name === 'b' })
    await driver.createVolume(create('a'))
    await expect(driver.createVolume(create('b'))).rejects.toMatchObject({ code: 'ABORTED' })
    driver.heal('createVolume')
    await driver.createVolume(create('b'))
    expect(driver.count('createVolume')).toBe(3)
  })
})

describe('FakeCsiDriver.hold()', () => {
  test('lets calls wait before their effect until it is let go', async () => {
    const driver = new FakeCsiDriver()
    const release = driver.hold('createVolume')
    const creating = driver.createVolume(create('a'))
    await Promise.resolve()
    expect([driver.volumes.length, driver.calls[0]!.outcome]).toEqual([0, undefined])
    release()
    await creating
    expect(driver.volumes).toHaveLength(1)
  })
})
