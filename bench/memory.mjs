// Resident memory: idle, and with 100,000 Pods of 3 kB made in process and 10 informers (B16); limit: the same Pods as bare bytes, and parsed.
// [--runs 1] [--pods 100000] [--informers 10] [--built]
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { flagsOf } from './_arguments.mjs'
import { Figures } from './_figures.mjs'
import { pod } from './_load-pod.mjs'
import { startServer, temporaryFolder } from './_servers.mjs'

const flags = flagsOf({ runs: 1, pods: 100_000, informers: 10, built: false, part: '' })
const SETTLE_MS = 5000
const settled = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const rssMb = () => process.memoryUsage.rss() / 1024 / 1024

/** What a process of its own holds and answers with `process.send`. */
const parts = {
  /** A control plane and informers in this process. */
  async plane() {
    // Imported here, so that the limits' processes hold Node and the Pods only.
    const { Pod } = await import('@kubetape/api/kinds')
    const { ControlPlane } = await import('@kubetape/control-plane')
    const { systemClock, systemRandom } = await import('@kubetape/determinism')
    const { Informer } = await import('@kubetape/informers')
    const startedMs = performance.now()
    const plane = await ControlPlane.start({ data: temporaryFolder(), controllers: [] })
    const client = plane.client()
    const informers = Array.from(
      { length: flags.informers },
      () => new Informer(plane.client(), Pod, { clock: systemClock(), random: systemRandom(), gates: plane.gates }),
    )
    for (const informer of informers) informer.start()
    await Promise.all(informers.map(({ synced }) => synced))
    await client.create(
      { group: '', version: 'v1', kind: 'ServiceAccount', resource: 'serviceaccounts', namespaced: true },
      { metadata: { name: 'default', namespace: 'default' } },
    )
    let next = 0
    const worker = async () => {
      while (next < flags.pods) await client.create(Pod, pod(`p-${next++}`, 'default'))
    }
    await Promise.all(Array.from({ length: 64 }, worker))
    const seconds = (performance.now() - startedMs) / 1000
    if (informers.some(({ store }) => store.size !== flags.pods)) throw new Error('Cannot measure memory: an informer misses Pods')
    const figures = {
      rss: await quietRss(),
      peak: process.resourceUsage().maxRSS / 1024,
      createsPerS: flags.pods / seconds,
      sample: JSON.stringify(informers[0].store.get('default/p-0')),
    }
    for (const informer of informers) informer.stop()
    await plane.stop()
    return figures
  },
  async bytes(sample) {
    const held = Array.from({ length: flags.pods }, () => Buffer.from(sample))
    return { rss: await quietRss(), held: held.length }
  },
  async parsed(sample) {
    const held = Array.from({ length: flags.pods }, (_, i) => JSON.parse(sample.replaceAll('"p-0"', `"p-${i}"`)))
    return { rss: await quietRss(), held: held.length }
  },
}

/** Memory after garbage collection, when nothing runs. */
async function quietRss() {
  await settled(1000)
  globalThis.gc()
  await settled(1000)
  globalThis.gc()
  return rssMb()
}

if (flags.part) {
  const [sample] = await once(process, 'message')
  const measured = await parts[flags.part](sample)
  process.send(measured, () => process.exit())
} else {
  const figures = new Figures()
  for (let run = 0; run < flags.runs; run++) {
    const server = await startServer(flags)
    await settled(SETTLE_MS)
    figures.add('idle server', 'MB', 'ours', server.rssMb())
    await server.stop()
    const { rss, peak, createsPerS, sample } = await inOwnProcess('plane', '')
    const name = `${flags.pods} Pods, ${flags.informers} informers`
    figures.add(`${name}, against parsed once`, 'MB', 'ours', rss)
    figures.add(`${name}, against parsed once`, 'MB', 'limit', (await inOwnProcess('parsed', sample)).rss)
    figures.add(`${name}, against bare bytes`, 'MB', 'ours', rss)
    figures.add(`${name}, against bare bytes`, 'MB', 'limit', (await inOwnProcess('bytes', sample)).rss)
    figures.add(`${name}, most`, 'MB', 'ours', peak)
    figures.add('one Pod encoded', 'bytes', 'ours', Buffer.byteLength(sample))
    figures.add('creates in process', '1/s', 'ours', createsPerS)
  }
  figures.print()
}

async function inOwnProcess(part, sample) {
  const args = [
    ...process.execArgv,
    '--expose-gc',
    fileURLToPath(import.meta.url),
    '--part',
    part,
    '--pods',
    flags.pods,
    '--informers',
    flags.informers,
  ]
  const child = spawn(process.execPath, args.map(String), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  child.send(sample)
  const [answer] = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => [undefined])])
  if (answer === undefined) throw new Error(`Cannot measure "${part}": its process ended`)
  await once(child, 'exit')
  return answer
}
