import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { get as getOverTls } from 'node:https'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { componentFeatureGates } from '@kubetape/api'
import { ConfigMap } from '@kubetape/api/kinds'
import { seededRandom, systemClock } from '@kubetape/determinism'
import { createMemoryLog } from '@kubetape/eventlog/memory'
import { Storage } from '@kubetape/storage'
import { Apiserver } from '../apiserver.ts'
import { makeCertificates, type ServingCertificates } from './certificates.ts'

const ADMIN = { name: 'admin', groups: ['system:masters'] }
const MAPS = '/api/v1/namespaces/default/configmaps'
const clock = systemClock()

let log: ReturnType<typeof createMemoryLog>
let storage: Storage
let server: Apiserver
let url: string
/** Told of each token that nobody else knows; decides when it is answered. */
let unknownToken: () => Promise<void>

/** A server over real sockets that each test stops, or breaks, in its own way. */
beforeEach(async () => {
  const random = seededRandom(1)
  log = createMemoryLog({ clock, random })
  storage = Storage.open({ log, clock })
  unknownToken = () => Promise.resolve()
  const slow = { authenticate: () => unknownToken().then(() => ({ user: ADMIN, audiences: [] })) }
  const values = new Map(componentFeatureGates().map((gate) => [gate.name, gate.default]))
  server = await Apiserver.create({
    storage,
    clock,
    random,
    gates: { enabled: (name) => values.get(name) ?? false },
    actorCause: () => 'actor',
    runtimeConfig: {},
    metrics: () => Promise.resolve(''),
    log: () => {},
    identities: { moreTokens: () => [slow] },
  })
  await listen()
})

afterEach(() => server.close())

async function listen(certificates?: ServingCertificates): Promise<void> {
  url = await server.listen({ host: '127.0.0.1', port: 0, certificates, tokens: new Map([['admin', ADMIN]]) })
}

const ask = (path: string): Promise<Response> =>
  fetch(url + path, { headers: { accept: 'application/json', authorization: 'Bearer admin' } })

const create = (name: string, data: Record<string, string> = {}): Promise<unknown> =>
  server.client(ADMIN, 'test').create(ConfigMap, { metadata: { name, namespace: 'default' }, data })

/** The same server again, behind TLS. */
async function listenOverTls(): Promise<void> {
  await server.close()
  await listen(await makeCertificates({ clock, hosts: ['127.0.0.1'], admin: { name: 'admin', groups: [] } }))
}

/** How long it takes to stop. */
async function stopMs(): Promise<number> {
  const before = clock.monotonicMs()
  await server.close()
  return clock.monotonicMs() - before
}

describe('ApiServer.close()', () => {
  test.each(['http', 'https'])('is held up by no %s connection that says nothing', async (scheme) => {
    if (scheme === 'https') await listenOverTls()
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    await once(socket, 'connect')
    const closed = once(socket, 'close')
    socket.on('error', () => {})
    socket.resume()
    expect(await stopMs()).toBeLessThan(1000)
    await closed
  })

  test('ends watches at once', async () => {
    const watch = await ask(`${MAPS}?watch=1`)
    const ended = watch.text().then(
      () => 'ended',
      () => 'cut',
    )
    expect(await stopMs()).toBeLessThan(1000)
    expect(['ended', 'cut']).toContain(await ended)
  })

  test('waits for what is being answered', async () => {
    const answer = ask(`/api/v1/namespaces/default?resourceVersion=${storage.revision + 1}`)
    await answering()
    const stopping = stopMs()
    await create('late')
    expect((await answer).status).toBe(200)
    expect(await stopping).toBeLessThan(1500)
  })

  test('does not wait longer than 2 s for it', async () => {
    const answer = ask(`/api/v1/namespaces/default?resourceVersion=${storage.revision + 1}`).catch(() => 'cut')
    await answering()
    const tookMs = await stopMs()
    expect([await answer, tookMs >= 1900 && tookMs < 2900]).toEqual(['cut', true])
  })

  /** A request that was sent before this one is being answered. */
  async function answering(): Promise<void> {
    await (await ask('/healthz')).text()
    await (await ask('/healthz')).text()
  }
})

describe('health checks', () => {
  test('say that the log is closed', async () => {
    expect((await ask('/readyz')).status).toBe(200)
    await log.close()
    for (const path of ['/livez', '/readyz', '/livez/log']) {
      const answer = await ask(path)
      expect([answer.status, await answer.text()]).toEqual([500, expect.stringContaining('closed')])
    }
  })
})

describe('refusals', () => {
  test('warn of control characters without sending them', async () => {
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'o', uid: 'a\nb' }
    const answer = await fetch(url + MAPS, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer admin' },
      body: JSON.stringify({ metadata: { name: 'BAD NAME', ownerReferences: [owner, owner] } }),
    })
    expect([answer.status, answer.headers.get('warning')]).toEqual([422, expect.stringContaining('a b')])
    expect((await ask('/healthz')).status).toBe(200)
  })
})

describe('serveWatch()', () => {
  test('begins none for a client that left while its token was looked at', async () => {
    let watches = 0
    const watch = storage.watch.bind(storage)
    storage.watch = (...args) => {
      watches++
      return watch(...args)
    }
    const watchAs = async (leaves: boolean): Promise<number> => {
      watches = 0
      const decided = Promise.withResolvers<undefined>()
      const asked = Promise.withResolvers<undefined>()
      unknownToken = () => {
        asked.resolve(undefined)
        return decided.promise
      }
      const request = get(`${url}${MAPS}?watch=1`, { headers: { authorization: 'Bearer slow' } }).on('error', () => {})
      await asked.promise
      if (leaves) request.destroy()
      // By then the server has seen it.
      await (await ask('/healthz')).text()
      await (await ask('/healthz')).text()
      decided.resolve(undefined)
      await (await ask('/healthz')).text()
      request.destroy()
      return watches
    }
    expect([await watchAs(false), await watchAs(true)]).toEqual([1, 0])
  })

  test.each(['http', 'https'])(
    'sends 20 MiB that are there already over %s, then what changes',
    async (scheme) => {
      if (scheme === 'https') await listenOverTls()
      for (let i = 0; i < 25; i++) await create(`big-${i}`, { text: 'x'.repeat(860_000) })
      const watch = await watching()
      await create('change')
      const chunks: Buffer[] = []
      for await (const chunk of watch) {
        chunks.push(chunk as Buffer)
        if (Buffer.concat(chunks.slice(-2)).includes('"name":"change"')) break
      }
      const text = Buffer.concat(chunks).toString('latin1')
      expect(text.length).toBeGreaterThan(20 * 1024 * 1024)
      expect(text.match(/"type":"ADDED"/g)).toHaveLength(26)
    },
    30_000,
  )

  test('keeps the frames of changes, and none of what was there already', async () => {
    await create('before')
    const watch = await watching()
    await create('change')
    for await (const chunk of watch) if ((chunk as Buffer).includes('"name":"change"')) break
    const maps = { group: '', resource: 'configmaps' }
    expect([storage.get(maps, 'default', 'before')!.frame, storage.get(maps, 'default', 'change')!.frame?.type]).toEqual([
      undefined,
      'ADDED',
    ])
  })

  /** A watch that has begun; nothing of it has been read. */
  async function watching(): Promise<IncomingMessage> {
    const options = { headers: { authorization: 'Bearer admin' }, rejectUnauthorized: false, agent: false as const }
    const request = (url.startsWith('https') ? getOverTls : get)(`${url}${MAPS}?watch=1&timeoutSeconds=20`, options)
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    return response
  }
})
