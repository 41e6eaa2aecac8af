import { afterEach, describe, expect, test } from '@jest/globals'
import { ConfigMap } from '@kubetape/api/kinds'
import { VirtualClock } from '@kubetape/determinism/testing'
import { lastValueFrom } from 'rxjs'
import { RequestFailed } from './client.ts'
import { RETRIES_MAX } from './connection.ts'
import type { HttpClient } from './http-client.ts'
import type { RequestMetricsPort } from './request-metrics.ts'
import { clientForServer, type ServerOptions } from './server-client.ts'
import { inTurn, json, type Play, PlayedServer, until } from './testing/played-server.ts'

const AT = { namespace: 'ns', name: 'a' }
const BUSY = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'busy', reason: 'TooManyRequests', code: 429 }
const OBJECT = { kind: 'ConfigMap', apiVersion: 'v1', metadata: AT, data: { k: 'größer' } }

const opened: { server: PlayedServer; client: HttpClient }[] = []

async function open(play: Play, options: Partial<ServerOptions> = {}): Promise<{ server: PlayedServer; client: HttpClient }> {
  const server = await PlayedServer.start(play)
  const pair = { server, client: clientForServer({ url: server.url, ...options }) }
  opened.push(pair)
  return pair
}

afterEach(async () => {
  for (const { server, client } of opened.splice(0)) {
    client.close()
    await server.close()
  }
})

describe('HttpClient without an answer', () => {
  test('rejects with RequestFailed when the connection breaks before or in the answer', async () => {
    const { server, client } = await open((response) => void response.socket!.resetAndDestroy())
    await expect(client.create(ConfigMap, { metadata: AT })).rejects.toMatchObject({
      code: 'REQUEST_FAILED',
      message: expect.stringMatching(/^Cannot create configmaps "a": /),
      cause: { code: 'ECONNRESET' },
    })
    server.play = (response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('{"kind":', () => response.socket!.destroy())
    }
    await expect(client.get(ConfigMap, AT)).rejects.toThrow('Cannot get configmaps "a": the connection was lost')
  })

  test('rejects with RequestFailed when nothing listens, and when the answer is no JSON', async () => {
    const { server, client } = await open((response) => void response.end('hello'))
    await expect(client.get(ConfigMap, AT)).rejects.toThrow('Cannot get configmaps "a": the answer is no JSON')
    await server.close()
    await expect(client.list(ConfigMap)).rejects.toBeInstanceOf(RequestFailed)
  })

  test('rejects with RequestFailed when the time is up', async () => {
    const clock = new VirtualClock()
    const { server, client } = await open(() => undefined, { clock, requestTimeoutMs: 5000 })
    const answer = client.get(ConfigMap, AT)
    const failed = expect(answer).rejects.toThrow('Cannot get configmaps "a": no answer within 5000 ms')
    await until(() => server.requests.length === 1)
    await clock.advance(5000)
    await failed
    expect(clock.pendingTimers).toBe(0)
  })

  test('rejects with the reason of its signal', async () => {
    const { server, client } = await open(() => undefined)
    const stop = new AbortController()
    const answer = client.get(ConfigMap, AT, { signal: stop.signal })
    await until(() => server.requests.length === 1)
    stop.abort(new Error('no more'))
    await expect(answer).rejects.toThrow('no more')
    await expect(client.get(ConfigMap, AT, { signal: stop.signal })).rejects.toThrow('no more')
    expect(server.requests).toHaveLength(1)
  })

  test('asks again when a read meets a connection that was closed while it was idle, and does not repeat a write', async () => {
    const { server, client } = await open(json(200, OBJECT))
    await client.get(ConfigMap, AT)
    server.play = (response, { connection }) => {
      if (connection === 1) response.socket!.resetAndDestroy()
      else json(200, OBJECT)(response, server.requests[0]!)
    }
    expect(await client.get(ConfigMap, AT)).toEqual(OBJECT)
    server.play = (response) => void response.socket!.resetAndDestroy()
    await expect(client.update(ConfigMap, { metadata: AT })).rejects.toBeInstanceOf(RequestFailed)
    expect(server.requests.map(({ method, connection }) => `${method} ${connection}`)).toEqual(['GET 1', 'GET 1', 'GET 2', 'PUT 2'])
  })

  test('does not send a watch again that meets such a connection: who watches waits before', async () => {
    const { server, client } = await open(json(200, OBJECT))
    await client.get(ConfigMap, AT)
    server.play = (response) => void response.socket!.resetAndDestroy()
    await expect(lastValueFrom(client.watch(ConfigMap))).rejects.toBeInstanceOf(RequestFailed)
    expect(server.requests).toHaveLength(2)
  })
})

describe('HttpClient told to wait', () => {
  test('waits for a second when it is told to come back at once', async () => {
    const clock = new VirtualClock()
    const { server, client } = await open(inTurn(json(429, BUSY, { 'retry-after': '0' }), json(200, OBJECT)), {
      clock,
      requestTimeoutMs: 0,
    })
    const answer = client.get(ConfigMap, AT)
    await until(() => clock.pendingTimers === 1)
    await clock.advance(999)
    expect(server.requests).toHaveLength(1)
    await clock.advance(1)
    expect(await answer).toEqual(OBJECT)
  })

  test('sends a request again after Retry-After, whatever its verb', async () => {
    const clock = new VirtualClock()
    const { server, client } = await open(inTurn(json(429, BUSY, { 'retry-after': '2' }), json(200, OBJECT)), {
      clock,
      requestTimeoutMs: 0,
    })
    const answer = client.update(ConfigMap, { metadata: AT })
    await until(() => clock.pendingTimers === 1)
    await clock.advance(1999)
    expect(server.requests).toHaveLength(1)
    await clock.advance(1)
    expect(await answer).toEqual(OBJECT)
    expect(server.requests.map(({ body }) => body)).toEqual([server.requests[0]!.body, server.requests[0]!.body])
  })

  test('gives up after ten times', async () => {
    const clock = new VirtualClock()
    const { server, client } = await open(json(429, BUSY, { 'retry-after': '1' }), { clock, requestTimeoutMs: 0 })
    const refused = expect(client.get(ConfigMap, AT)).rejects.toMatchObject({ reason: 'TooManyRequests' })
    for (let i = 0; i < RETRIES_MAX; i++) {
      await until(() => clock.pendingTimers === 1)
      await clock.advance(1000)
    }
    await refused
    expect(server.requests).toHaveLength(1 + RETRIES_MAX)
  })

  test('does not wait without the header, for other codes, or when the header asks for too long', async () => {
    const { server, client } = await open(
      inTurn(json(429, BUSY), json(503, { ...BUSY, code: 503 }, { 'retry-after': '1' }), json(429, BUSY, { 'retry-after': '86400' })),
    )
    for (let i = 0; i < 3; i++) await expect(client.get(ConfigMap, AT)).rejects.toMatchObject({ code: 'STATUS' })
    expect(server.requests).toHaveLength(3)
  })

  test('stops waiting when its signal aborts', async () => {
    const clock = new VirtualClock()
    const { client } = await open(json(429, BUSY, { 'retry-after': '60' }), { clock, requestTimeoutMs: 0 })
    const stop = new AbortController()
    const refused = expect(client.get(ConfigMap, AT, { signal: stop.signal })).rejects.toThrow('no more')
    await until(() => clock.pendingTimers === 1)
    stop.abort(new Error('no more'))
    await refused
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('HttpClient with metrics', () => {
  test('counts attempts, retries and times under the names of client-go', async () => {
    const clock = new VirtualClock()
    const registry = new Map<string, number>()
    const note = (name: string, labels: Record<string, string>, by: number): void => {
      const key = `${name} ${Object.values(labels).join(' ')}`
      registry.set(key, (registry.get(key) ?? 0) + by)
    }
    const metrics: RequestMetricsPort = {
      counter: ({ name }) => ({ with: (labels) => ({ inc: (by = 1) => note(name, labels, by) }) }),
      histogram: ({ name }) => ({ with: (labels) => ({ observe: (value) => note(name, labels, value) }) }),
    }
    const plays = inTurn(json(429, BUSY, { 'retry-after': '3' }), json(200, OBJECT), (response) => void response.socket!.resetAndDestroy())
    const { server, client } = await open(plays, { clock, requestTimeoutMs: 0, metrics })
    const answer = client.get(ConfigMap, AT)
    await until(() => clock.pendingTimers === 1)
    await clock.advance(3000)
    await answer
    await expect(client.create(ConfigMap, { metadata: AT })).rejects.toBeInstanceOf(RequestFailed)
    const { host } = new URL(server.url)
    expect(Object.fromEntries(registry)).toEqual({
      [`rest_client_requests_total 429 GET ${host}`]: 1,
      [`rest_client_request_retries_total 429 GET ${host}`]: 1,
      [`rest_client_requests_total 200 GET ${host}`]: 1,
      [`rest_client_request_duration_seconds GET ${host}`]: 3,
      [`rest_client_requests_total <error> POST ${host}`]: 1,
      [`rest_client_request_duration_seconds POST ${host}`]: 0,
    })
  })

  test('counts watches, without their time', async () => {
    const seen: string[] = []
    const metrics: RequestMetricsPort = {
      counter: ({ name }) => ({ with: ({ code, method }) => ({ inc: () => seen.push(`${name} ${code} ${method}`) }) }),
      histogram: ({ name }) => ({ with: () => ({ observe: () => seen.push(name) }) }),
    }
    const { client } = await open((response) => void response.end(), { metrics })
    await new Promise<void>((resolve) => client.watch(ConfigMap).subscribe({ complete: resolve, error: () => resolve() }))
    expect(seen).toEqual(['rest_client_requests_total 200 GET'])
  })
})
