// Memory and time of many watchers: idle ones over HTTP/2, and ones that all begin with the same large objects; limit: none, it prints both.
// [--idle 10000] [--streams 250] [--informers 256] [--objects 400] [--bytes 100000] [--built]
import { readFileSync } from 'node:fs'
import { connect } from 'node:http2'
import { flagsOf } from './_arguments.mjs'
import { startServer } from './_servers.mjs'

const flags = flagsOf({ idle: 10_000, streams: 250, informers: 256, objects: 400, bytes: 100_000, built: false })
const MAPS = '/api/v1/namespaces/default/configmaps'
const SETTLE_MS = 3000
const settle = () => new Promise((resolve) => setTimeout(resolve, SETTLE_MS))

const server = await startServer({ built: flags.built })
const config = JSON.parse(readFileSync(server.kubeconfig, 'utf8'))
const ca = Buffer.from(config.clusters[0].cluster['certificate-authority-data'], 'base64')
const headers = { authorization: `Bearer ${config.users[0].user.token}`, 'content-type': 'application/json' }
const open = () => connect(config.clusters[0].cluster.server, { ca, settings: { initialWindowSize: 1 << 20 } })

/** One request; answers its status and how long it took. */
function send(session, wanted, body) {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    const stream = session.request({ ...headers, ...wanted })
    let status = 0
    stream.on('response', (answer) => (status = answer[':status']))
    stream.on('data', () => {})
    stream.on('end', () => resolve({ status, ms: performance.now() - started }))
    stream.on('error', reject)
    stream.end(body)
  })
}

/** Opens so many watches, `streams` a connection; `done` tells when one of them has got what it waits for. */
async function watches(count, path, done) {
  const sessions = []
  const waits = []
  for (let at = 0; at < count; at++) {
    if (at % flags.streams === 0) sessions.push(open())
    const stream = sessions.at(-1).request({ ...headers, ':path': path })
    stream.on('error', () => {})
    waits.push(new Promise((resolve) => done(stream, resolve)))
    if (at % flags.streams === flags.streams - 1) await Promise.all(waits.splice(0))
  }
  await Promise.all(waits)
  return () => sessions.forEach((session) => session.destroy())
}

const control = open()
await send(control, { ':path': '/readyz' })
await settle()
const quietMb = server.rssMb()
const closeIdle = await watches(flags.idle, `${MAPS}?watch=1&fieldSelector=metadata.name%3Dnone`, (stream, resolve) =>
  stream.on('response', resolve),
)
await settle()
const idleMb = server.rssMb()
const { ms } = await send(control, { ':path': `${MAPS}?limit=1` })
console.log(
  `${flags.idle} idle watches: ${(idleMb - quietMb).toFixed(0)} MB more than ${quietMb.toFixed(0)} MB; a GET beside them ${ms.toFixed(1)} ms`,
)
closeIdle()

const data = { d: 'x'.repeat(flags.bytes) }
for (let at = 0; at < flags.objects; at++) {
  const { status } = await send(control, { ':method': 'POST', ':path': MAPS }, JSON.stringify({ metadata: { name: `large-${at}` }, data }))
  if (status !== 201) throw new Error(`Cannot make the objects: ${status}`)
}
for (const informers of [Math.ceil(flags.informers / 8), flags.informers]) {
  await settle()
  const before = server.rssMb()
  const started = performance.now()
  let most = before
  const timer = setInterval(() => (most = Math.max(most, server.rssMb())), 50)
  const wanted = flags.objects * flags.bytes
  const close = await watches(informers, `${MAPS}?watch=1`, (stream, resolve) => {
    let got = 0
    stream.on('data', (chunk) => (got += chunk.length) >= wanted && resolve())
  })
  clearInterval(timer)
  const tookS = (performance.now() - started) / 1000
  console.log(
    `${informers} informers begin with ${flags.objects} objects of ${flags.bytes} bytes: at most ${(most - before).toFixed(0)} MB more, ${tookS.toFixed(1)} s`,
  )
  close()
}
process.exit(0)
