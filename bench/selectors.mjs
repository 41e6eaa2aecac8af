// Selectors that match nothing, over many Pods in process that were written through the API, first and again; limit: the target.
// [--objects 300000]
import { parseArgs } from 'node:util'
import { seededRandom, systemClock } from '@kubetape/determinism'
import { createMemoryLog } from '@kubetape/eventlog/memory'
import { Storage } from '@kubetape/storage'
import { Apiserver } from '@kubetape/apiserver'
import { componentFeatureGates } from '@kubetape/api'

const { values } = parseArgs({ options: { objects: { type: 'string', default: '300000' } } })
const objects = Number(values.objects)
const TARGET_MS = 100
const NAMESPACES = 100
const CHUNK = 500

const clock = systemClock()
const random = seededRandom(1)
const log = createMemoryLog({ clock, random })
const storage = Storage.open({ log, clock })
const pod = (at) => ({
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: {
    name: `pod-${at}`,
    namespace: `space-${at % NAMESPACES}`,
    labels: { app: `app-${at % 50}`, 'batch.kubernetes.io/job-completion-index': String(at) },
  },
  spec: {
    nodeName: `node-${at % 1000}`,
    containers: [{ name: 'main', image: 'busybox', env: Array.from({ length: 10 }, (_, n) => ({ name: `N${n}`, value: 'x'.repeat(40) })) }],
  },
  status: { phase: 'Running', podIP: '10.0.0.1' },
})
const gates = new Map(componentFeatureGates().map((gate) => [gate.name, gate.default]))
const server = await Apiserver.create({
  storage,
  clock,
  random,
  gates: { enabled: (name) => gates.get(name) ?? false },
  actorCause: () => 'bench',
  runtimeConfig: {},
  metrics: () => Promise.resolve(''),
  log: () => {},
})

const user = { name: 'bench', groups: ['system:masters'] }
const base = { group: '', version: 'v1', resource: 'pods', subresource: '', user, userAgent: 'bench', options: {} }
for (const name of Array.from({ length: NAMESPACES }, (_, at) => `space-${at}`))
  await server.registry.handle({ ...base, verb: 'create', resource: 'namespaces', namespace: '', name: '', body: { metadata: { name } } })
for (const name of Array.from({ length: NAMESPACES }, (_, at) => `space-${at}`))
  await server.registry.handle({
    ...base,
    verb: 'create',
    resource: 'serviceaccounts',
    namespace: name,
    name: '',
    body: { metadata: { name: 'default' } },
  })
for (let at = 0; at < objects; at += CHUNK) {
  const writes = Array.from({ length: Math.min(CHUNK, objects - at) }, (_, n) => {
    const { namespace, ...metadata } = pod(at + n).metadata
    return server.registry.handle({ ...base, verb: 'create', namespace, name: '', body: { ...pod(at + n), metadata } })
  })
  await Promise.all(writes)
}

async function list(options) {
  const start = performance.now()
  const { result } = await server.registry.handle({ ...base, verb: 'list', namespace: '', name: '', options })
  const tookMs = performance.now() - start
  if (result.list.items.length > 0) throw new Error(`Cannot measure an empty list: ${result.list.items.length} objects match`)
  return tookMs
}

const CASES = [
  ['label', { labelSelector: 'app=none' }],
  ['two labels', { labelSelector: 'app in (none,nothing),tier' }],
  ['field', { fieldSelector: 'spec.nodeName=none' }],
  ['field with a default', { fieldSelector: 'status.phase=Failed' }],
]
console.log(`${objects} Pods, nothing matches; target ${TARGET_MS} ms`)
for (const [name, options] of CASES) {
  const first = await list(options)
  const again = Math.min(await list(options), await list(options))
  console.log(`${name.padEnd(22)} first ${first.toFixed(0).padStart(5)} ms   again ${again.toFixed(0).padStart(5)} ms`)
}
console.log(`memory ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB`)
await server.close()
process.exit(0)
