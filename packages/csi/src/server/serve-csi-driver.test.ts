import { renameSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { CsiDriverHandlers } from '../csi-driver-handlers.ts'
import { CsiError } from '../csi-error.ts'
import { socketFolder } from '../testing/socket-folder.ts'
import { type RawClient, rawClient } from '../testing/raw-client.ts'
import { serveCsiDriver, type ServedCsiDriver } from './serve-csi-driver.ts'

const info = {
  name: 'disk.test',
  vendorVersion: '7',
  pluginCapabilities: ['CONTROLLER_SERVICE', 'EXPANSION_ONLINE'],
  controllerCapabilities: ['CREATE_DELETE_VOLUME', 'MODIFY_VOLUME'],
  nodeCapabilities: ['STAGE_UNSTAGE_VOLUME'],
}
const capability = { mount: { fsType: 'ext4' }, accessMode: { mode: 'SINGLE_NODE_WRITER' } }

let folder: ReturnType<typeof socketFolder>
let served: ServedCsiDriver
let client: RawClient
const seen: unknown[] = []
const unexpected: unknown[] = []

class Handlers implements CsiDriverHandlers {
  readonly info = info
  readonly capacityBytes = 2 ** 53 - 1

  async createVolume(request: { name: string }) {
    seen.push(request)
    return { volumeId: `id-${request.name}`, capacityBytes: this.capacityBytes, volumeContext: { a: 'b' }, accessibleTopology: [] }
  }

  async deleteVolume(request: { volumeId: string }) {
    seen.push(request)
    if (request.volumeId === 'busy') throw new CsiError('FAILED_PRECONDITION', 'volume is in use')
    throw new Error('out of paper')
  }
}

beforeEach(async () => {
  folder = socketFolder()
  seen.length = 0
  unexpected.length = 0
  const driver = new Handlers()
  served = await serveCsiDriver({ endpoint: folder.endpoint(), driver, onError: (error, rpc) => unexpected.push([rpc, String(error)]) })
  client = await rawClient(served.endpoint)
})

afterEach(() => {
  client.close()
  served.kill()
  folder.remove()
})

describe('serveCsiDriver()', () => {
  test('says what the driver is and can', async () => {
    expect(await client.call('Identity', 'GetPluginInfo')).toMatchObject({ name: 'disk.test', vendorVersion: '7' })
    expect(await client.call('Identity', 'Probe')).toEqual({ ready: { value: true } })
    expect(await client.call('Identity', 'GetPluginCapabilities')).toMatchObject({
      capabilities: [{ service: { type: 'CONTROLLER_SERVICE' } }, { volumeExpansion: { type: 'ONLINE' } }],
    })
    expect(await client.call('Controller', 'ControllerGetCapabilities')).toMatchObject({
      capabilities: [{ rpc: { type: 'CREATE_DELETE_VOLUME' } }, { rpc: { type: 'MODIFY_VOLUME' } }],
    })
    expect(await client.call('Node', 'NodeGetCapabilities')).toMatchObject({ capabilities: [{ rpc: { type: 'STAGE_UNSTAGE_VOLUME' } }] })
  })

  test('gives handlers what was said, and nothing for what was not', async () => {
    const answer = await client.call('Controller', 'CreateVolume', { name: 'x', volumeCapabilities: [capability] })
    expect(seen).toEqual([
      {
        name: 'x',
        capacityRange: { requiredBytes: 0 },
        volumeCapabilities: [{ accessMode: 'SINGLE_NODE_WRITER', mount: { fsType: 'ext4' } }],
      },
    ])
    expect(answer).toMatchObject({ volume: { volumeId: 'id-x', capacityBytes: '9007199254740991', volumeContext: { a: 'b' } } })
  })

  test.each([
    [{ volumeCapabilities: [capability] }, 'name is missing'],
    [{ name: 'x' }, 'volume_capabilities is missing'],
    [{ name: 'x', volumeCapabilities: [{ accessMode: { mode: 'SINGLE_NODE_WRITER' } }] }, 'volume_capability.access_type is missing'],
    [{ name: 'x', volumeCapabilities: [{ block: {} }] }, 'volume_capability.access_mode is missing or unknown'],
    [
      { name: 'x', volumeCapabilities: [capability], capacityRange: { requiredBytes: '9007199254740992' } },
      'required_bytes is 9007199254740992: sizes above 9007199254740991 cannot be kept exactly',
    ],
    [{ name: 'x', volumeCapabilities: [capability], capacityRange: { limitBytes: -1 } }, 'limit_bytes is -1, which is negative'],
  ])('refuses %j without asking the driver', async (request, message) => {
    await expect(client.call('Controller', 'CreateVolume', request)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message })
    expect(seen).toEqual([])
  })

  test('answers errors under their codes, and what the driver does not have as UNIMPLEMENTED', async () => {
    const remove = (volumeId: string): Promise<object> => client.call('Controller', 'DeleteVolume', { volumeId })
    await expect(remove('busy')).rejects.toMatchObject({ code: 'FAILED_PRECONDITION', message: 'volume is in use' })
    expect(unexpected).toEqual([])
    await expect(remove('other')).rejects.toMatchObject({ code: 'INTERNAL', message: 'out of paper' })
    expect(unexpected).toEqual([['DeleteVolume', 'Error: out of paper']])
    await expect(client.call('Controller', 'ListVolumes')).rejects.toMatchObject({ code: 'UNIMPLEMENTED' })
  })

  test('replaces a socket that nobody answers, and no other file', async () => {
    const driver = new Handlers()
    await expect(serveCsiDriver({ endpoint: served.endpoint, driver })).rejects.toThrow('another process does')
    writeFileSync(folder.path('file'), '')
    await expect(serveCsiDriver({ endpoint: folder.endpoint('file'), driver })).rejects.toThrow('there is a file that is no socket')

    // The file of a listener that is gone: it was elsewhere when the listener wanted to remove it.
    const crashed = createServer().listen(folder.path('first'))
    await new Promise((resolve) => crashed.once('listening', resolve))
    renameSync(folder.path('first'), folder.path('left'))
    await new Promise((resolve) => crashed.close(resolve))
    const next = await serveCsiDriver({ endpoint: folder.endpoint('left'), driver })
    const other = await rawClient(next.endpoint)
    expect(await other.call('Identity', 'GetPluginInfo')).toMatchObject({ name: 'disk.test' })
    other.close()
    next.kill()
  })

  test('lets nobody else near, and leaves nothing behind', async () => {
    const { mode } = statSync(folder.path())
    expect(mode & 0o777).toBe(0o600)
    client.close()
    await served.stop()
    expect(statSync(folder.path(), { throwIfNoEntry: false })).toBeUndefined()
  })
})
