import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { systemClock } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import type { CsiCode } from '../csi-error.ts'
import { isFinal } from '../csi-error.ts'
import { serveCsiDriver, type ServedCsiDriver } from '../server/serve-csi-driver.ts'
import { FakeCsiDriver } from '../testing/fake-csi-driver.ts'
import { socketFolder } from '../testing/socket-folder.ts'
import { type ConnectedCsiDriver, connectCsiDriver } from './connect-csi-driver.ts'

const capability = { accessMode: 'SINGLE_NODE_WRITER' as const, mount: { fsType: 'ext4', mountFlags: ['noatime'] } }
const create = { name: 'a', capacityRange: { requiredBytes: 1024, limitBytes: 4096 }, volumeCapabilities: [capability] }

let folder: ReturnType<typeof socketFolder>
let fake: FakeCsiDriver
let clock: VirtualClock
let served: ServedCsiDriver
let driver: ConnectedCsiDriver

beforeEach(async () => {
  folder = socketFolder()
  clock = new VirtualClock()
  fake = new FakeCsiDriver({ topologies: [{ segments: { zone: 'a' } }], volumeContext: { pool: 'fast' } })
  served = await serveCsiDriver({ endpoint: folder.endpoint(), driver: fake })
  driver = await connectCsiDriver({ endpoint: served.endpoint, clock })
})

afterEach(() => {
  driver.close()
  served.kill()
  folder.remove()
})

/** Waits, without a limit of its own, for what another process's side of a socket does. */
async function until(test: () => boolean): Promise<void> {
  while (!test()) await new Promise((resolve) => systemClock().defer(() => resolve(undefined)))
}

describe('connectCsiDriver()', () => {
  test('knows what the driver is and can', () => {
    expect(driver.info).toEqual(fake.info)
  })

  test('carries every request and answer over the socket as they are', async () => {
    const { volumeId, ...volume } = await driver.createVolume({
      ...create,
      parameters: { type: 'ssd' },
      secrets: { password: 'p' },
      accessibilityRequirements: { requisite: [{ segments: { zone: 'a' } }], preferred: [] },
      mutableParameters: { iops: '3' },
    })
    expect(volume).toEqual({ capacityBytes: 1024, volumeContext: { pool: 'fast' }, accessibleTopology: [{ segments: { zone: 'a' } }] })
    const at = { volumeId, nodeId: 'n', readonly: true, volumeCapability: capability, volumeContext: { pool: 'fast' }, secrets: { a: 'b' } }
    expect(await driver.controllerPublishVolume(at)).toEqual({ publishContext: { device: `/dev/${volumeId}` } })
    expect(await driver.listVolumes({ maxEntries: 3 })).toEqual({
      entries: [{ volume: { volumeId, ...volume }, publishedNodeIds: ['n'] }],
      nextToken: '',
    })
    const bigger = { volumeId, capacityRange: { requiredBytes: 2048 }, volumeCapability: { accessMode: 'SINGLE_NODE_WRITER' as const } }
    expect(await driver.controllerExpandVolume(bigger)).toEqual({ capacityBytes: 2048, nodeExpansionRequired: false })
    await driver.controllerModifyVolume({ volumeId, mutableParameters: { iops: '9' } })
    expect(await driver.getCapacity({ accessibleTopology: { segments: { zone: 'a' } }, parameters: { type: 'ssd' } })).toEqual({
      availableCapacity: Number.MAX_SAFE_INTEGER - 2048,
    })
    const stage = { volumeId, stagingTargetPath: '/stage', volumeCapability: capability, publishContext: { device: 'd' } }
    await driver.nodeStageVolume(stage)
    await driver.nodePublishVolume({ ...stage, targetPath: '/target', readonly: false })
    expect(await driver.nodeExpandVolume({ volumeId, volumePath: '/target', capacityRange: { requiredBytes: 2048 } })).toEqual({
      capacityBytes: 2048,
    })
    await driver.nodeUnpublishVolume({ volumeId, targetPath: '/target' })
    await driver.nodeUnstageVolume({ volumeId, stagingTargetPath: '/stage' })
    expect(await driver.nodeGetInfo()).toEqual({ nodeId: 'node-a', maxVolumesPerNode: 0, accessibleTopology: { segments: { zone: 'a' } } })
    await driver.controllerUnpublishVolume({ volumeId, nodeId: 'n', secrets: { a: 'b' } })
    await driver.deleteVolume({ volumeId, secrets: { password: 'p' } })
    expect(fake.volumes).toEqual([])

    const asked = Object.fromEntries(fake.calls.map(({ method, request }) => [method, request]))
    expect(asked['createVolume']).toMatchObject({ ...create, secrets: { password: 'p' }, mutableParameters: { iops: '3' } })
    expect(asked['controllerPublishVolume']).toEqual(at)
    expect(asked['controllerExpandVolume']).toEqual(bigger)
    expect(asked['nodePublishVolume']).toEqual({ ...stage, targetPath: '/target', readonly: false })
    expect(asked['getCapacity']).toEqual({ accessibleTopology: { segments: { zone: 'a' } }, parameters: { type: 'ssd' } })
  })

  const codes: [CsiCode, boolean][] = [
    ['CANCELLED', false],
    ['UNKNOWN', true],
    ['INVALID_ARGUMENT', true],
    ['DEADLINE_EXCEEDED', false],
    ['NOT_FOUND', true],
    ['ALREADY_EXISTS', true],
    ['PERMISSION_DENIED', true],
    ['RESOURCE_EXHAUSTED', false],
    ['FAILED_PRECONDITION', true],
    ['ABORTED', false],
    ['OUT_OF_RANGE', true],
    ['UNIMPLEMENTED', true],
    ['INTERNAL', true],
    ['UNAVAILABLE', false],
    ['DATA_LOSS', true],
    ['UNAUTHENTICATED', true],
  ]
  test.each(codes)('gives the code %s on; final is %s', async (code, final) => {
    fake.fail('createVolume', { code, message: 'as the driver says' })
    const error: unknown = await driver.createVolume(create).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'CsiError', code, message: 'as the driver says' })
    expect(isFinal(error)).toBe(final)
  })

  test('takes secrets out of what the driver says', async () => {
    fake.fail('deleteVolume', { code: 'UNAUTHENTICATED', message: 'user jane with hunter2 and hunter22 may not' })
    const error: unknown = await driver
      .deleteVolume({ volumeId: 'v', secrets: { user: 'jane', a: 'hunter2', b: 'hunter22\n', c: '' } })
      .catch(String)
    expect(error).toBe('CsiError: user *** with *** and *** may not')
  })

  test('refuses numbers that the protocol could not carry exactly, before the driver hears of them', async () => {
    for (const requiredBytes of [2 ** 53, 1.5, -1, NaN])
      await expect(driver.createVolume({ ...create, capacityRange: { requiredBytes } })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect(fake.calls).toEqual([])
  })

  test('gives up after the time-out of the method, and does not know what the driver did', async () => {
    const release = fake.hold('createVolume')
    const heard = driver.createVolume(create).catch((error: unknown) => error)
    await until(() => fake.calls.length === 1)
    await clock.advance(9_999)
    expect(await Promise.race([heard, Promise.resolve('nothing')])).toBe('nothing')
    await clock.advance(1)
    const error = await heard
    expect(error).toMatchObject({ code: 'DEADLINE_EXCEEDED', message: 'context deadline exceeded' })
    expect(isFinal(error)).toBe(false)
    release()
    await until(() => fake.volumes.length === 1)
    expect(await driver.createVolume(create)).toMatchObject({ volumeId: 'volume-1' })
    expect(clock.pendingTimers).toBe(0)
  })

  test('sends one operation on a volume at a time, and refuses what would wait for too long', async () => {
    const release = fake.hold('controllerExpandVolume')
    const { volumeId } = await driver.createVolume(create)
    const expanding = driver.controllerExpandVolume({ volumeId, capacityRange: { requiredBytes: 2048 } })
    await until(() => fake.count('controllerExpandVolume') === 1)
    // Asked for later, so that their time is up later.
    await clock.advance(1000)
    const publish = { volumeId, nodeId: 'n', readonly: false, volumeCapability: capability }
    const deleting = driver.deleteVolume({ volumeId }).catch((error: unknown) => error)
    const publishing = driver.controllerPublishVolume(publish)
    await driver.createVolume({ ...create, name: 'other' })
    expect(fake.count('deleteVolume') + fake.count('controllerPublishVolume')).toBe(0)
    const expanded = expanding.catch((error: unknown) => error)
    await clock.advance(9_000)
    expect(await expanded).toMatchObject({ code: 'DEADLINE_EXCEEDED' })
    await deleting
    await publishing.catch(() => undefined)
    expect(fake.calls.slice(-2).map(({ method }) => method)).toEqual(['deleteVolume', 'controllerPublishVolume'])
    release()
  })

  test('refuses an operation with ABORTED when the one before it does not end in time', async () => {
    const release = fake.hold('nodeStageVolume')
    const { volumeId } = await driver.createVolume(create)
    const staging = driver.nodeStageVolume({ volumeId, stagingTargetPath: '/s', volumeCapability: capability })
    await until(() => fake.count('nodeStageVolume') === 1)
    const modifying = driver.controllerModifyVolume({ volumeId, mutableParameters: { a: 'b' } }).catch((error: unknown) => error)
    await clock.advance(10_000)
    expect(await modifying).toMatchObject({
      code: 'ABORTED',
      message: 'Cannot call ControllerModifyVolume: another operation on volume "volume-1" is pending',
    })
    release()
    await staging
    expect(fake.count('controllerModifyVolume')).toBe(0)
  })

  test('tells that the driver has gone, in the middle of a call too', async () => {
    fake.hold('createVolume')
    const creating = driver.createVolume(create).catch((error: unknown) => error)
    await until(() => fake.calls.length === 1)
    served.kill()
    const error = await creating
    expect(error).toMatchObject({ code: 'UNAVAILABLE' })
    expect(isFinal(error)).toBe(false)
    await driver.lost
    await expect(driver.deleteVolume({ volumeId: 'v' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'the connection to the driver was lost',
    })
  })
})

describe('connectCsiDriver() to another process', () => {
  test('does not take the end of the process for an answer', async () => {
    const program = `
      import { serveCsiDriver } from ${JSON.stringify(join(import.meta.dirname, '../server/serve-csi-driver.ts'))}
      const info = { name: 'x', vendorVersion: '', pluginCapabilities: [], controllerCapabilities: [], nodeCapabilities: [] }
      const createVolume = () => new Promise(() => console.log('asked'))
      await serveCsiDriver({ endpoint: ${JSON.stringify(folder.endpoint('other'))}, driver: { info, createVolume } })
    `
    const flags = ['--conditions=@kubetape/source', '--input-type=module', '--eval', program]
    const child = spawn(process.execPath, flags, { cwd: import.meta.dirname, env: {}, stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = new Promise((resolve) => child.once('exit', resolve))
    try {
      const other = await connectCsiDriver({ endpoint: folder.endpoint('other'), clock: systemClock() })
      const asked = new Promise((resolve) => child.stdout.once('data', resolve))
      const creating = other.createVolume(create).catch((error: unknown) => error)
      await asked
      child.kill('SIGKILL')
      const error = await creating
      expect(error).toMatchObject({ code: 'UNAVAILABLE' })
      expect(isFinal(error)).toBe(false)
      await other.lost
    } finally {
      child.kill('SIGKILL')
      await ended
    }
  })
})

describe('connectCsiDriver() before there is a driver', () => {
  test('waits for the socket, and looks again every second', async () => {
    const problems: string[] = []
    const connecting = connectCsiDriver({
      endpoint: folder.endpoint('late'),
      clock,
      onWaiting: ({ message }) => problems.push(message),
    })
    await clock.advance(2_000)
    expect(problems).toEqual(Array(3).fill(`Cannot connect to the CSI driver at ${folder.endpoint('late')}: there is no such socket`))
    const late = await serveCsiDriver({ endpoint: folder.endpoint('late'), driver: fake })
    await clock.advance(1_000)
    const connected = await connecting
    expect(connected.info.name).toBe(fake.info.name)
    connected.close()
    await connected.lost
    late.kill()
  })

  test('ends when it is told to', async () => {
    const stop = new AbortController()
    const connecting = connectCsiDriver({ endpoint: folder.endpoint('never'), clock, signal: stop.signal }).catch(String)
    await clock.advance(500)
    stop.abort(new Error('no more'))
    expect(await connecting).toBe('Error: no more')
    expect(clock.pendingTimers).toBe(0)
  })

  test('refuses an endpoint that cannot be one', async () => {
    await expect(connectCsiDriver({ endpoint: 'tcp://127.0.0.1:1', clock })).rejects.toThrow('Cannot use CSI endpoint "tcp://127.0.0.1:1"')
  })
})
