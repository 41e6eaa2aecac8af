import { afterEach, describe, expect, test } from '@jest/globals'
import { type HealthServer, type HealthServerOptions, startHealthServer } from './health-server.ts'

let servers: HealthServer[] = []
afterEach(async () => {
  for (const server of servers) await server.close()
  servers = []
})

async function serve(options: HealthServerOptions = {}) {
  const server = await startHealthServer({ port: 0, host: '127.0.0.1', ...options })
  servers.push(server)
  return async (path: string, method = 'GET') => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method })
    return { code: response.status, text: await response.text(), headers: response.headers }
  }
}

describe('startHealthServer()', () => {
  test('answers ok on every probe while nothing is wrong', async () => {
    const get = await serve()
    for (const path of ['/healthz', '/livez', '/readyz', '/readyz/', '/healthz/ping'])
      expect(await get(path)).toMatchObject({ code: 200, text: 'ok' })
    const { headers } = await get('/healthz')
    expect([headers.get('content-type'), headers.get('x-content-type-options'), headers.get('cache-control')]).toEqual([
      'text/plain; charset=utf-8',
      'nosniff',
      'no-cache, no-store',
    ])
  })

  test('names what is wrong, withholds why, and tells that to the log', async () => {
    const failures: string[][] = []
    const synced = { name: 'informer-sync', check: () => 'pods have not synced', probes: ['readyz'] as const }
    const get = await serve({ checks: [synced], onFailure: (...failure) => failures.push(failure) })
    const text = '[+]ping ok\n[-]informer-sync failed: reason withheld\nreadyz check failed\n'
    expect(await get('/readyz')).toMatchObject({ code: 500, text })
    expect(await get('/healthz')).toMatchObject({ code: 500, text: text.replace('readyz', 'healthz') })
    expect(await get('/livez?verbose')).toMatchObject({ code: 200, text: '[+]ping ok\nlivez check passed\n' })
    expect(await get('/livez/informer-sync')).toMatchObject({ code: 404 })
    expect(await get('/readyz/informer-sync')).toMatchObject({ code: 500, text: 'internal server error: pods have not synced\n' })
    expect(failures).toEqual(Array.from({ length: 3 }, () => ['informer-sync', 'pods have not synced']))
  })

  test('takes a check that throws or rejects for wrong, and waits for one that takes time', async () => {
    const state: { wrong?: string } = {}
    const get = await serve({
      checks: [
        { name: 'slow', check: () => Promise.resolve(state.wrong) },
        {
          name: 'throws',
          check: () => {
            if (state.wrong !== undefined) throw new Error(state.wrong)
            return undefined
          },
        },
      ],
    })
    expect((await get('/healthz?verbose')).text).toBe('[+]ping ok\n[+]slow ok\n[+]throws ok\nhealthz check passed\n')
    state.wrong = 'broken'
    expect((await get('/healthz')).text).toBe(
      '[+]ping ok\n[-]slow failed: reason withheld\n[-]throws failed: reason withheld\nhealthz check failed\n',
    )
    expect((await get('/healthz/throws')).text).toBe('internal server error: broken\n')
  })

  test('leaves excluded checks out, and warns of exclusions that it does not know', async () => {
    const get = await serve({ checks: [{ name: 'bad', check: () => 'no' }] })
    expect(await get('/readyz?exclude=bad')).toMatchObject({ code: 200, text: 'ok' })
    expect((await get('/readyz?verbose&exclude=bad&exclude=none')).text).toBe(
      '[+]ping ok\n[+]bad excluded: ok\nwarn: some health checks cannot be excluded: no matches for "none"\nreadyz check passed\n',
    )
  })

  test('serves metrics where there are some', async () => {
    const get = await serve({ metrics: () => Promise.resolve('# TYPE x counter\nx 1\n') })
    const { code, text, headers } = await get('/metrics')
    expect([code, text, headers.get('content-type')]).toEqual([200, '# TYPE x counter\nx 1\n', 'text/plain; version=0.0.4; charset=utf-8'])
    expect((await (await serve())('/metrics')).code).toBe(404)
    expect((await (await serve({ metrics: () => Promise.reject(new Error('no')) }))('/metrics')).code).toBe(500)
  })

  test('knows no other path and no other method; HEAD has no body', async () => {
    const get = await serve()
    for (const path of ['/', '/health', '/healthz/none', '/healthz/ping/more']) expect((await get(path)).code).toBe(404)
    const refused = await get('/healthz', 'POST')
    expect([refused.code, refused.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    expect(await get('/healthz', 'HEAD')).toMatchObject({ code: 200, text: '' })
  })

  test('rejects when the port is taken, and frees it when it is closed', async () => {
    await serve()
    const { port } = servers[0]!
    await expect(startHealthServer({ port, host: '127.0.0.1' })).rejects.toThrow('EADDRINUSE')
    await servers.pop()!.close()
    servers.push(await startHealthServer({ port, host: '127.0.0.1' }))
    expect(servers[0]!.port).toBe(port)
  })
})
