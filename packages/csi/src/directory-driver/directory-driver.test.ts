import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { seededRandom, uidSource } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { serveCsiDriver, type ServedCsiDriver } from '../server/serve-csi-driver.ts'
import { type RawClient, rawClient } from '../testing/raw-client.ts'
import { socketFolder } from '../testing/socket-folder.ts'
import { type DirectoryDriver, type DirectoryDriverOptions, openDirectoryDriver } from './directory-driver.ts'
import { linkPlacement } from './placement.ts'

const MIB = 2 ** 20
const capability = { mount: {}, accessMode: { mode: 'SINGLE_NODE_WRITER' } }
const single = { mount: {}, accessMode: { mode: 'SINGLE_NODE_SINGLE_WRITER' } }

let place: ReturnType<typeof socketFolder>
let folder: string
let root: string
let driver: DirectoryDriver
let served: ServedCsiDriver
let client: RawClient
let clock: VirtualClock
let seed = 1

const openDriver = (more: Partial<DirectoryDriverOptions> = {}): Promise<DirectoryDriver> =>
  openDirectoryDriver({
    root,
    nodeId: 'here',
    version: '7',
    capacityBytes: 100 * MIB,
    clock,
    uids: uidSource(seededRandom(seed++)),
    placement: linkPlacement(),
    ...more,
  })

async function start(): Promise<void> {
  driver = await openDriver()
  served = await serveCsiDriver({ endpoint: place.endpoint(), driver: driver.handlers })
  client = await rawClient(served.endpoint)
}

function end(): void {
  client.close()
  served.kill()
  driver.close()
}

beforeEach(async () => {
  clock = new VirtualClock()
  place = socketFolder()
  folder = dirname(place.path())
  root = join(folder, 'root')
  await start()
})
afterEach(() => {
  end()
  place.remove()
})

interface WireVolume {
  readonly volumeId: string
  readonly capacityBytes: string
  readonly volumeContext: Record<string, string>
}

const controller = (rpc: string, request?: object): Promise<object> => client.call('Controller', rpc, request)
const node = (rpc: string, request?: object): Promise<object> => client.call('Node', rpc, request)
async function create(name: string, more: object = {}): Promise<WireVolume> {
  const request = { name, capacityRange: { requiredBytes: MIB }, volumeCapabilities: [capability], ...more }
  return ((await controller('CreateVolume', request)) as { volume: WireVolume }).volume
}
const conditionOf = async (volumeId: string): Promise<unknown> =>
  ((await controller('ControllerGetVolume', { volumeId })) as { status: { volumeCondition: unknown } }).status.volumeCondition
const recordLines = (): Record<string, unknown>[] =>
  readFileSync(join(root, 'requests.jsonl'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
const refused = (code: string): unknown => expect.objectContaining({ code })

describe('the directory driver, over gRPC', () => {
  test('says what it is', async () => {
    expect(await client.call('Identity', 'GetPluginInfo')).toMatchObject({ name: 'csi.kubetape.dev', vendorVersion: '7' })
    expect(await node('NodeGetInfo')).toMatchObject({
      nodeId: 'here',
      accessibleTopology: { segments: { 'topology.csi.kubetape.dev/node': 'here' } },
    })
  })

  test('modifies iops and throughput, keeps them over a restart, and reports them in a file and as the condition', async () => {
    const { volumeId } = await create('a', { mutableParameters: { iops: '500' } })
    await controller('ControllerModifyVolume', {
      volumeId,
      mutableParameters: { 'provisioned-iops': '10000', 'provisioned-throughput': '500MiB/s' },
    })
    end()
    await start()
    expect(await conditionOf(volumeId)).toMatchObject({
      abnormal: false,
      message: expect.stringMatching(/^iops 10000, throughput 500MiB\/s, \d+ of 1048576 bytes used$/) as unknown,
    })
    const file = JSON.parse(readFileSync(join(root, 'volumes', volumeId, 'volume.json'), 'utf8')) as object
    expect(file).toMatchObject({
      id: volumeId,
      name: 'a',
      performance: { iops: 10_000, throughput: 500 },
      createdPerformance: { iops: 500 },
    })
  })

  test.each([
    [{ speed: '5' }, 'INVALID_ARGUMENT'],
    [{ iops: '999999999' }, 'OUT_OF_RANGE'],
  ])('refuses %j', async (mutableParameters, code) => {
    const { volumeId } = await create('a', { mutableParameters: { iops: '500' } })
    await expect(controller('ControllerModifyVolume', { volumeId, mutableParameters })).rejects.toEqual(refused(code))
    await expect(create('b', { mutableParameters })).rejects.toEqual(refused(code))
    expect(await conditionOf(volumeId)).toMatchObject({ message: expect.stringContaining('iops 500,') as unknown })
    expect(readdirSync(join(root, 'volumes'))).toEqual([volumeId])
  })

  test('writes down what it was asked, with outcomes and without secrets', async () => {
    const { volumeId } = await create('a', { parameters: { type: 'fast' }, secrets: { password: 'hunter2' } })
    await controller('ControllerModifyVolume', { volumeId, mutableParameters: { iops: '5' }, secrets: { password: 'hunter2' } })
    await expect(controller('ControllerModifyVolume', { volumeId, mutableParameters: { x: '5' } })).rejects.toEqual(
      refused('INVALID_ARGUMENT'),
    )
    await controller('DeleteVolume', { volumeId, secrets: { password: 'hunter2' } })
    expect(recordLines()).toMatchObject([
      { method: 'CreateVolume', request: { name: 'a', parameters: { type: 'fast' } }, outcome: 'OK', answer: { volumeId } },
      { method: 'ControllerModifyVolume', request: { volumeId, mutableParameters: { iops: '5' } }, outcome: 'OK' },
      { method: 'ControllerModifyVolume', request: { volumeId }, outcome: 'INVALID_ARGUMENT' },
      { method: 'DeleteVolume', request: { volumeId }, outcome: 'OK' },
    ])
    expect(readFileSync(join(root, 'requests.jsonl'), 'utf8')).not.toContain('hunter2')
  })

  test('lists in pages, and says what capacity is left', async () => {
    for (const name of ['a', 'b', 'c']) await create(name)
    const names = new Map(
      readdirSync(join(root, 'volumes')).map((id) => [
        id,
        (JSON.parse(readFileSync(join(root, 'volumes', id, 'volume.json'), 'utf8')) as { name: string }).name,
      ]),
    )
    const pages: (string | undefined)[][] = []
    for (let startingToken: string | undefined = ''; startingToken !== undefined;) {
      const page = (await controller('ListVolumes', { maxEntries: 2, startingToken })) as {
        entries: { volume: WireVolume }[]
        nextToken: string
      }
      pages.push(page.entries.map(({ volume }) => names.get(volume.volumeId)))
      startingToken = page.nextToken === '' ? undefined : page.nextToken
    }
    expect(pages).toEqual([['a', 'b'], ['c']])
    await expect(controller('ListVolumes', { startingToken: 'nonsense' })).rejects.toEqual(refused('ABORTED'))
    expect(await controller('GetCapacity')).toMatchObject({ availableCapacity: String(97 * MIB) })
    expect(await controller('GetCapacity', { volumeCapabilities: [{ ...capability, mount: undefined, block: {} }] })).toMatchObject({
      availableCapacity: '0',
    })
    await expect(create('d', { capacityRange: { requiredBytes: 98 * MIB } })).rejects.toEqual(refused('RESOURCE_EXHAUSTED'))
  })

  test('says that a volume holds more than its capacity, or is gone', async () => {
    const { volumeId } = await create('a')
    const data = join(root, 'volumes', volumeId, 'data')
    writeFileSync(join(data, 'file'), Buffer.alloc(2 * MIB, 1))
    expect(await conditionOf(volumeId)).toMatchObject({
      abnormal: true,
      message: expect.stringContaining('more than its capacity') as unknown,
    })
  })

  test('refuses block volumes, snapshots, foreign nodes and parameters that are for the provisioner', async () => {
    await expect(create('a', { volumeCapabilities: [{ ...capability, mount: undefined, block: {} }] })).rejects.toEqual(
      refused('INVALID_ARGUMENT'),
    )
    await expect(create('a', { volumeContentSource: { snapshot: { snapshotId: 's' } } })).rejects.toEqual(refused('INVALID_ARGUMENT'))
    await expect(create('a', { parameters: { 'csi.storage.k8s.io/provisioner-secret-name': 's' } })).rejects.toEqual(
      refused('INVALID_ARGUMENT'),
    )
    const elsewhere = { requisite: [{ segments: { 'topology.csi.kubetape.dev/node': 'there' } }] }
    await expect(create('a', { accessibilityRequirements: elsewhere })).rejects.toEqual(refused('RESOURCE_EXHAUSTED'))
    expect(readdirSync(join(root, 'volumes'))).toEqual([])
  })
})

describe('the directory driver on its node', () => {
  const staging = (): string => join(folder, 'staging')
  const target = (name = 'target'): string => join(folder, name)
  const stage = (volumeId: string): Promise<object> =>
    node('NodeStageVolume', { volumeId, stagingTargetPath: staging(), volumeCapability: capability })
  const publish = (volumeId: string, more: object = {}): Promise<object> =>
    node('NodePublishVolume', { volumeId, stagingTargetPath: staging(), targetPath: target(), volumeCapability: capability, ...more })
  const unpublish = (volumeId: string, targetPath = target()): Promise<object> => node('NodeUnpublishVolume', { volumeId, targetPath })

  test('publishes and unpublishes, again and again, and over a restart', async () => {
    const { volumeId } = await create('a')
    await expect(publish(volumeId)).rejects.toEqual(refused('FAILED_PRECONDITION'))
    for (let i = 0; i < 2; i++) await stage(volumeId)
    for (let i = 0; i < 2; i++) await publish(volumeId)
    writeFileSync(join(target(), 'file'), 'content')
    end()
    await start()
    await publish(volumeId)
    expect(readlinkSync(target())).toBe(join(root, 'volumes', volumeId, 'data'))
    expect(await node('NodeGetVolumeStats', { volumeId, volumePath: target() })).toMatchObject({
      usage: [{ unit: 'BYTES', total: String(MIB) }],
    })
    await expect(controller('DeleteVolume', { volumeId })).rejects.toEqual(refused('FAILED_PRECONDITION'))
    for (let i = 0; i < 2; i++) await unpublish(volumeId)
    for (let i = 0; i < 2; i++) await node('NodeUnstageVolume', { volumeId, stagingTargetPath: staging() })
    expect([existsSync(target()), readFileSync(join(root, 'volumes', volumeId, 'data', 'file'), 'utf8')]).toEqual([false, 'content'])
    await controller('DeleteVolume', { volumeId })
  })

  test('refuses another way at the same place, and a second place for a single writer', async () => {
    const { volumeId } = await create('a')
    await stage(volumeId)
    await publish(volumeId, { volumeCapability: single })
    await expect(publish(volumeId, { volumeCapability: single, readonly: true })).rejects.toEqual(refused('ALREADY_EXISTS'))
    await expect(publish(volumeId, { targetPath: target('other') })).rejects.toEqual(refused('FAILED_PRECONDITION'))
    await unpublish(volumeId)
    await publish(volumeId, { targetPath: target('other') })
  })

  test('refuses places in its own folder, also through a link, and relative ones', async () => {
    const { volumeId } = await create('a')
    await stage(volumeId)
    symlinkSync(root, join(folder, 'way-in'))
    for (const targetPath of [join(root, 'x'), root, join(folder, 'way-in', 'x'), `${folder}/y/../root/x`, 'some/path'])
      await expect(publish(volumeId, { targetPath })).rejects.toEqual(refused('INVALID_ARGUMENT'))
    expect(readdirSync(root).filter((name) => !name.startsWith('.lock'))).toEqual(['gone', 'new', 'requests.jsonl', 'volumes'])
    await expect(unpublish(volumeId, join(root, 'volumes'))).rejects.toEqual(refused('INVALID_ARGUMENT'))
  })

  test('takes nothing away that it has not put there', async () => {
    const { volumeId } = await create('a')
    mkdirSync(target())
    writeFileSync(join(target(), 'precious'), '')
    await stage(volumeId)
    await expect(publish(volumeId)).rejects.toEqual(refused('FAILED_PRECONDITION'))
    await expect(unpublish(volumeId)).rejects.toEqual(refused('FAILED_PRECONDITION'))
    expect(readdirSync(target())).toEqual(['precious'])
    // What was never placed keeps nobody from deleting.
    await controller('DeleteVolume', { volumeId })
  })

  test('refuses mount flags that a link cannot have, and groups', async () => {
    const { volumeId } = await create('a')
    await stage(volumeId)
    for (const mount of [{ mountFlags: ['noexec'] }, { volumeMountGroup: '5' }])
      await expect(publish(volumeId, { volumeCapability: { ...capability, mount } })).rejects.toEqual(refused('INVALID_ARGUMENT'))
    expect(existsSync(target())).toBe(false)
  })

  test('expands', async () => {
    const { volumeId } = await create('a')
    await stage(volumeId)
    await publish(volumeId)
    expect(await controller('ControllerExpandVolume', { volumeId, capacityRange: { requiredBytes: 2 * MIB } })).toMatchObject({
      capacityBytes: String(2 * MIB),
      nodeExpansionRequired: false,
    })
    const expand = (requiredBytes: number): Promise<object> =>
      node('NodeExpandVolume', { volumeId, volumePath: target(), capacityRange: { requiredBytes } })
    expect(await expand(2 * MIB)).toMatchObject({ capacityBytes: String(2 * MIB) })
    await expect(expand(3 * MIB)).rejects.toEqual(refused('OUT_OF_RANGE'))
    await expect(controller('ControllerExpandVolume', { volumeId, capacityRange: { requiredBytes: 200 * MIB } })).rejects.toEqual(
      refused('OUT_OF_RANGE'),
    )
  })
})

describe('openDirectoryDriver()', () => {
  test('refuses a folder that another driver uses, and takes it over when that has ended', async () => {
    await expect(openDriver()).rejects.toThrow(`Cannot use "${root}": another driver uses it`)
    driver.close()
    const other = await openDriver()
    other.close()
  })

  test.each([
    ['name', { name: '../driver' }],
    ['name', { name: 'x'.repeat(64) }],
    ['nodeId', { nodeId: 'a/b' }],
  ])('refuses a %s that Kubernetes could not use', async (_, more) => {
    await expect(openDriver({ root: join(folder, 'other'), ...more })).rejects.toThrow(/^Cannot be (a driver|on a node) "/)
    expect(existsSync(join(folder, 'other'))).toBe(false)
  })

  test('says nothing of places for volumes that can be used from everywhere', async () => {
    const other = await openDriver({ root: join(folder, 'other'), reach: 'everywhere' })
    expect(other.handlers.info.pluginCapabilities).toEqual(['CONTROLLER_SERVICE', 'EXPANSION_ONLINE'])
    expect(await other.handlers.nodeGetInfo!()).toEqual({ nodeId: 'here', maxVolumesPerNode: 0 })
    other.close()
  })
})
