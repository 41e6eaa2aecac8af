import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { CAPABILITY, MIB, ServedDriver, type WireVolume } from './testing/served-driver.ts'

let driver: ServedDriver
beforeEach(async () => {
  driver = new ServedDriver()
  await driver.start()
})
afterEach(() => driver.remove())

const conditionOf = async (volumeId: string): Promise<unknown> =>
  ((await driver.controller('ControllerGetVolume', { volumeId })) as { status: { volumeCondition: unknown } }).status.volumeCondition
const recordLines = (): Record<string, unknown>[] =>
  readFileSync(join(driver.root, 'requests.jsonl'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
const refused = (code: string): unknown => expect.objectContaining({ code })

describe('the directory driver, over gRPC', () => {
  test('says what it is', async () => {
    expect(await driver.call('Identity', 'GetPluginInfo')).toMatchObject({ name: 'csi.kubetape.dev', vendorVersion: '7' })
    expect(await driver.node('NodeGetInfo')).toMatchObject({
      nodeId: 'here',
      accessibleTopology: { segments: { 'topology.csi.kubetape.dev/node': 'here' } },
    })
  })

  test('modifies iops and throughput, keeps them over a restart, and reports them in a file and as the condition', async () => {
    const { volumeId } = await driver.create('a', { mutableParameters: { iops: '500' } })
    await driver.controller('ControllerModifyVolume', {
      volumeId,
      mutableParameters: { 'provisioned-iops': '10000', 'provisioned-throughput': '500MiB/s' },
    })
    await driver.restart()
    expect(await conditionOf(volumeId)).toMatchObject({
      abnormal: false,
      message: expect.stringMatching(/^iops 10000, throughput 500MiB\/s, \d+ of 1048576 bytes used$/) as unknown,
    })
    const file = JSON.parse(readFileSync(join(driver.root, 'volumes', volumeId, 'volume.json'), 'utf8')) as object
    expect(file).toMatchObject({
      id: volumeId,
      name: 'a',
      performance: { iops: 10_000, throughput: 500 },
      createdPerformance: { iops: 500 },
    })
  })

  test.each([{ speed: '5' }, { iops: '999999999' }])('refuses %j', async (mutableParameters) => {
    const { volumeId } = await driver.create('a', { mutableParameters: { iops: '500' } })
    await expect(driver.controller('ControllerModifyVolume', { volumeId, mutableParameters })).rejects.toEqual(refused('INVALID_ARGUMENT'))
    await expect(driver.create('b', { mutableParameters })).rejects.toEqual(refused('INVALID_ARGUMENT'))
    expect(await conditionOf(volumeId)).toMatchObject({ message: expect.stringContaining('iops 500,') as unknown })
    expect(readdirSync(join(driver.root, 'volumes'))).toEqual([volumeId])
  })

  test('writes down what it was asked, with outcomes and without secrets', async () => {
    const { volumeId } = await driver.create('a', { parameters: { type: 'fast' }, secrets: { password: 'hunter2' } })
    await driver.controller('ControllerModifyVolume', { volumeId, mutableParameters: { iops: '5' }, secrets: { password: 'hunter2' } })
    await expect(driver.controller('ControllerModifyVolume', { volumeId, mutableParameters: { x: '5' } })).rejects.toEqual(
      refused('INVALID_ARGUMENT'),
    )
    await driver.controller('DeleteVolume', { volumeId, secrets: { password: 'hunter2' } })
    expect(recordLines()).toMatchObject([
      { method: 'CreateVolume', request: { name: 'a', parameters: { type: 'fast' } }, outcome: 'OK', answer: { volumeId } },
      { method: 'ControllerModifyVolume', request: { volumeId, mutableParameters: { iops: '5' } }, outcome: 'OK' },
      { method: 'ControllerModifyVolume', request: { volumeId }, outcome: 'INVALID_ARGUMENT' },
      { method: 'DeleteVolume', request: { volumeId }, outcome: 'OK' },
    ])
    expect(readFileSync(join(driver.root, 'requests.jsonl'), 'utf8')).not.toContain('hunter2')
  })

  test('lists in pages, and says what capacity is left', async () => {
    for (const name of ['a', 'b', 'c']) await driver.create(name)
    const names = new Map(
      readdirSync(join(driver.root, 'volumes')).map((id) => [
        id,
        (JSON.parse(readFileSync(join(driver.root, 'volumes', id, 'volume.json'), 'utf8')) as { name: string }).name,
      ]),
    )
    const pages: (string | undefined)[][] = []
    for (let startingToken: string | undefined = ''; startingToken !== undefined;) {
      const page = (await driver.controller('ListVolumes', { maxEntries: 2, startingToken })) as {
        entries: { volume: WireVolume }[]
        nextToken: string
      }
      pages.push(page.entries.map(({ volume }) => names.get(volume.volumeId)))
      startingToken = page.nextToken === '' ? undefined : page.nextToken
    }
    expect(pages).toEqual([['a', 'b'], ['c']])
    await expect(driver.controller('ListVolumes', { startingToken: 'nonsense' })).rejects.toEqual(refused('ABORTED'))
    expect(await driver.controller('GetCapacity')).toMatchObject({ availableCapacity: String(97 * MIB) })
    expect(await driver.controller('GetCapacity', { volumeCapabilities: [{ ...CAPABILITY, mount: undefined, block: {} }] })).toMatchObject({
      availableCapacity: '0',
    })
    await expect(driver.create('d', { capacityRange: { requiredBytes: 98 * MIB } })).rejects.toEqual(refused('RESOURCE_EXHAUSTED'))
  })

  test('says that a volume holds more than its capacity, or is gone', async () => {
    const { volumeId } = await driver.create('a')
    const data = join(driver.root, 'volumes', volumeId, 'data')
    writeFileSync(join(data, 'file'), Buffer.alloc(2 * MIB, 1))
    expect(await conditionOf(volumeId)).toMatchObject({
      abnormal: true,
      message: expect.stringContaining('more than its capacity') as unknown,
    })
  })

  test('refuses block volumes, snapshots, foreign nodes and parameters that are for the provisioner', async () => {
    await expect(driver.create('a', { volumeCapabilities: [{ ...CAPABILITY, mount: undefined, block: {} }] })).rejects.toEqual(
      refused('INVALID_ARGUMENT'),
    )
    await expect(driver.create('a', { volumeContentSource: { snapshot: { snapshotId: 's' } } })).rejects.toEqual(
      refused('INVALID_ARGUMENT'),
    )
    await expect(driver.create('a', { parameters: { 'csi.storage.k8s.io/provisioner-secret-name': 's' } })).rejects.toEqual(
      refused('INVALID_ARGUMENT'),
    )
    const elsewhere = { requisite: [{ segments: { 'topology.csi.kubetape.dev/node': 'there' } }] }
    await expect(driver.create('a', { accessibilityRequirements: elsewhere })).rejects.toEqual(refused('RESOURCE_EXHAUSTED'))
    expect(readdirSync(join(driver.root, 'volumes'))).toEqual([])
  })
})

describe('openDirectoryDriver()', () => {
  test('refuses a folder that another driver uses, and takes it over when that has ended', async () => {
    await expect(driver.open()).rejects.toThrow(`Cannot use "${driver.root}": another driver uses it`)
    driver.end()
    const other = await driver.open()
    other.close()
  })

  test.each([
    ['name', { name: '../driver' }],
    ['name', { name: 'x'.repeat(64) }],
    ['nodeId', { nodeId: 'a/b' }],
  ])('refuses a %s that Kubernetes could not use', async (_, more) => {
    await expect(driver.open({ root: join(driver.folder, 'other'), ...more })).rejects.toThrow(/^Cannot be (a driver|on a node) "/)
    expect(existsSync(join(driver.folder, 'other'))).toBe(false)
  })

  test('refuses a root where a file is in the way', async () => {
    writeFileSync(join(driver.folder, 'file'), '')
    for (const root of [join(driver.folder, 'file'), join(driver.folder, 'file', 'inner')])
      await expect(driver.open({ root })).rejects.toThrow(`Cannot keep volumes in "${root}": a file is in the way`)
  })

  test('says nothing of places for volumes that can be used from everywhere', async () => {
    const other = await driver.open({ root: join(driver.folder, 'other'), reach: 'everywhere' })
    expect(other.handlers.info.pluginCapabilities).toEqual(['CONTROLLER_SERVICE', 'EXPANSION_ONLINE'])
    expect(await other.handlers.nodeGetInfo!()).toEqual({ nodeId: 'here', maxVolumesPerNode: 0 })
    other.close()
  })
})
