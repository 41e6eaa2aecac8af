import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { sleep, systemClock } from '@kubetape/determinism'
import { startWireServer, type WireServer } from '../testing/wire-server.ts'
import { makeCertificates } from './certificates.ts'

const CLOCK = systemClock()
const MAPS = '/api/v1/namespaces/default/configmaps'

let server: WireServer
beforeAll(async () => void (server = await startWireServer()))
afterAll(() => server.close())

const post = async (body: string, type = 'application/json'): Promise<[number, string]> => {
  const response = await server.fetch(MAPS, { method: 'POST', body, headers: { 'content-type': type } })
  return [response.status, ((await response.json()) as { message?: string }).message ?? '']
}

/** Sends raw bytes in pieces and answers what came back when the server or the client was done. */
function raw(pieces: Iterable<string>): Promise<{ readonly text: string; readonly sent: number }> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(server.url)
    const socket = connect(Number(port), hostname)
    let text = ''
    let sent = 0
    const iterator = pieces[Symbol.iterator]()
    const next = (): void => {
      const piece = text.includes('\r\n\r\n') ? { done: true as const, value: undefined } : iterator.next()
      if (piece.done === true) {
        socket.end()
        return
      }
      sent += piece.value.length
      socket.write(piece.value, () => CLOCK.defer(next))
    }
    socket.on('data', (data) => (text += data.toString()))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve({ text, sent }))
    socket.on('connect', next)
  })
}

function* largeBody(chunks: number, head: string): Generator<string> {
  yield head
  const chunk = 'x'.repeat(1 << 20)
  for (let at = 0; at < chunks; at++) yield `${chunk.length.toString(16)}\r\n${chunk}\r\n`
}

const HEAD = `POST ${MAPS} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer admin\r\nContent-Type: application/json\r\n`

describe('limits of what a request may take', () => {
  test('a body of 100 MB is refused before it is read, whether it says its length or not', async () => {
    const said = await raw([`${HEAD}Content-Length: 104857600\r\n\r\n`])
    expect(said.text).toContain('HTTP/1.1 413')
    expect(said.text).toContain('Request entity too large: limit is 3145728')
    const chunked = await raw(largeBody(100, `${HEAD}Transfer-Encoding: chunked\r\n\r\n`))
    expect(chunked.text).toContain('HTTP/1.1 413')
    expect(chunked.sent).toBeLessThan(40 << 20)
  })

  test.each([
    ['arrays', `{"data":${'['.repeat(200_000)}`],
    ['arrays that close', `{"data":${'['.repeat(5000)}${']'.repeat(5000)}}`],
    ['objects', `{"data":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`],
  ])('deep JSON is refused: %s', async (_, body) => expect((await post(body))[0]).toBe(400))

  test('YAML that aliases make too large, or too deep, is refused', async () => {
    const bomb = `a: &a [${'x,'.repeat(50)}]\n${[...'bcdefg'].map((name, at) => `${name}: &${name} [${`*${'abcdefg'[at]},`.repeat(9)}]`).join('\n')}\n`
    expect(await post('a: &loop [*loop]', 'application/yaml')).toEqual([
      400,
      expect.stringContaining("anchor 'loop' value contains itself"),
    ])
    expect(await post(bomb, 'application/yaml')).toEqual([400, expect.stringContaining('document contains excessive aliasing')])
    expect((await post(`a: ${'['.repeat(100_000)}`, 'application/yaml'))[0]).toBe(400)
  })

  test('names that mean something to JavaScript are keys like others', async () => {
    const body = '{"metadata":{"name":"proto"},"data":{"__proto__":"a","constructor":"b"}}'
    expect((await post(body))[0]).toBe(201)
    const text = await (await server.fetch(`${MAPS}/proto`)).text()
    expect(text).toContain('"__proto__":"a"')
  })

  test('headers beyond 1 MiB are refused', async () => {
    const { text } = await raw([`GET /version HTTP/1.1\r\nHost: a\r\nX-Long: ${'x'.repeat((1 << 20) + 1000)}\r\n\r\n`])
    expect(text).toContain('431')
  })
})

describe('HTTP/2', () => {
  test('carries requests and watches beside HTTP/1.1 on the same port, and ends them when the server stops', async () => {
    const certificates = await makeCertificates({ clock: CLOCK, hosts: ['127.0.0.1'], admin: { name: 'admin', groups: [] } })
    const secure = await startWireServer(certificates)
    const session = connectHttp2(secure.url, { ca: certificates.ca })
    const send = (headers: Record<string, string>, body?: string): Promise<{ status: number; text: string }> =>
      new Promise((resolve, reject) => {
        const stream = session.request({ authorization: 'Bearer admin', 'content-type': 'application/json', ...headers })
        let status = 0
        let text = ''
        stream.on('response', (answer) => (status = Number(answer[':status'])))
        stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
        stream.on('end', () => resolve({ status, text }))
        stream.on('error', reject)
        stream.end(body)
      })
    expect(await send({ ':method': 'POST', ':path': MAPS }, '{"metadata":{"name":"h2"}}')).toMatchObject({ status: 201 })
    expect(await send({ ':path': `${MAPS}/missing` })).toMatchObject({ status: 404 })
    expect((await send({ ':path': '/api' })).text).toContain('"serverAddress":"127.0.0.1')
    const watched = await send({ ':path': `${MAPS}?watch=1&timeoutSeconds=1&fieldSelector=metadata.name=h2` })
    expect(watched.text).toContain('"type":"ADDED"')
    const forever = send({ ':path': `${MAPS}?watch=1` }).catch(() => ({ status: 0, text: 'cut' }))
    await sleep(CLOCK, 50)
    await secure.close()
    await forever
    session.destroy()
  })
})
