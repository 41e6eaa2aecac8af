import { once } from 'node:events'
import { type AddressInfo, connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sleep, systemClock } from '@kubetape/determinism'
import { makeCertificates, type ServingCertificates } from './certificates.ts'
import { createListener, type HttpListener } from './listener.ts'

const CLOCK = systemClock()
const TIMES = { headersMs: 100, requestMs: 300, checkMs: 20 }

let certificates: ServingCertificates
beforeAll(
  async () => void (certificates = await makeCertificates({ clock: CLOCK, hosts: ['127.0.0.1'], admin: { name: 'a', groups: [] } })),
)

describe.each([
  ['plain HTTP', false],
  ['TLS', true],
])('createListener() with %s', (_, secure) => {
  let listener: HttpListener
  beforeAll(async () => {
    listener = createListener(
      secure ? certificates : undefined,
      (request, response) => request.on('data', () => {}).on('end', () => response.end('done')),
      TIMES,
    )
    listener.server.listen(0, '127.0.0.1')
    await once(listener.server, 'listening')
  })
  afterAll(() => {
    listener.server.close()
    for (const socket of listener.sockets) socket.destroy()
  })

  /** Sends one piece each 30 ms for as long as the server listens; answers what it said. */
  async function drip(pieces: readonly string[]): Promise<string> {
    const { port } = listener.server.address() as AddressInfo
    const socket: Socket = secure
      ? connectTls({ port, host: '127.0.0.1', ca: certificates.ca, ALPNProtocols: ['http/1.1'] })
      : connectPlain(port, '127.0.0.1')
    let text = ''
    let isOpen = true
    socket.on('data', (data) => (text += data.toString()))
    socket.on('error', () => undefined)
    socket.on('close', () => (isOpen = false))
    await once(socket, secure ? 'secureConnect' : 'connect')
    for (let at = 0; isOpen && text === '' && at < 100; at++) {
      socket.write(pieces[at] ?? 'x')
      await sleep(CLOCK, 30)
    }
    socket.destroy()
    return text
  }

  test('ends a connection whose head comes drop by drop', async () => {
    expect(await drip(['GET / HTTP/1.1\r\n', 'X-Slow: '])).toContain('408')
  })

  test('ends one whose body does', async () => {
    expect(await drip(['POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n'])).toContain('408')
  })

  test('serves what comes in time', async () => {
    expect(await drip(['GET / HTTP/1.1\r\n', 'Host: a\r\n\r\n'])).toContain('done')
  })

  test('knows connections that say nothing', async () => {
    const { port } = listener.server.address() as AddressInfo
    const known = async (count: number): Promise<number> => {
      for (let tries = 0; tries < 100 && listener.sockets.size !== count; tries++) await sleep(CLOCK, 10)
      return listener.sockets.size
    }
    expect(await known(0)).toBe(0)
    const socket = connectPlain(port, '127.0.0.1')
    await once(socket, 'connect')
    expect(await known(1)).toBe(1)
    socket.destroy()
    expect(await known(0)).toBe(0)
  })
})
