import { afterEach, describe, expect, test } from '@jest/globals'
import { parseBindAddress } from './bind-address.ts'
import { type ManagerEndpoints, type ManagerEndpointsOptions, serveManager } from './manager-endpoints.ts'

const ANY = '127.0.0.1:0'
const metrics = { text: () => 'x 1\n' }
let running: ManagerEndpoints[] = []
afterEach(async () => {
  for (const one of running) await one.close()
  running = []
})

async function serve(manager: { ready: boolean }, options: ManagerEndpointsOptions): Promise<ManagerEndpoints> {
  const endpoints = await serveManager(manager, { metricsBindAddress: ANY, healthProbeBindAddress: ANY, ...options })
  running.push(endpoints)
  return endpoints
}

async function get(port: number | undefined, path: string): Promise<[number, string]> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`)
  return [response.status, await response.text()]
}

describe('serveManager()', () => {
  test('is alive at once, and ready when the manager is', async () => {
    const manager = { ready: false }
    const { healthPort } = await serve(manager, { checks: [{ name: 'queue', check: () => undefined, probes: ['livez'] }] })
    expect(await get(healthPort, '/livez?verbose')).toEqual([200, '[+]ping ok\n[+]queue ok\nlivez check passed\n'])
    expect(await get(healthPort, '/readyz')).toEqual([500, '[+]ping ok\n[-]informer-sync failed: reason withheld\nreadyz check failed\n'])
    manager.ready = true
    expect(await get(healthPort, '/readyz')).toEqual([200, 'ok'])
    expect(await get(healthPort, '/readyz/informer-sync')).toEqual([200, 'ok'])
  })

  test('shows metrics on an address of their own, or on that of the probes', async () => {
    const apart = await serve({ ready: true }, { metrics })
    expect(await get(apart.metricsPort, '/metrics')).toEqual([200, 'x 1\n'])
    expect((await get(apart.metricsPort, '/healthz'))[0]).toBe(404)
    expect((await get(apart.healthPort, '/metrics'))[0]).toBe(404)
    const { port } = new URL(`http://127.0.0.1:${apart.healthPort}`)
    await running.pop()!.close()
    const address = `127.0.0.1:${port}`
    const together = await serve({ ready: true }, { metrics, metricsBindAddress: address, healthProbeBindAddress: address })
    expect([together.metricsPort, together.healthPort]).toEqual([Number(port), Number(port)])
    expect(await get(together.healthPort, '/metrics')).toEqual([200, 'x 1\n'])
    expect(await get(together.healthPort, '/healthz')).toEqual([200, 'ok'])
  })

  test('is switched off by 0, and leaves nothing behind when an address cannot be had', async () => {
    const off = await serve({ ready: true }, { metrics, metricsBindAddress: '0', healthProbeBindAddress: '0' })
    expect([off.metricsPort, off.healthPort]).toEqual([undefined, undefined])
    const { metricsPort } = await serve({ ready: true }, { metrics, healthProbeBindAddress: '0' })
    const taken = `127.0.0.1:${metricsPort}`
    await expect(serve({ ready: true }, { metrics, metricsBindAddress: taken })).rejects.toThrow('EADDRINUSE')
  })
})

describe('parseBindAddress()', () => {
  test.each([
    [':8080', { host: undefined, port: 8080 }],
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
    ['[::1]:9', { host: '::1', port: 9 }],
    ['0', undefined],
  ])('reads %p', (text, address) => expect(parseBindAddress(text)).toEqual(address))

  test.each(['', '8080', ':70000', '::1:80', 'host:'])('refuses %p', (text) =>
    expect(() => parseBindAddress(text)).toThrow(`Cannot listen at ${JSON.stringify(text)}: it is neither "0" nor an address`),
  )
})
