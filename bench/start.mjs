// From exec to /readyz: a new data folder, one that was used, one with 10,000 objects (B13); limit: Node, SQLite and HTTPS.
// [--runs 5] [--objects 10000] [--sources], on the built packages unless --sources: npm run build first
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import https from 'node:https'
import net from 'node:net'
import { flagsOf } from './_arguments.mjs'
import { Figures } from './_figures.mjs'
import { clientOf, kubetape, startServer, temporaryFolder } from './_servers.mjs'

const flags = flagsOf({ runs: 5, objects: 10_000, sources: false })
const built = !flags.sources
const POLL_MS = 4
const figures = new Figures()

/** What every server on Node and SQLite does first. */
const LIMIT = `
  const access = JSON.parse(require('fs').readFileSync(process.argv[1], 'utf8')).certificates.server
  const db = new (require('better-sqlite3'))(process.argv[2])
  db.pragma('journal_mode = WAL'); db.pragma('synchronous = FULL'); db.exec('CREATE TABLE IF NOT EXISTS entry (revision INTEGER PRIMARY KEY, value BLOB)')
  require('https').createServer({ key: access.key, cert: access.certificate }, (_, response) => response.end('ok')).listen(Number(process.argv[3]), '127.0.0.1')
`

const seed = await startServer({ built })
await seed.stop()
const full = await startServer({ built })
await fill(full.kubeconfig, flags.objects)
await full.stop()

for (let run = 0; run < flags.runs; run++) {
  const port = await freePort()
  const up = (folder) => [...kubetape({ built }), 'up', '--nodes', '0', '--data', folder, '--port', String(port), '--log-level', 'error']
  const limit = await timeStart(['-e', LIMIT, join(seed.folder, 'access.json'), join(temporaryFolder(), 'limit.db'), String(port)], port)
  for (const [name, folder] of [
    ['new folder (makes certificates)', temporaryFolder()],
    ['used folder', seed.folder],
    [`${flags.objects} objects`, full.folder],
  ]) {
    figures.add(name, 'ms', 'ours', await timeStart(up(folder), port))
    figures.add(name, 'ms', 'limit', limit)
  }
}
figures.print()

/** Milliseconds from exec until /readyz answers 200. */
async function timeStart(args, port) {
  const startedMs = performance.now()
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const exited = once(child, 'exit')
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`Cannot time a start: the process ended with ${child.exitCode}`)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  const tookMs = performance.now() - startedMs
  child.kill('SIGTERM')
  await exited
  return tookMs
}

function answers(port) {
  return new Promise((resolve) => {
    const request = https.get({ host: '127.0.0.1', port, path: '/readyz', rejectUnauthorized: false, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.on('error', () => resolve(false))
  })
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

/** ConfigMaps of 1 kB. */
async function fill(kubeconfig, count) {
  const { post, agent } = clientOf(kubeconfig)
  let next = 0
  const worker = async () => {
    while (next < count)
      await post('/api/v1/namespaces/default/configmaps', { metadata: { name: `object-${next++}` }, data: { pad: 'x'.repeat(700) } })
  }
  await Promise.all(Array.from({ length: 32 }, worker))
  agent.destroy()
}
