// Requests that nobody would send: paths, queries, headers and bodies drawn from the schema and broken (fuzz/). The server must answer each in
// time, know why when it answers 500, let nobody do what they may not, not grow, and have a log that verifies. KUBETAPE_FUZZ_REQUESTS and KUBETAPE_FUZZ_SEED change what is sent.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { Agent, request as send } from 'node:https'
import { after, before, test } from 'node:test'
import { KubeConfig } from '@kubernetes/client-node'
import { KUBETAPE, startKubetape } from '../tools/test/kubetape-server.mjs'
import { runCommand } from '../tools/test/command.mjs'
import { accessProblem, identityOf } from './fuzz/identities.mjs'
import { requestOf } from './fuzz/requests.mjs'
import { seeded } from './fuzz/seeded.mjs'
import { http2Sender, sendBroken } from './fuzz/wire.mjs'

const COUNT = Number(process.env.KUBETAPE_FUZZ_REQUESTS ?? 20_000)
const SEED = Number(process.env.KUBETAPE_FUZZ_SEED ?? 1)
const AT_ONCE = Number(process.env.KUBETAPE_FUZZ_AT_ONCE ?? 16)
const ANSWER_MS = 20_000
/** A watch is left as soon as it has begun. */
const WATCH_MS = 30
/** What the second half of the requests may add to what the first has left behind. */
const GROWTH_BYTES_MAX = 160e6

let server
let base
let options
let place
let http2
let tokens
before(async () => {
  server = await startKubetape('all', ['--log-level', 'error'])
  const config = new KubeConfig()
  config.loadFromFile(server.kubeconfig)
  base = new URL(config.getCurrentCluster().server)
  const user = JSON.parse(readFileSync(server.kubeconfig, 'utf8')).users[0].user
  place = { host: base.hostname, port: Number(base.port), ca: Buffer.from(config.getCurrentCluster().caData, 'base64') }
  http2 = http2Sender(place)
  options = {
    agent: new Agent({ keepAlive: true, maxSockets: AT_ONCE }),
    ca: place.ca,
  }
  tokens = { admin: user.token, account: await accountToken(user.token) }
})
after(async () => {
  options?.agent.destroy()
  http2?.close()
  await server?.stop()
  server?.remove()
})

test(
  `${COUNT} broken requests: no crash, no hang, no 500 without a logged cause, memory flat, log verifiable`,
  { timeout: COUNT * 30 + 120_000 },
  async () => {
    const random = seeded(SEED)
    const failures = []
    const codes = new Map()
    let sent = 0
    let half = 0
    const worker = async () => {
      while (sent < COUNT) {
        if (sent++ === Math.floor(COUNT / 2)) half = await residentBytes()
        const { wanted, code, error } = await sendOne(random)
        codes.set(code, (codes.get(code) ?? 0) + 1)
        if (error !== undefined) failures.push(`${describe(wanted)}: ${error}`)
        if (failures.length > 20) return
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
    // What is answered with 500 because upstream does is not logged; what is logged as an error is a bug of ours.
    assert.deepEqual(loggedErrors(), [], 'the server logged errors')
    assert.deepEqual(failures, [], JSON.stringify(Object.fromEntries(codes)))
    assert.ok(
      codes.get(200) > COUNT / 20 && codes.get(201) > COUNT / 100,
      `too few of the requests were right: ${JSON.stringify([...codes])}`,
    )
    const growth = (await residentBytes()) - half
    assert.ok(growth < GROWTH_BYTES_MAX, `it grew by ${Math.round(growth / 1e6)} MB`)
    await server.stop()
    const { status, output } = await runCommand('node', [KUBETAPE, 'verify', '--data', server.data])
    assert.equal(status, 0, output)
  },
)

/** One request of somebody's, over HTTP/1.1, HTTP/2 or what is neither; and what was wrong with its answer. */
async function sendOne(random) {
  const identity = identityOf(random, tokens)
  const drawn = requestOf(random)
  const wanted = { ...drawn, headers: { ...drawn.headers, ...identity.headers } }
  if (random.chance(0.005)) {
    const text = await sendBroken(random, place)
    const wrong = /^HTTP\/1.1 [25]/m.test(text) ? `an answer to what is no request: ${text.slice(0, 200)}` : undefined
    return { wanted: { ...wanted, method: 'broken' }, code: 'broken', error: wrong }
  }
  if (random.chance(0.03)) {
    const { method, code, error } = await http2.send(random, wanted.path, wanted.headers)
    return { wanted: { ...wanted, method: `HTTP/2 ${method}` }, code, error: error ?? accessProblem(identity.who, wanted, code) }
  }
  const { code, error } = await answer(wanted)
  return { wanted, code, error: error ?? accessProblem(identity.who, wanted, code) }
}

/** A token of a service account of our own. */
async function accountToken(admin) {
  const headers = { authorization: `Bearer ${admin}`, 'content-type': 'application/json' }
  const path = '/api/v1/namespaces/kube-system/serviceaccounts'
  await answer({ method: 'POST', path, headers, body: '{"metadata":{"name":"fuzzer"}}' })
  const { code, body } = await answer({
    method: 'POST',
    path: `${path}/fuzzer/token`,
    headers,
    body: '{"spec":{"expirationSeconds":86400}}',
  })
  assert.equal(code, 201, body)
  return JSON.parse(body).status.token
}

/** NOTE: Node sends the body of a DELETE without its length, which makes it the beginning of the next request. */
const lengthOf = (body) => (body === undefined ? {} : { 'content-length': Buffer.byteLength(body) })

const loggedErrors = () =>
  server
    .log(200)
    .split('\n')
    .filter((line) => line.startsWith('{'))

const describe = ({ method, path, headers, body }) =>
  `${method} ${path.slice(0, 200)} ${JSON.stringify(headers).slice(0, 200)} ${(body ?? '').slice(0, 600)}`

async function residentBytes() {
  const { body } = await answer({
    method: 'GET',
    path: '/metrics',
    headers: { accept: 'text/plain', authorization: `Bearer ${tokens.admin}` },
  })
  return Number(/^process_resident_memory_bytes (\S+)/m.exec(body)?.[1])
}

/** The status and the body of an answer, or what went wrong with it. A connection that was ended while it waited for work is opened anew. */
async function answer(wanted) {
  const first = await attempt(wanted)
  return first.stale ? attempt(wanted) : first
}

function attempt({ method, path, headers, body }) {
  return new Promise((resolve) => {
    let timer
    const finish = (result) => {
      clearTimeout(timer)
      resolve(result)
    }
    let request
    try {
      request = send({ host: base.hostname, port: base.port, method, path, ...options, headers: { ...headers, ...lengthOf(body) } })
    } catch (error) {
      // Some paths and headers are refused by our own side of the connection.
      finish({ code: 0, body: error.code })
      return
    }
    timer = setTimeout(() => {
      request.destroy()
      finish({ code: 0, error: `no answer within ${ANSWER_MS / 1000} s` })
    }, ANSWER_MS)
    request.on('error', (error) =>
      finish({ code: 0, error: `${error.code ?? ''} ${error.message}`, stale: request.reusedSocket && error.code === 'ECONNRESET' }),
    )
    request.on('response', (response) => {
      let text = ''
      response.setEncoding('latin1').on('data', (more) => (text += more))
      response.on('error', () => finish({ code: response.statusCode, body: text }))
      response.on('close', () => finish({ code: response.statusCode, body: text }))
      if (response.headers['transfer-encoding'] === 'chunked') setTimeout(() => response.destroy(), WATCH_MS)
    })
    request.end(body)
  })
}
