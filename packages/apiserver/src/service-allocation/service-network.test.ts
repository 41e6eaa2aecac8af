import { describe, expect, test } from '@jest/globals'
import type { Service } from '@kubetape/api/types/core/v1'
import { seededRandom } from '@kubetape/determinism'
import { InProcessClient } from '../in-process-client.ts'
import { ADMIN, TestServer } from '../testing/test-server.ts'
import { ServiceNetwork } from './service-network.ts'

async function serve(clusterIpRange = '10.96.0.0/29') {
  let network: ServiceNetwork
  const server: TestServer = await TestServer.start({
    companions: (storage, clock) => {
      const gates = { enabled: () => false }
      network = new ServiceNetwork({ storage, clock, random: seededRandom(1), gates, servesRanges: false }, { clusterIpRange })
      return network.companions
    },
  })
  const client = new InProcessClient(server.registry, { user: ADMIN, userAgent: 'test' })
  const told: string[] = []
  const address = async (name: string): Promise<string | undefined> =>
    ((await server.get(`services/${name}`)).body as Service).spec?.clusterIP
  const keep = async (): Promise<void> => {
    const kept = network.keep(client, (_level, message) => void told.push(message))
    await server.clock.advance(50)
    await kept
  }
  return { server, keep, told, address, close: () => network.close() }
}

const service = (name: string, spec: object = {}): object => ({ metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } })

describe('ServiceNetwork', () => {
  test('keeps the first address for the Service `kubernetes`, and makes that again when it was deleted', async () => {
    const { server, keep, address, close } = await serve()
    await keep()
    expect(await address('kubernetes')).toBe('10.96.0.1')
    await server.delete('services/kubernetes')
    expect((await server.create('services', service('thief', { clusterIP: '10.96.0.1' }))).code).toBe(422)
    for (let at = 0; at < 5; at++) expect((await server.create('services', service(`s${at}`))).code).toBe(201)
    expect((await server.create('services', service('s5'))).code).toBe(500)
    await server.clock.advance(1000)
    expect(await address('kubernetes')).toBe('10.96.0.1')
    close()
  })

  test('says why it cannot be made, and makes it as soon as it can', async () => {
    const { server, keep, told, address, close } = await serve()
    // Of a cluster whose range was another, this Service has what is the first address now.
    const old = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'old', namespace: 'default', uid: 'o' },
      spec: { clusterIPs: ['10.96.0.1'] },
    }
    const where = { group: '', resource: 'services', namespace: 'default', name: 'old' } as const
    const stored = server.storage.commit([{ ...where, operation: 'create', expect: 0, object: old }])
    await server.clock.advance(5)
    await stored
    await keep()
    expect(told).toEqual([expect.stringContaining('default/kubernetes cannot be made')])
    expect(await address('kubernetes')).toBeUndefined()
    await server.delete('services/old')
    await server.clock.advance(10_000)
    expect(await address('kubernetes')).toBe('10.96.0.1')
    close()
  })
})
