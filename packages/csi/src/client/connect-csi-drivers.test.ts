import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { systemClock } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { serveCsiDriver, type ServedCsiDriver } from '../server/serve-csi-driver.ts'
import { FakeCsiDriver } from '../testing/fake-csi-driver.ts'
import { socketFolder } from '../testing/socket-folder.ts'
import { connectCsiDrivers, type CsiConnections } from './connect-csi-drivers.ts'

let folder: ReturnType<typeof socketFolder>
let clock: VirtualClock
let connections: CsiConnections
let lines: string[]
const servers = new Set<ServedCsiDriver>()

beforeEach(() => {
  folder = socketFolder()
  clock = new VirtualClock()
  lines = []
  const line = (message: string, { endpoint, driver = '' }: Record<string, unknown>): void => {
    const socket = (endpoint as string).split('/').at(-1)
    lines.push(`${message} ${driver as string} ${socket}`.replace(/unix:\S*\//, '').replaceAll('  ', ' '))
  }
  connections = connectCsiDrivers({ endpoints: [folder.endpoint('a'), folder.endpoint('b')], clock, log: { info: line, warn: line } })
})

afterEach(async () => {
  await connections.stop()
  for (const server of servers) server.kill()
  servers.clear()
  folder.remove()
})

async function serve(socket: string, name: string, vendorVersion = '1'): Promise<ServedCsiDriver> {
  const server = await serveCsiDriver({ endpoint: folder.endpoint(socket), driver: new FakeCsiDriver({ name, vendorVersion }) })
  servers.add(server)
  return server
}

/** Lets virtual time pass as well, slowly: sockets answer in real time, attempts and time-outs come in virtual. */
async function until(test: () => boolean): Promise<void> {
  while (!test()) {
    await clock.advance(100)
    await new Promise((resolve) => systemClock().defer(() => resolve(undefined)))
  }
}

describe('connectCsiDrivers()', () => {
  test('knows drivers as they come, go and come back as another version', async () => {
    const { drivers } = connections
    const changed: string[] = []
    drivers.changes.subscribe((name) => changed.push(name))
    expect(drivers.names()).toEqual([])
    const first = await serve('a', 'disk.test')
    await until(() => drivers.driver('disk.test') !== undefined)
    await serve('b', 'nfs.test')
    await until(() => drivers.names().length === 2)
    expect(drivers.names()).toEqual(['disk.test', 'nfs.test'])
    first.kill()
    await until(() => drivers.driver('disk.test') === undefined)
    await serve('a', 'disk.test', '2')
    await until(() => drivers.driver('disk.test') !== undefined)
    expect(drivers.info('disk.test')?.vendorVersion).toBe('2')
    expect(changed).toEqual(['disk.test', 'nfs.test', 'disk.test', 'disk.test'])
    expect(lines.filter((line) => line.startsWith('CSI'))).toEqual([
      'CSI driver connected disk.test a.sock',
      'CSI driver connected nfs.test b.sock',
      'CSI driver disconnected disk.test a.sock',
      'CSI driver connected disk.test a.sock',
    ])
  })

  test('refuses a second driver of a name, says so once, and takes it when the first has gone', async () => {
    const { drivers } = connections
    const first = await serve('a', 'disk.test', '1')
    await until(() => drivers.names().length === 1)
    await serve('b', 'disk.test', '2')
    const refusal = `Cannot use the CSI driver at b.sock: another one with the name "disk.test" is connected b.sock`
    await until(() => lines.includes(refusal))
    await clock.advance(5_000)
    expect(drivers.info('disk.test')?.vendorVersion).toBe('1')
    first.kill()
    await until(() => drivers.info('disk.test')?.vendorVersion === '2')
    expect(lines.filter((line) => line === refusal)).toHaveLength(1)
  })

  test('has nothing under way when it has stopped, and tells nobody that drivers have gone', async () => {
    await serve('a', 'disk.test')
    await until(() => connections.drivers.names().length === 1)
    const changed: string[] = []
    connections.drivers.changes.subscribe((name) => changed.push(name))
    await connections.stop()
    expect(changed).toEqual([])
    await expect(connections.drivers.driver('disk.test')!.nodeGetInfo()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(clock.pendingTimers).toBe(0)
  })

  test('cuts off calls that do not end while its owner stops', async () => {
    const fake = new FakeCsiDriver({ name: 'slow.test' })
    servers.add(await serveCsiDriver({ endpoint: folder.endpoint('a'), driver: fake }))
    await until(() => connections.drivers.names().length === 1)
    fake.hold('nodeGetInfo')
    const asking = connections.drivers
      .driver('slow.test')!
      .nodeGetInfo()
      .catch((error: unknown) => error)
    await until(() => fake.calls.length === 1)
    connections.cutOffAfter(5_000)
    await until(() => clock.pendingTimers === 0)
    expect(await asking).toMatchObject({ code: 'UNAVAILABLE' })
  })

  test.each([
    [['tcp://127.0.0.1:1'], 'only Unix sockets'],
    [['unix:///a.sock', '/a.sock'], 'Cannot use CSI endpoint "/a.sock": it is given twice'],
  ])('refuses %j at once', (endpoints, message) => {
    expect(() => connectCsiDrivers({ endpoints, clock })).toThrow(message)
  })
})
