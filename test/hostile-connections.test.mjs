// Connections that want to be many: 10,000 idle watches, sockets that never say anything, requests that stop halfway. The server goes on
// answering others, holds a bounded amount for them, and lets it go.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { connect as connectHttp2 } from 'node:http2'
import { connect as connectSocket } from 'node:net'
import { after, before, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { startKubetape } from '../tools/test/kubetape-server.mjs'

const WATCHES = 10_000
/** Requests at once over one connection, as the server allows. */
const STREAMS = 250
const SILENT = 500
/** What one idle watch may cost. */
const WATCH_BYTES_MAX = 40_000
/** Clients that ask for a large list and do not read it, and what one of them may cost: a piece and its copy for TLS. */
const UNREAD = 100
const UNREAD_BYTES_MAX = 500_000
const CLOSE_MS = 30_000
const MAPS = '/api/v1/namespaces/default/configmaps'

let server
let url
let ca
let headers
before(async () => {
  server = await startKubetape('default')
  const { clusters, users } = JSON.parse(readFileSync(server.kubeconfig, 'utf8'))
  url = new URL(clusters[0].cluster.server)
  ca = Buffer.from(clusters[0].cluster['certificate-authority-data'], 'base64')
  headers = { authorization: `Bearer ${users[0].user.token}` }
})
after(async () => {
  await server?.stop()
  server?.remove()
})

test(`${WATCHES} idle watches cost a bounded amount each, keep nobody waiting, and are let go of`, async () => {
  const before = await metric('process_resident_memory_bytes')
  const sessions = []
  let opening = []
  for (let at = 0; at < WATCHES; at++) {
    if (at % STREAMS === 0) {
      await Promise.all(opening)
      opening = []
      sessions.push(open())
    }
    opening.push(answered(sessions.at(-1), `${MAPS}?watch=1&resourceVersion=0&fieldSelector=metadata.name%3Dnone`))
  }
  await Promise.all(opening)
  assert.equal(await metric('apiserver_longrunning_requests', 'resource="configmaps"'), WATCHES)
  const each = ((await metric('process_resident_memory_bytes')) - before) / WATCHES
  assert.ok(each < WATCH_BYTES_MAX, `each costs ${Math.round(each)} bytes`)
  for (const session of sessions) session.destroy()
  await until(async () => (await metric('apiserver_longrunning_requests', 'resource="configmaps"')) === 0)
})

test(`${UNREAD} clients that do not read a large list cost a bounded amount each, and keep nobody from it`, async () => {
  const session = open()
  const d = 'x'.repeat(200_000)
  for (let at = 0; at < 100; at++) {
    const body = JSON.stringify({ metadata: { name: `large-${at}` }, data: { d } })
    assert.equal(await answered(session, MAPS, { method: 'POST', body }), 201)
  }
  const read = async () => {
    let bytes = 0
    for await (const chunk of session.request({ ...headers, ':path': MAPS })) bytes += chunk.length
    return bytes
  }
  assert.ok((await read()) > 20e6)
  const before = await metric('process_resident_memory_bytes')
  const unread = Array.from({ length: UNREAD }, () => {
    const socket = connectTls({ host: url.hostname, port: Number(url.port), ca })
    socket.on('error', () => {})
    socket.pause()
    socket.on('secureConnect', () => socket.write(`GET ${MAPS} HTTP/1.1\r\nHost: x\r\nAuthorization: ${headers.authorization}\r\n\r\n`))
    return socket
  })
  await new Promise((resolve) => setTimeout(resolve, 2000))
  assert.ok((await read()) > 20e6)
  const each = ((await metric('process_resident_memory_bytes')) - before) / UNREAD
  assert.ok(each < UNREAD_BYTES_MAX, `each costs ${Math.round(each)} bytes`)
  session.destroy()
  for (const socket of unread) socket.destroy()
  await until(async () => (await metric('apiserver_current_inflight_requests', 'request_kind="readOnly"')) <= 1)
})

test('sockets that never speak, and requests that stop halfway, keep nobody from being answered and are closed', async () => {
  const silent = Array.from({ length: SILENT }, () => connectSocket(Number(url.port), url.hostname))
  const halves = Array.from({ length: 50 }, () => {
    const socket = connectTls({ host: url.hostname, port: Number(url.port), ca })
    socket.on('secureConnect', () => socket.write(`POST ${MAPS} HTTP/1.1\r\nHost: x\r\nContent-Le`))
    return socket
  })
  for (const socket of [...silent, ...halves]) socket.on('error', () => {})
  const session = open()
  assert.equal(await answered(session, '/readyz'), 200)
  // They are ended by the server; requests that stop halfway take longer than sockets that never shook hands.
  await Promise.all(silent.map((socket) => closed(socket)))
  assert.equal(await answered(session, '/readyz'), 200)
  for (const socket of halves) socket.destroy()
  session.destroy()
})

const open = () => {
  const session = connectHttp2(url.origin, { ca })
  session.on('error', () => {})
  return session
}

/** The status of an answer, which goes on. */
function answered(session, path, { method = 'GET', body } = {}) {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ...headers, ':path': path, ':method': method }, { endStream: body === undefined })
    stream.on('response', (answer) => resolve(answer[':status']))
    stream.on('error', reject)
    stream.resume()
    if (body !== undefined) stream.end(body)
  })
}

async function metric(name, labels = '') {
  const session = open()
  const text = await new Promise((resolve, reject) => {
    let body = ''
    const stream = session.request({ ...headers, ':path': '/metrics' })
    stream.setEncoding('utf8').on('data', (more) => (body += more))
    stream.on('end', () => resolve(body))
    stream.on('error', reject)
  })
  session.destroy()
  const line = text.split('\n').find((one) => one.startsWith(name) && one.includes(labels))
  return Number(line?.split(' ').at(-1) ?? 0)
}

async function until(condition) {
  const end = performance.now() + CLOSE_MS
  while (!(await condition())) {
    assert.ok(performance.now() < end, 'they were not let go of in time')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const closed = (socket) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the server keeps a silent connection')), CLOSE_MS)
    const finish = () => {
      clearTimeout(timer)
      resolve()
    }
    if (socket.closed) finish()
    else socket.once('close', finish)
  })
