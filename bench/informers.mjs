// Our informer of Pods against that of @kubernetes/client-node on the same server (B7): initial sync, updates that come at once, heap. Each with a handler
// that looks at the metadata of objects only, and with one that looks at metadata, spec and status of every object, which ours parses when it is asked for them.
// [--runs 3] [--pods 10000,50000] [--events 10000] [--sources] [--profile FOLDER]; each informer runs in a process of its own, on the built packages
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { flagsOf, numbersOf } from './_arguments.mjs'
import { Figures } from './_figures.mjs'
import { realisticPod } from './_realistic-pod.mjs'
import { clientOf, startServer } from './_servers.mjs'

const flags = flagsOf({ runs: 3, pods: '10000,50000', events: 10_000, sources: false, profile: '' })
const NAMESPACES = 20
const CONNECTIONS = 32
const children = new Set()
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})
/** What the handlers look at, with what it adds to the names of figures. */
const DEPTHS = { metadata: '', read: ', all read' }
const nameOf = (at) => [`informers-${at % NAMESPACES}`, `pod-${at}`]

/** Runs `work(at)` for every number below `count`, so many at once. */
async function forAll(from, count, work) {
  let next = from
  const worker = async () => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, worker))
}

/** Starts an informer in a process of its own; `next()` answers what it says next, `goOn()` lets it go on. */
function informer(side, work, kubeconfig, { count, depth }) {
  const condition = flags.sources ? ['--conditions=@kubetape/source', '--disable-warning=ExperimentalWarning'] : []
  const profile = flags.profile
    ? ['--cpu-prof', `--cpu-prof-dir=${flags.profile}`, '--cpu-prof-name', `${side}-${work}-${count}-${depth}.cpuprofile`]
    : []
  const args = ['--expose-gc', ...condition, ...profile, fileURLToPath(new URL('_informer.mjs', import.meta.url))]
  const child = spawn(process.execPath, [...args, side, work, kubeconfig, String(count), depth], { stdio: ['pipe', 'pipe', 'inherit'] })
  children.add(child)
  child.on('exit', () => children.delete(child))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async next() {
      const { value, done } = await lines.next()
      if (done) throw new Error(`Cannot measure ${side}: its process ended`)
      return JSON.parse(value)
    },
    goOn: () => child.stdin.write('\n'),
    ended: once(child, 'exit'),
  }
}

async function sync(side, kubeconfig, load) {
  const { next, goOn, ended } = informer(side, 'sync', kubeconfig, load)
  await next()
  goOn()
  const result = await next()
  await ended
  return result
}

async function events(side, { kubeconfig, client, round, depth }) {
  const { next, goOn, ended } = informer(side, 'events', kubeconfig, { count: flags.events, depth })
  await next()
  await forAll(0, flags.events, async (at) => {
    const [namespace, name] = nameOf(at)
    await client.merge(`/api/v1/namespaces/${namespace}/pods/${name}`, { metadata: { labels: { touched: `${side}-${round}` } } })
  })
  goOn()
  const result = await next()
  await ended
  // The next round must find Pods that nobody touched.
  await forAll(0, flags.events, async (at) => {
    const [namespace, name] = nameOf(at)
    await client.merge(`/api/v1/namespaces/${namespace}/pods/${name}`, { metadata: { labels: { touched: null } } })
  })
  return result
}

const figures = new Figures()
function record(side, label, result) {
  for (const [what, unit, value] of result) figures.add(`${label}: ${what}`, unit, side, value)
}

async function syncAll(count, depth) {
  for (const [side, column, name] of [
    ['ours', 'ours', 'list'],
    ['client-node', 'limit', 'list'],
    ['streaming', 'ours', 'streamed list'],
  ]) {
    const { seconds, cpuSeconds, heapMb, rssMb } = await sync(side, server.kubeconfig, { count, depth })
    record(column, `${count} Pods, ${name}${DEPTHS[depth]}`, [
      ['sync', 's', seconds],
      ['sync, processor time', 's', cpuSeconds],
      ['heap', 'MB', heapMb],
      ['resident, most', 'MB', rssMb],
    ])
  }
}

async function eventsOfBoth(round, depth) {
  for (const [side, column] of [
    ['ours', 'ours'],
    ['client-node', 'limit'],
  ]) {
    const { perSecond, cpuUsPerEvent } = await events(side, { kubeconfig: server.kubeconfig, client, round: `${round}-${depth}`, depth })
    record(column, `${flags.events} updates at once${DEPTHS[depth]}`, [
      ['events', '1/s', perSecond],
      ['processor time', 'µs', cpuUsPerEvent],
    ])
  }
}

const server = await startServer({ built: !flags.sources })
const client = clientOf(server.kubeconfig)
for (let at = 0; at < NAMESPACES; at++) await client.post('/api/v1/namespaces', { metadata: { name: `informers-${at}` } })
for (let at = 0; at < NAMESPACES; at++)
  await client.post(`/api/v1/namespaces/informers-${at}/serviceaccounts`, { metadata: { name: 'default' } }).catch(() => undefined)

let made = 0
const sizes = numbersOf(flags.pods)
for (const count of sizes) {
  await forAll(made, count, async (at) => {
    const [namespace, name] = nameOf(at)
    await client.post(`/api/v1/namespaces/${namespace}/pods`, realisticPod(name, namespace, at))
  })
  made = count
  for (let run = 0; run < flags.runs; run++) for (const depth of Object.keys(DEPTHS)) await syncAll(count, depth)
  if (count !== flags.events) continue
  for (let round = 0; round < flags.runs; round++) for (const depth of Object.keys(DEPTHS)) await eventsOfBoth(round, depth)
}
client.agent.destroy()
await server.stop()
console.log('"limit" is the informer of @kubernetes/client-node')
figures.print()
process.exit(0)
