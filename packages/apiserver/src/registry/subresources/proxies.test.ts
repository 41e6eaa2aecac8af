import { beforeEach, describe, expect, test } from '@jest/globals'
import { TestServer } from '../../testing/test-server.ts'

let server: TestServer
const proxy = async (target: string): Promise<[code: number, message: unknown]> => {
  const { code, body } = await server.get(`${target}/proxy`)
  return [code, body['message']]
}

beforeEach(async () => {
  server = await TestServer.start()
  await server.create('pods', { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } })
})

describe('podProxy()', () => {
  test('reads ports and schemes off the name', async () => {
    for (const name of ['p', 'p:80', 'https:p:web']) expect(await proxy(`pods/${name}`)).toEqual([400, 'address not allowed'])
    expect(await proxy('pods/none:80')).toEqual([404, 'pods "none" not found'])
    expect(await proxy('pods/ftp:p:80')).toEqual([400, 'invalid pod request "ftp:p:80"'])
    expect(await proxy('pods/a:p:80:x')).toEqual([400, 'invalid pod request "a:p:80:x"'])
  })
})

describe('serviceProxy()', () => {
  test('says what is missing: the Service, its port, or what stands behind it', async () => {
    expect(await proxy('services/none')).toEqual([404, 'services "none" not found'])
    expect(await proxy('services/none:80')).toEqual([404, 'services "none" not found'])
    await server.create('services', { metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } })
    expect(await proxy('services/s')).toEqual([503, 'no endpoints available for service "s"'])
    expect(await proxy('services/s:81')).toEqual([503, 'no service port 81 found for service "s"'])
    expect(await proxy('services/http:s:80')).toEqual([503, 'no endpoints available for service "s"'])
    await server.create('endpoints', { metadata: { name: 's' }, subsets: [{ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 80 }] }] })
    expect((await proxy('services/s'))[0]).toBe(501)
  })
})

describe('nodeProxy()', () => {
  test('needs a node with an address', async () => {
    expect(await proxy('nodes/none')).toEqual([404, 'nodes "none" not found'])
    await server.create('nodes', { metadata: { name: 'n' } })
    expect(await proxy('nodes/n:10250')).toEqual([500, 'no preferred addresses found; known addresses: []'])
    await server.patch('nodes/n/status', 'merge', { status: { addresses: [{ type: 'InternalIP', address: '10.0.0.1' }] } })
    expect((await proxy('nodes/n'))[0]).toBe(501)
  })
})
