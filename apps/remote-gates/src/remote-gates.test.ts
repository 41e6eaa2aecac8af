import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { InformerResourceVersion, WatchListClient } from '@kubetape/client-go-features'
import { VirtualClock } from '@kubetape/determinism/testing'
import { RemoteGates } from './remote-gates.ts'

let clock: VirtualClock
let lines: string[]
/** What the source answers next: JSON, a status, silence or no connection. */
let answer: object | number | 'silence' | 'refused'

beforeEach(() => {
  clock = new VirtualClock()
  lines = []
  answer = {}
})

function ask(_url: unknown, init?: RequestInit): Promise<Response> {
  if (answer === 'refused') return Promise.reject(new Error('connection refused'))
  if (answer === 'silence')
    return new Promise((_resolve, reject) => init!.signal!.addEventListener('abort', () => reject(init!.signal!.reason as Error)))
  return Promise.resolve(typeof answer === 'number' ? new Response('', { status: answer }) : Response.json(answer))
}

async function started(): Promise<RemoteGates> {
  const line = (_fields: object, message: string): void => void lines.push(message)
  const gates = new RemoteGates({ url: 'http://gates/', clock, log: { debug() {}, warn: line, error: line }, pollMs: 10_000, fetch: ask })
  const starting = gates.start()
  await clock.advance(5000)
  await starting
  return gates
}

describe('RemoteGates', () => {
  test('say what the source says, anew at each poll, and log what changes', async () => {
    answer = { WatchListClient: true, SomebodyElses: true }
    const gates = await started()
    expect([gates.enabled(WatchListClient), gates.enabled(InformerResourceVersion)]).toEqual([true, false])
    answer = { WatchListClient: false }
    await clock.advance(10_000)
    expect(gates.enabled(WatchListClient)).toBe(false)
    await clock.advance(60_000)
    expect(lines).toEqual(['the source changed WatchListClient', 'the source changed WatchListClient'])
    gates.stop()
  })

  test.each([
    ['refused', 'connection refused'],
    [503, 'it answered 503'],
    ['silence', 'no answer for 5000 ms'],
    [{ WatchListClient: 'on' }, 'feature "WatchListClient" is neither true nor false'],
  ] as const)('keep the last good values while the source is away (%j), and say once that it is away and back', async (away, why) => {
    answer = { WatchListClient: true }
    const gates = await started()
    lines.length = 0
    answer = away
    await clock.advance(100_000)
    expect(gates.enabled(WatchListClient)).toBe(true)
    expect(lines).toEqual([
      expect.stringMatching(/^the source of feature gates is away \(.*\); the values of 1\d s ago hold until it is back$/),
    ])
    expect(lines[0]).toContain(why)
    answer = { WatchListClient: true, InformerResourceVersion: true }
    await clock.advance(15_000)
    expect(gates.enabled(InformerResourceVersion)).toBe(true)
    expect(lines.slice(1)).toEqual(['the source changed InformerResourceVersion', 'the source of feature gates is back'])
    gates.stop()
  })

  test('have the defaults when the source was never there, and start all the same', async () => {
    answer = 'silence'
    const gates = await started()
    expect([gates.enabled(WatchListClient), gates.enabled('AtomicFIFO')]).toEqual([false, true])
    expect(lines).toEqual(['the source of feature gates is away (no answer for 5000 ms); the defaults hold until it is back'])
    gates.stop()
  })

  test('let nobody decide about locked features, and know no others', async () => {
    answer = { AtomicFIFO: false }
    const gates = await started()
    expect(gates.enabled('AtomicFIFO')).toBe(true)
    expect(() => gates.enabled('SomebodyElses')).toThrow('Cannot read feature "SomebodyElses": there is no such feature')
    gates.stop()
  })

  test('`stop()` leaves no timer and no request', async () => {
    const gates = await started()
    answer = 'silence'
    await clock.advance(6000)
    gates.stop()
    await clock.advance(0)
    expect(clock.pendingTimers).toBe(0)
    expect(lines).toEqual([])
  })
})

test('main.ts runs by what a real server answers', async () => {
  const server = createServer((_request, response) => response.end('{"WatchListClient":true}')).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const main = fileURLToPath(new URL('./main.ts', import.meta.url))
    const options = { env: { ...process.env, NODE_OPTIONS: '' } }
    const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@kubetape/source', main, url], options)
    expect(stdout).toContain('InformerResourceVersion=false\nWatchListClient=true\n')
  } finally {
    server.close()
  }
})
