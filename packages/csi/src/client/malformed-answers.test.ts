import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { VirtualClock } from '@kubetape/determinism/testing'
import { pathOf, rawServer } from '../testing/raw-server.ts'
import { socketFolder } from '../testing/socket-folder.ts'
import { connectCsiDriver } from './connect-csi-driver.ts'

const create = {
  name: 'a',
  capacityRange: { requiredBytes: 1 },
  volumeCapabilities: [{ accessMode: 'SINGLE_NODE_WRITER' as const, mount: {} }],
}

let folder: ReturnType<typeof socketFolder>
let clock: VirtualClock

beforeEach(() => {
  folder = socketFolder()
  clock = new VirtualClock()
})

afterEach(() => folder.remove())

describe('connectCsiDriver() with drivers that are not as they should be', () => {
  const NAME = Buffer.from('\n\x01x')
  const tooLarge = Buffer.of(0x0a, 12, 0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10, 0x12, 1, 0x76)
  const identity = {
    [pathOf('Identity', 'Probe')]: Buffer.of(),
    [pathOf('Identity', 'GetPluginInfo')]: NAME,
    [pathOf('Identity', 'GetPluginCapabilities')]: Buffer.of(),
  }

  /** What is said while the first attempt fails. */
  async function firstProblem(answers: Record<string, Buffer | (() => Promise<Buffer>)>): Promise<string> {
    const server = await rawServer(folder.endpoint('raw'), { ...identity, ...answers })
    const stop = new AbortController()
    const { promise, resolve } = Promise.withResolvers<string>()
    const onWaiting = ({ message }: Error): void => resolve(message.replace(/^.*raw\.sock: /, ''))
    const connecting = connectCsiDriver({ endpoint: folder.endpoint('raw'), clock, signal: stop.signal, onWaiting }).then(
      (driver) => {
        driver.close()
        resolve('connected')
      },
      () => undefined,
    )
    try {
      return await promise
    } finally {
      stop.abort(new Error('enough'))
      await connecting
      server.kill()
    }
  }

  test('takes one without controllers and nodes', async () => {
    expect(await firstProblem({})).toBe('connected')
  })

  test.each([
    ['is not ready', { Probe: Buffer.of(0x0a, 0) }, 'the driver is not ready yet'],
    ['has no name', { GetPluginInfo: Buffer.of() }, "Cannot use the driver's answer to GetPluginInfo: name is missing"],
    ['has a name that is none', { GetPluginInfo: Buffer.from('\n\x03a b') }, '"a b" is no name of a driver'],
    [
      'answers what is no message',
      { GetPluginInfo: Buffer.of(0xff) },
      "Cannot use the driver's answer to GetPluginInfo: index out of range",
    ],
  ])('waits for one that %s', async (_, answers, problem) => {
    const byPath = Object.fromEntries(Object.entries(answers).map(([rpc, bytes]) => [pathOf('Identity', rpc), bytes]))
    expect(await firstProblem(byPath)).toContain(problem)
  })

  test.each([
    ['no volume', Buffer.of(), 'volume is missing'],
    ['a volume without id', Buffer.of(0x0a, 0), 'volume.volume_id is missing'],
    ['more bytes than a number holds', tooLarge, 'volume.capacity_bytes is 9007199254740992: sizes above 9007199254740991'],
    ['noise', Buffer.of(0xff, 0xff), 'index out of range'],
  ])('takes %s for no answer', async (_, bytes, problem) => {
    const server = await rawServer(folder.endpoint('raw'), { ...identity, [pathOf('Controller', 'CreateVolume')]: bytes })
    const raw = await connectCsiDriver({ endpoint: folder.endpoint('raw'), clock })
    const error: unknown = await raw.createVolume(create).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining(problem) })
    expect(String(error)).toContain("Cannot use the driver's answer to CreateVolume: ")
    raw.close()
    server.kill()
  })

  test('takes an answer that is too large to be read for none', async () => {
    const large = Buffer.alloc(5 * 2 ** 20)
    const server = await rawServer(folder.endpoint('raw'), { ...identity, [pathOf('Controller', 'CreateVolume')]: large })
    const raw = await connectCsiDriver({ endpoint: folder.endpoint('raw'), clock })
    // The library says that a resource is exhausted, which of a driver would mean that there is no volume.
    await expect(raw.createVolume(create)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('no answer of the driver: Received message larger than max'),
    })
    raw.close()
    server.kill()
  })
})
