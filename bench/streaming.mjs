// Resident memory while informers begin with the same large objects, each over a connection of its own: 16, 64 and 256 of them, as a streaming list
// (sendInitialEvents), and as list and watch, in JSON, protobuf and compressed; base: as many watches over which nothing comes, on the same server.
// [--informers 16,64,256] [--objects 400] [--bytes 100000] [--ways 0,1,2,3,4,5,6] [--built] [--profile FOLDER]
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:http2'
import { flagsOf, numbersOf } from './_arguments.mjs'
import { clientOf, startServer } from './_servers.mjs'

const flags = flagsOf({ informers: '16,64,256', objects: 400, bytes: 100_000, ways: '', built: false, profile: '' })
const MAPS = '/api/v1/namespaces/default/configmaps'
const STREAM = `${MAPS}?watch=1&allowWatchBookmarks=true`
const INITIAL = '&sendInitialEvents=true&resourceVersionMatch=NotOlderThan'
const PROTOBUF = { accept: 'application/vnd.kubernetes.protobuf' }
const GZIP = { 'accept-encoding': 'gzip' }
const SETTLE_MS = 3000
const SAMPLE_MS = 20
const settle = () => new Promise((resolve) => setTimeout(resolve, SETTLE_MS))

/** One server for each: memory that one of them leaves behind would hide what the next one takes. */
const WAYS = [
  { name: 'nothing comes', path: `${STREAM}&fieldSelector=metadata.name%3Dnone`, headers: {}, bytes: 0 },
  { name: 'streaming list', path: STREAM + INITIAL, headers: {}, bytes: flags.objects * flags.bytes },
  { name: 'streaming list, protobuf', path: STREAM + INITIAL, headers: PROTOBUF, bytes: flags.objects * flags.bytes },
  { name: 'list and watch', path: MAPS, headers: {}, bytes: flags.objects * flags.bytes, thenWatch: true },
  { name: 'list and watch, protobuf', path: MAPS, headers: PROTOBUF, bytes: flags.objects * flags.bytes, thenWatch: true },
  { name: 'list and watch, gzip', path: MAPS, headers: GZIP, bytes: 'all', thenWatch: true },
  { name: 'list and watch, protobuf and gzip', path: MAPS, headers: { ...PROTOBUF, ...GZIP }, bytes: 'all', thenWatch: true },
]

/** Text that is compressed about as far as objects are: to a sixth. */
function words(length, seed) {
  let text = ''
  for (let at = seed * 7919; text.length < length; at += 104_729) text += `the value of ${at.toString(36)} among others;`
  return text.slice(0, length)
}

async function fill(kubeconfig) {
  const { post, agent } = clientOf(kubeconfig)
  for (let at = 0; at < flags.objects; at++) await post(MAPS, { metadata: { name: `large-${at}` }, data: { d: words(flags.bytes, at) } })
  agent.destroy()
}

/** Opens so many informers, which resolve once each has what it begins with; they stay open until `close`. */
async function informers(kubeconfig, count, way) {
  const { clusters, users } = JSON.parse(readFileSync(kubeconfig, 'utf8'))
  const ca = Buffer.from(clusters[0].cluster['certificate-authority-data'], 'base64')
  const headers = { authorization: `Bearer ${users[0].user.token}`, ...way.headers }
  const sessions = []
  const begin = async () => {
    const session = connect(clusters[0].cluster.server, { ca, settings: { initialWindowSize: 1 << 20 } })
    sessions.push(session)
    const stream = session.request({ ...headers, ':path': way.path })
    const [answer] = await once(stream, 'response')
    if (answer[':status'] !== 200) throw new Error(`Cannot measure an informer that is answered ${answer[':status']}`)
    await new Promise((resolve, reject) => {
      let got = 0
      if (way.bytes === 0) resolve()
      stream.on('data', (chunk) => (got += chunk.length) >= way.bytes && resolve())
      // How long a compressed one is shows at its end.
      stream.on('end', resolve)
      stream.on('error', reject)
    })
    if (way.thenWatch) await once(session.request({ ...headers, ':path': `${STREAM}&fieldSelector=metadata.name%3Dnone` }), 'response')
  }
  await Promise.all(Array.from({ length: count }, begin))
  return () => sessions.forEach((session) => session.destroy())
}

for (const way of flags.ways === '' ? WAYS : numbersOf(flags.ways).map((at) => WAYS[at])) {
  const line = []
  for (const count of numbersOf(flags.informers)) {
    const server = await startServer({ built: flags.built, profile: flags.profile, args: ['--feature-gates', 'WatchList=true'] })
    await fill(server.kubeconfig)
    // What every connection needs once, and what is encoded once for all of them, belongs to the base.
    ;(await informers(server.kubeconfig, 2, way))()
    await settle()
    const before = server.rssMb()
    const cpu = server.cpuSeconds()
    let most = before
    const timer = setInterval(() => (most = Math.max(most, server.rssMb())), SAMPLE_MS)
    const started = performance.now()
    const close = await informers(server.kubeconfig, count, way)
    const tookS = (performance.now() - started) / 1000
    await settle()
    clearInterval(timer)
    line.push({ count, most: most - before, open: server.rssMb() - before, tookS, cpuS: server.cpuSeconds() - cpu })
    close()
    await server.stop()
  }
  for (const { count, most, open, tookS, cpuS } of line)
    console.log(
      `${way.name.padEnd(34)} ${String(count).padStart(4)} informers: at most ${most.toFixed(0).padStart(4)} MB more, ${open.toFixed(0).padStart(4)} MB when all are there; ${tookS.toFixed(1)} s, ${cpuS.toFixed(1)} s of processor time`,
    )
}
process.exit(0)
