import { afterEach, describe, expect, test } from '@jest/globals'
import type { ServerResponse } from 'node:http'
import { ConfigMap } from '@kubetape/api/kinds'
import type { WatchEvent } from '@kubetape/apimachinery'
import { VirtualClock } from '@kubetape/determinism/testing'
import { firstValueFrom, lastValueFrom, type Observable, take, toArray } from 'rxjs'
import { RequestFailed, type WatchOptions } from './client.ts'
import type { HttpClient } from './http-client.ts'
import { clientForServer } from './server-client.ts'
import { json, type Play, PlayedServer, until } from './testing/played-server.ts'

const ADDED = { type: 'ADDED', object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'größer' }, data: { k: '€😀' } } }
const BARE = { type: 'MODIFIED', object: { metadata: { name: 'b' } } }
const BOOKMARK = {
  type: 'BOOKMARK',
  object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { resourceVersion: '9', creationTimestamp: null } },
}
const EXPIRED = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: 'too old resource version: 1 (5)',
  reason: 'Expired',
  code: 410,
}
const line = (value: unknown): string => `${JSON.stringify(value)}\n`

let server: PlayedServer
let client: HttpClient

async function watching(play: Play, options: WatchOptions = {}): Promise<Observable<WatchEvent>> {
  server = await PlayedServer.start(play)
  client = clientForServer({ url: server.url })
  return client.watch(ConfigMap, options)
}

const streaming =
  (act: (response: ServerResponse) => void): Play =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'transfer-encoding': 'chunked' })
    response.flushHeaders()
    act(response)
  }

/** Everything that comes, and how it ends. */
async function outcome(events: Observable<WatchEvent>): Promise<{ events: WatchEvent[]; error: unknown }> {
  const seen: WatchEvent[] = []
  return new Promise((resolve) =>
    events.subscribe({
      next: (event) => seen.push(event),
      error: (error: unknown) => resolve({ events: seen, error }),
      complete: () => resolve({ events: seen, error: undefined }),
    }),
  )
}

afterEach(async () => {
  client.close()
  await server.close()
})

describe('watch()', () => {
  test('sends every option', async () => {
    const options = {
      namespace: 'ns',
      labelSelector: 'a',
      fieldSelector: 'b=c',
      resourceVersion: '5',
      resourceVersionMatch: 'NotOlderThan',
      allowWatchBookmarks: true,
      sendInitialEvents: true,
      timeoutSeconds: 60,
    } as const
    expect(
      await lastValueFrom(
        (
          await watching(
            streaming((response) => response.end()),
            options,
          )
        ).pipe(toArray()),
      ),
    ).toEqual([])
    expect(server.requests[0]!.path).toBe(
      '/api/v1/namespaces/ns/configmaps?watch=true&labelSelector=a&fieldSelector=b%3Dc&resourceVersion=5&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&sendInitialEvents=true&timeoutSeconds=60',
    )
  })

  test('delivers whole objects and completes when the server ends it', async () => {
    const events = await watching(streaming((response) => response.end(line(ADDED) + line(BARE) + line(BOOKMARK))))
    expect(await outcome(events)).toEqual({
      events: [ADDED, { type: 'MODIFIED', object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'b' } } }, BOOKMARK],
      error: undefined,
    })
  })

  test('delivers events that come byte by byte, one chunk each, characters torn', async () => {
    const bytes = Buffer.from(line(ADDED) + line(BARE))
    const events = await watching(
      streaming((response) => {
        for (const byte of bytes) response.write(Buffer.of(byte))
        response.end(JSON.stringify(BOOKMARK))
      }),
    )
    const { events: seen, error } = await outcome(events)
    expect(error).toBeUndefined()
    expect(seen.map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'BOOKMARK'])
    expect(seen[0]).toEqual(ADDED)
  })

  test('delivers an event before the next one comes', async () => {
    let more: ServerResponse | undefined
    const events = await watching(
      streaming((response) => {
        more = response
        response.write(line(ADDED) + JSON.stringify(BARE).slice(0, 9))
      }),
    )
    const seen: WatchEvent[] = []
    const subscription = events.subscribe((event) => seen.push(event))
    await until(() => seen.length === 1)
    more!.write(line(BARE).slice(9))
    await until(() => seen.length === 2)
    subscription.unsubscribe()
  })

  test('errors with the StatusError of an ERROR event', async () => {
    const events = await watching(
      streaming((response) => response.write(line(ADDED) + line({ type: 'ERROR', object: EXPIRED }) + line(BARE))),
    )
    const { events: seen, error } = await outcome(events)
    expect(seen).toEqual([ADDED])
    expect(error).toMatchObject({ code: 'STATUS', status: EXPIRED, httpCode: 410 })
  })

  test('errors with the StatusError of a refused request', async () => {
    const { error } = await outcome(await watching(json(410, EXPIRED)))
    expect(error).toMatchObject({ code: 'STATUS', reason: 'Expired' })
  })

  test('errors with RequestFailed when the connection breaks, between events or within one', async () => {
    const events = await watching(
      streaming((response) => response.write(line(ADDED) + '{"type":', () => response.socket!.resetAndDestroy())),
    )
    const { events: seen, error } = await outcome(events)
    expect(seen).toEqual([ADDED])
    expect(error).toBeInstanceOf(RequestFailed)
    expect(error).toMatchObject({ message: 'Cannot watch configmaps: the connection was lost' })
  })

  test('errors with RequestFailed when a line is no event, or the last one was cut', async () => {
    const bad = await outcome(
      await watching(streaming((response) => response.end(line(ADDED) + line({ kind: 'ConfigMapList', items: [] })))),
    )
    expect(bad.events).toEqual([ADDED])
    expect(bad.error).toMatchObject({ code: 'REQUEST_FAILED', message: expect.stringContaining('no watch event') })
    server.play = streaming((response) => response.end('{"type":"ADD'))
    expect((await outcome(client.watch(ConfigMap))).error).toMatchObject({
      code: 'REQUEST_FAILED',
      message: expect.stringContaining('the last event was cut'),
    })
  })

  test('is one request for each subscription and none without', async () => {
    const events = await watching(streaming((response) => response.end(line(ADDED))))
    expect(server.requests).toHaveLength(0)
    await outcome(events)
    await outcome(events)
    expect(server.requests).toHaveLength(2)
  })

  test('lets the connection go when its subscriber leaves, also amid a chunk', async () => {
    let closed = 0
    const play = streaming((response) => {
      response.on('close', () => closed++)
      response.write(line(ADDED) + line(BARE))
    })
    const events = await watching(play)
    expect(await firstValueFrom(events.pipe(take(1)))).toEqual(ADDED)
    await until(() => closed === 1)
  })

  test('sends nothing more when its subscriber leaves before the answer', async () => {
    let closed = 0
    const events = await watching((response) => response.on('close', () => closed++))
    const subscription = events.subscribe()
    await until(() => server.requests.length === 1)
    subscription.unsubscribe()
    await until(() => closed === 1)
  })

  test('errors with the reason of its signal', async () => {
    const stop = new AbortController()
    const events = await watching(
      streaming((response) => response.write(line(ADDED))),
      { signal: stop.signal },
    )
    const ended = outcome(events)
    await until(() => server.requests.length === 1)
    stop.abort(new Error('no more'))
    expect((await ended).error).toEqual(new Error('no more'))
    expect((await outcome(events)).error).toEqual(new Error('no more'))
    expect(server.requests).toHaveLength(1)
  })

  test('has no time limit once its head is there', async () => {
    const clock = new VirtualClock()
    await watching(streaming((response) => response.write(line(ADDED))))
    const patient = clientForServer({ url: server.url, clock, requestTimeoutMs: 1000 })
    const seen: WatchEvent[] = []
    const subscription = patient.watch(ConfigMap).subscribe((event) => seen.push(event))
    await until(() => seen.length === 1)
    expect(clock.pendingTimers).toBe(0)
    expect(subscription.closed).toBe(false)
    subscription.unsubscribe()
    patient.close()
  })

  test('errors with RequestFailed when client.close() breaks it', async () => {
    const ended = outcome(await watching(streaming((response) => response.write(line(ADDED)))))
    await until(() => server.requests.length === 1)
    client.close()
    expect((await ended).error).toBeInstanceOf(RequestFailed)
  })
})
