// One informer of Pods in a process of its own, ours or that of @kubernetes/client-node, told over its standard input when to go on.
// node --expose-gc bench/_informer.mjs {ours|streaming|client-node} {sync|events} KUBECONFIG COUNT [read]
// With `read` the handler looks at metadata, spec and status of every object, so that nothing stays unparsed; without it looks at metadata.
import { once } from 'node:events'
import { createInterface } from 'node:readline'

const [side, work, kubeconfig, count, depth] = process.argv.slice(2)
const COUNT = Number(count)
/** Updates that are not counted: code is still being compiled. */
const WARM_UP = COUNT / 5
const told = createInterface({ input: process.stdin })
/** Resolves when the parent says go on. */
const goOn = () => once(told, 'line')
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`)
const cpuS = () => Object.values(process.cpuUsage()).reduce((sum, one) => sum + one, 0) / 1e6
const heapMb = () => {
  for (let round = 0; round < 3; round++) globalThis.gc()
  return process.memoryUsage().heapUsed / 2 ** 20
}

/** What the handler does with an object; the sum keeps it from being optimised away. */
let sum = 0
function look(object) {
  sum += object.metadata.name.length
  if (depth === 'read') sum += object.spec.containers.length + object.status.phase.length
}

/** What every side has: `start(onChange)` begins and resolves when everything is in the store, `size()` counts what is there. `list` may be replaced. */
const SIDES = {
  ours: () => ours(false),
  streaming: () => ours(true),
  'client-node': theirs,
}

async function ours(streams) {
  const { clientFromKubeconfig } = await import('@kubetape/client')
  const { Pod } = await import('@kubetape/api/kinds')
  const { systemClock, systemRandom } = await import('@kubetape/determinism')
  const { Informer } = await import('@kubetape/informers')
  const client = await clientFromKubeconfig({ path: kubeconfig })
  return {
    replaceList(change) {
      const list = client.list.bind(client)
      client.list = async (kind, options) => change(await list(kind, options))
    },
    async start(onChange) {
      const gates = { enabled: (feature) => streams && feature === 'WatchListClient' }
      this.informer = new Informer(client, Pod, { clock: systemClock({ unref: false }), random: systemRandom(), gates })
      this.informer.changes.subscribe(onChange)
      this.informer.start()
      await this.informer.synced
    },
    size() {
      return this.informer.store.size
    },
  }
}

async function theirs() {
  const { CoreV1Api, KubeConfig, makeInformer } = await import('@kubernetes/client-node')
  const config = new KubeConfig()
  config.loadFromFile(kubeconfig)
  const api = config.makeApiClient(CoreV1Api)
  let list = () => api.listPodForAllNamespaces()
  return {
    replaceList(change) {
      const before = list
      list = async () => change(await before())
    },
    async start(onChange) {
      this.informer = makeInformer(config, '/api/v1/pods', () => list())
      this.informer.on('change', onChange)
      this.informer.on('error', (error) => {
        throw error
      })
      await this.informer.start()
    },
    size() {
      return this.informer.list().length
    },
  }
}

/** Seconds from start until all Pods are there, and what of the heap they take. */
async function sync(informer) {
  say({ ready: true })
  await goOn()
  const before = heapMb()
  const cpu = cpuS()
  const started = performance.now()
  let seen = 0
  await informer.start((change) => {
    look(change.object ?? change)
    seen++
  })
  const seconds = (performance.now() - started) / 1000
  const used = cpuS() - cpu
  if (informer.size() !== COUNT || seen !== COUNT) throw new Error(`Cannot count this run: ${informer.size()} Pods, ${seen} changes`)
  say({ seconds, cpuSeconds: used, heapMb: heapMb() - before, rssMb: process.resourceUsage().maxRSS / 1024 })
}

/** Updates a second when all that changed since the list comes at once: the watch begins at 0, where the server sends every Pod as it is now. */
async function events(informer) {
  informer.replaceList(async (list) => {
    if (list.metadata?._continue || list.metadata?.continue) return list
    say({ ready: true })
    await goOn()
    globalThis.gc()
    return { ...list, metadata: { ...list.metadata, resourceVersion: '0' } }
  })
  let updates = 0
  let first
  let cpu
  await new Promise((resolve) => {
    void informer.start((change) => {
      const object = change.object ?? change
      if (object.metadata.labels.touched === undefined) return
      look(object)
      if (updates === WARM_UP) {
        first = performance.now()
        cpu = cpuS()
      }
      if (++updates === COUNT) resolve()
    })
  })
  const seconds = (performance.now() - first) / 1000
  say({ perSecond: (COUNT - WARM_UP - 1) / seconds, cpuUsPerEvent: ((cpuS() - cpu) / (COUNT - WARM_UP)) * 1e6, heapMb: heapMb() })
}

await { sync, events }[work](await SIDES[side]())
if (sum === 0) throw new Error('Cannot count this run: nothing was looked at')
process.exit(0)
