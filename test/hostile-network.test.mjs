// Informers over real sockets through a proxy that cuts, silences and refuses connections: whatever it does, once it lets them through they see what
// the server has. Their clock runs faster than the machine's, so that time-outs and back-offs of minutes pass in seconds.
// KUBETAPE_HOSTILE_SECONDS: how long, default 20.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { clientForServer } from '@kubetape/client'
import { seededRandom, systemClock } from '@kubetape/determinism'
import { Informer } from '@kubetape/informers'
import { startKubetape } from '../tools/test/kubetape-server.mjs'
import { startProxy } from './hostile-network/proxy.mjs'

const SECONDS = Number(process.env.KUBETAPE_HOSTILE_SECONDS ?? 20)
const SEED = Number(process.env.KUBETAPE_HOSTILE_SEED ?? 1)
/** So many times faster than the machine's clock is that of the informers. */
const SPEED = 30
/** 180 s until silence is noticed, and twice the longest back-off (packages/informers/src/testing/hostile-run.ts), by that clock; and what a busy machine takes. */
const SEEN_WITHIN_MS = 325_000 / SPEED + 10_000
const HOSTILE_MS = 8000
const CHANGE_EVERY_MS = 60
const ConfigMap = { group: '', version: 'v1', kind: 'ConfigMap', resource: 'configmaps', namespaced: true }

const real = systemClock({ unref: false })
const fast = {
  wallMs: () => real.wallMs(),
  monotonicMs: () => real.monotonicMs() * SPEED,
  setTimer: (fn, delayMs) => real.setTimer(fn, delayMs / SPEED),
  defer: (fn) => real.defer(fn),
}
const pause = (ms) => new Promise((resolve) => real.setTimer(resolve, ms))
const sourceOf = (seed) => seededRandom(seed)
const drawing = (source) => () => source.nextUint32() / 2 ** 32

let server
let access
before(async () => {
  server = await startKubetape('default', ['--feature-gates=WatchList=true'])
  const { clusters, users } = JSON.parse(readFileSync(server.kubeconfig, 'utf8'))
  const ca = Buffer.from(clusters[0].cluster['certificate-authority-data'], 'base64')
  access = { url: clusters[0].cluster.server, ca, token: users[0].user.token }
})
after(async () => {
  await server?.stop()
  server?.remove()
})

test(`informers over ${SECONDS} s of a hostile network lose and invent nothing, are never silent, and send no storm of watches`, async () => {
  const writer = clientForServer(access)
  const draw = drawing(sourceOf(SEED))
  const views = await Promise.all([false, true].map((streams, at) => view(streams, SEED + 10 * (at + 1))))
  const started = real.monotonicMs()
  try {
    for (const { informer } of views) informer.start()
    const versions = new Map()
    do await oneRound(writer, views, () => change(writer, draw, versions))
    while (real.monotonicMs() - started < SECONDS * 1000)
  } finally {
    writer.close()
    for (const { informer, client, proxy } of views) {
      informer.stop()
      client.close()
      await proxy.stop()
    }
  }
  for (const one of views) sane(one, (real.monotonicMs() - started) * SPEED)
  const met = (what) => views.reduce((sum, { proxy }) => sum + proxy[what], 0)
  assert.ok(met('cut') + met('silenced') + met('refused') >= 4, 'the network was not hostile')
})

/** Changes in a hostile time, then a kind one in which all is seen. */
async function oneRound(writer, views, changeSomething) {
  for (const { proxy } of views) proxy.hostile = true
  const until = real.monotonicMs() + HOSTILE_MS
  while (real.monotonicMs() < until) {
    await changeSomething()
    await pause(CHANGE_EVERY_MS)
  }
  for (const { proxy } of views) proxy.hostile = false
  const { items } = await writer.list(ConfigMap, { namespace: 'default' })
  for (const one of views) await seen(one, items)
}

/** What must hold whatever happened; `elapsedMs` by the clock of the informers. */
function sane({ name, proxy, failures, watchesAt }, elapsedMs) {
  assert.deepEqual(failures, [], name)
  const gaps = watchesAt.slice(1).map((at, before) => at - watchesAt[before])
  // Timers of the machine have whole milliseconds.
  assert.ok(Math.min(...gaps) >= 1000 - SPEED, `${name}: two watches within ${Math.min(...gaps)} ms`)
  assert.ok(proxy.watches <= elapsedMs / 1000 + 1, `${name}: ${proxy.watches} watches in ${elapsedMs} ms`)
}

/** An informer behind a proxy of its own, with what its changes say there is. */
async function view(streams, seed) {
  const proxy = await startProxy({ server: access.url, ca: access.ca, random: drawing(sourceOf(seed)) })
  const client = clientForServer({ url: proxy.url, token: access.token, clock: fast })
  const one = { name: streams ? 'streaming' : 'listing', proxy, client, mirror: new Map(), failures: [], watchesAt: [] }
  const watch = client.watch.bind(client)
  client.watch = (...args) => {
    one.watchesAt.push(fast.monotonicMs())
    return watch(...args)
  }
  const gates = { enabled: (feature) => streams && feature === 'WatchListClient' }
  one.informer = new Informer(client, ConfigMap, { clock: fast, random: sourceOf(seed + 1), gates, namespace: 'default' })
  one.informer.changes.subscribe((change) => note(one, change))
  return one
}

/** Each change must lead from what the changes before it said. */
function note({ mirror, failures }, { type, object }) {
  const { name, uid, resourceVersion } = object.metadata
  const known = mirror.get(name)
  if ((type === 'added') !== (known === undefined)) failures.push(`${type} ${name}, which was ${known === undefined ? 'not ' : ''}there`)
  if (type === 'updated' && known?.uid !== uid) failures.push(`updated ${name} is another object`)
  if (Number(resourceVersion) < Number(known?.resourceVersion ?? 0)) failures.push(`${type} ${name} goes back`)
  if (type === 'deleted') mirror.delete(name)
  else mirror.set(name, object.metadata)
}

async function change(writer, draw, versions) {
  const name = `map-${Math.floor(draw() * 40)}`
  if (!versions.has(name))
    await writer.create(ConfigMap, { metadata: { namespace: 'default', name }, data: { v: '0', pad: 'x'.repeat(500) } })
  else if (draw() < 0.3) await writer.delete(ConfigMap, { namespace: 'default', name })
  else await writer.patch(ConfigMap, { namespace: 'default', name }, { type: 'merge', body: { data: { v: String(versions.get(name)) } } })
  if (versions.has(name) && !(await exists(writer, name))) versions.delete(name)
  else versions.set(name, (versions.get(name) ?? 0) + 1)
}

const exists = (writer, name) =>
  writer.get(ConfigMap, { namespace: 'default', name }).then(
    () => true,
    () => false,
  )

async function seen({ name, informer, mirror, proxy }, items) {
  const wanted = items.map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`).sort()
  const end = real.monotonicMs() + SEEN_WITHIN_MS
  const shown = () =>
    informer.store
      .list()
      .map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`)
      .sort()
  while (real.monotonicMs() < end && shown().join() !== wanted.join()) await pause(20)
  const { cut, silenced, refused, watches } = proxy
  assert.deepEqual(shown(), wanted, `${name}, after ${JSON.stringify({ cut, silenced, refused, watches })}`)
  assert.deepEqual([...mirror.values()].map((one) => `${one.name}@${one.resourceVersion}`).sort(), wanted, `the changes of ${name}`)
}
