// Selectors that match nothing over many Pods, over HTTPS: as soon as a server that was started anew is ready, once it has come to rest, and again; limit: the target.
// [--objects 300000] [--runs 5] [--built] [--profile FOLDER]
import { join } from 'node:path'
import { seededRandom, systemClock } from '@kubetape/determinism'
import { openSqliteLog } from '@kubetape/eventlog/sqlite'
import { Storage } from '@kubetape/storage'
import { flagsOf } from './_arguments.mjs'
import { median } from './_figures.mjs'
import { clientOf, startServer, temporaryFolder } from './_servers.mjs'

const flags = flagsOf({ objects: 300_000, runs: 5, built: false, profile: '' })
const TARGET_MS = 100
const CHUNK = 2000
/** Requests of each kind in a row; their mean processor time is told, as that does not depend on what else runs. */
const AGAIN = 10
/** Processor time in a second below which the server has come to rest. */
const QUIET_S = 0.1
const CASES = [
  ['label', 'labelSelector=app%3Dnone'],
  ['two labels', 'labelSelector=app+in+(none,nothing),tier'],
  ['label that is not there', 'labelSelector=!app'],
  ['field', 'fieldSelector=spec.nodeName%3Dnone'],
  ['field with a default', 'fieldSelector=status.phase%3DFailed'],
  ['field that is not', 'fieldSelector=status.phase!%3DRunning'],
  ['label and field', 'labelSelector=app%3Dapp-1&fieldSelector=spec.nodeName%3Dnone'],
]

const pod = (at) => ({
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: {
    name: `pod-${at}`,
    namespace: `space-${at % 100}`,
    uid: `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: { app: `app-${at % 50}`, 'batch.kubernetes.io/job-completion-index': String(at) },
  },
  spec: {
    nodeName: `node-${at % 1000}`,
    containers: [{ name: 'main', image: 'busybox', env: Array.from({ length: 10 }, (_, n) => ({ name: `N${n}`, value: 'x'.repeat(40) })) }],
  },
  status: { phase: 'Running', podIP: '10.0.0.1' },
})

/** Pods are put into the tape of a server that is stopped: through the API it would take minutes. */
async function fill(folder) {
  const path = join(folder, 'tape.db')
  const clock = systemClock()
  const log = openSqliteLog({ path, clock, random: seededRandom(1), durability: 'relaxed' })
  const storage = Storage.open({ log, clock })
  for (let at = 0; at < flags.objects; at += CHUNK) {
    const writes = Array.from({ length: Math.min(CHUNK, flags.objects - at) }, (_, n) => {
      const object = pod(at + n)
      const { namespace, name } = object.metadata
      return { group: '', resource: 'pods', namespace, name, operation: 'create', expect: 0, object }
    })
    await storage.commit(writes)
  }
  storage.close()
  await log.close()
}

async function timed(client, query) {
  const start = performance.now()
  const body = await client.get(`/api/v1/pods?${query}`)
  const tookMs = performance.now() - start
  const { items } = JSON.parse(body)
  if (items.length > 0) throw new Error(`Cannot measure an empty list: ${items.length} objects match`)
  return tookMs
}

async function untilAtRest(server) {
  for (;;) {
    const before = server.cpuSeconds()
    await new Promise((resolve) => setTimeout(resolve, 1000))
    if (server.cpuSeconds() - before < QUIET_S) return
  }
}

const folder = temporaryFolder()
await (await startServer({ built: flags.built, folder })).stop()
await fill(folder)
const figures = new Map(CASES.map(([name]) => [name, { atOnce: [], first: [], again: [], cpu: [] }]))
const memory = []
for (let run = 0; run < flags.runs; run++) {
  // What the first selector finds is no longer the first one's for the next: a start for each.
  const [, query] = CASES[run % CASES.length]
  const eager = await startServer({ built: flags.built, folder })
  const eagerClient = clientOf(eager.kubeconfig)
  figures.get(CASES[run % CASES.length][0]).atOnce.push(await timed(eagerClient, query))
  eagerClient.agent.destroy()
  await eager.stop()
  const started = performance.now()
  const server = await startServer({ built: flags.built, folder, profile: flags.profile })
  const readyS = (performance.now() - started) / 1000
  const loadedMb = server.rssMb()
  const cpu = server.cpuSeconds()
  await untilAtRest(server)
  memory.push({
    readyS,
    loadedMb,
    restS: (performance.now() - started) / 1000 - readyS,
    cpuS: server.cpuSeconds() - cpu,
    restMb: server.rssMb(),
  })
  const client = clientOf(server.kubeconfig)
  await client.get('/api/v1/namespaces/default')
  for (const [name, query] of CASES) {
    figures.get(name).first.push(await timed(client, query))
    const before = server.cpuSeconds()
    for (let time = 0; time < AGAIN; time++) figures.get(name).again.push(await timed(client, query))
    figures.get(name).cpu.push(((server.cpuSeconds() - before) / AGAIN) * 1000)
  }
  client.agent.destroy()
  await server.stop()
}

console.log(`${flags.objects} Pods, nothing matches, median (most) of ${flags.runs} runs in ms; target ${TARGET_MS} ms`)
const text = (values) => (values.length === 0 ? '-' : `${median(values).toFixed(0)} (${Math.max(...values).toFixed(0)})`).padStart(12)
for (const [name, { atOnce, first, again, cpu }] of figures)
  console.log(
    `${name.padEnd(24)} when ready ${text(atOnce)}   at rest, first ${text(first)}   again ${text(again)}   processor ${median(cpu).toFixed(0).padStart(3)}`,
  )
const of = (field) => median(memory.map((one) => one[field]))
console.log(
  `ready after ${of('readyS').toFixed(1)} s with ${of('loadedMb').toFixed(0)} MB, at rest ${of('restS').toFixed(1)} s later (${of('cpuS').toFixed(1)} s of processor time) with ${of('restMb').toFixed(0)} MB`,
)
process.exit(0)
