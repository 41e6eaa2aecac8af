// Operations and items per second of the work queue, and how late delayed items come on the machine's clock (B8).
// [items, default 1000000] [what to measure, a part of its name; default all]
import { spawn } from 'node:child_process'
import { systemClock } from '@kubetape/determinism'
import { DelayingQueue, Queue, RateLimitingQueue, SHUTDOWN } from '@kubetape/workqueue'

const ITEMS = Number(process.argv[2] ?? 1_000_000)
const WANTED = process.argv[3] ?? ''
/** The first delayed item is due after this, when all have been added, and the others within the time after it. */
const [DELAY_MIN_MS, DELAY_SPREAD_MS] = [6000, 30_000]
const clock = systemClock({ unref: false })
const keys = Array.from({ length: ITEMS }, (_, i) => `namespace-${i % 100}/object-${i}`)

async function drain(queue) {
  let handedOut = 0
  for (let item = await queue.get(); item !== SHUTDOWN; item = await queue.get()) {
    queue.done(item)
    handedOut++
  }
  return handedOut
}

const processorMs = () => Object.values(process.cpuUsage()).reduce((sum, one) => sum + one, 0) / 1000
const perSecond = (count, ms) => Math.round((count / ms) * 1000).toLocaleString('en')

/** Prints rates by the clock, and of items by processor time, which other work on the machine moves less. */
async function measure(name, operations, run) {
  if (!name.includes(WANTED)) return
  globalThis.gc?.()
  const [startedMs, processor] = [clock.monotonicMs(), processorMs()]
  const items = await run()
  const [tookMs, usedMs] = [clock.monotonicMs() - startedMs, processorMs() - processor]
  console.log(
    `${name.padEnd(36)} ${perSecond(operations, tookMs).padStart(10)} operations/s, ${perSecond(items, tookMs).padStart(10)} items/s, ${perSecond(items, usedMs).padStart(10)} items per s of processor time`,
  )
}

await measure('limit: a bare Map, set and deleted', 2 * ITEMS, () => {
  const map = new Map()
  for (const key of keys) map.set(key, { key })
  for (const key of keys) map.delete(key)
  return ITEMS
})

await measure('10,000 keys, again and again', 3 * ITEMS, async () => {
  const queue = new Queue({ clock })
  const few = keys.slice(0, Math.min(ITEMS, 10_000))
  let items = 0
  while (items < ITEMS) {
    for (const key of few) queue.add(key)
    for (let n = 0; n < few.length; n++, items++) queue.done(await queue.get())
  }
  return items
})

await measure('add, then get and done', 3 * ITEMS, () => {
  const queue = new Queue({ clock })
  for (const key of keys) queue.add(key)
  queue.shutDown()
  return drain(queue)
})

await measure('every item added ten times', 10 * ITEMS, () => {
  const queue = new Queue({ clock })
  for (let round = 0; round < 10; round++) for (const key of keys) queue.add(key)
  queue.shutDown()
  return drain(queue)
})

await measure('three priorities, promotions', 4 * ITEMS, () => {
  const queue = new Queue({ clock })
  for (let i = 0; i < ITEMS; i++) queue.add(keys[i], { priority: i % 3 })
  for (let i = 0; i < ITEMS; i++) queue.add(keys[i], { priority: (i * 7) % 3 })
  queue.shutDown()
  return drain(queue)
})

await measure('every item its own priority', 3 * ITEMS, () => {
  const queue = new Queue({ clock })
  for (let i = 0; i < ITEMS; i++) queue.add(keys[i], { priority: (i * 7919) % ITEMS })
  queue.shutDown()
  return drain(queue)
})

await measure('add while a worker gets', 3 * ITEMS, async () => {
  const queue = new Queue({ clock })
  const worker = drain(queue)
  for (let i = 0; i < ITEMS; i++) {
    queue.add(keys[i])
    if (i % 64 === 0) await Promise.resolve()
  }
  await queue.shutDownWithDrain()
  return worker
})

await measure('half delayed (up to 0.5 s), moved up', 3.5 * ITEMS, async () => {
  const queue = new RateLimitingQueue({ clock })
  for (let i = 0; i < ITEMS; i++) {
    if (i % 2 === 0) queue.add(keys[i])
    else queue.addAfter(keys[i], 1000 + ((i * 7919) % 1000))
  }
  for (let i = 1; i < ITEMS; i += 2) queue.addAfter(keys[i], 1 + ((i * 104_729) % 500))
  let handedOut = 0
  while (handedOut < ITEMS) {
    queue.done(await queue.get())
    handedOut++
  }
  return handedOut
})

const percentiles = (late) => {
  late.sort()
  const at = (part) => late[Math.min(late.length - 1, Math.floor(part * late.length))].toFixed(2)
  return `late by p50 ${at(0.5)}, p99 ${at(0.99)}, p99.9 ${at(0.999)}, at most ${at(1)} ms`
}

/** A process that does nothing but wait for timers of 5 ms: how late these come is what the machine itself does. */
function bareTimers() {
  const code = `const late = []
let due = performance.now() + 5
const tick = () => { late.push(performance.now() - due); due = performance.now() + 5; setTimeout(tick, 5) }
setTimeout(tick, 5)
process.stdin.on('data', () => process.stdout.write(JSON.stringify(late), () => process.exit(0)))`
  const child = spawn(process.execPath, ['-e', code], { stdio: ['pipe', 'pipe', 'inherit'] })
  process.on('exit', () => child.kill('SIGKILL'))
  return async () => {
    child.stdin.write('\n')
    let text = ''
    for await (const chunk of child.stdout.setEncoding('utf8')) text += chunk
    return Float64Array.from(JSON.parse(text))
  }
}

/** How much later than asked for each item is handed out. All wait before the first is due. */
async function lateness() {
  if (!'delayed'.includes(WANTED)) return
  const queue = new DelayingQueue({ clock })
  const dueMs = new Float64Array(ITEMS)
  const items = Array.from({ length: ITEMS }, (_, i) => i)
  globalThis.gc?.()
  const startedMs = clock.monotonicMs()
  for (let i = 0; i < ITEMS; i++) {
    const nowMs = clock.monotonicMs()
    // Drawn without a pattern: no item is due in the order of adding.
    dueMs[i] = startedMs + DELAY_MIN_MS + ((i * 7919) % ITEMS) * (DELAY_SPREAD_MS / ITEMS)
    queue.addAfter(items[i], dueMs[i] - nowMs)
  }
  const addedMs = clock.monotonicMs() - startedMs
  if (addedMs > DELAY_MIN_MS) throw new Error('Cannot measure: adding took longer than the first delay')
  const late = new Float64Array(ITEMS)
  const measureBare = bareTimers()
  for (let n = 0; n < ITEMS; n++) {
    const item = await queue.get()
    late[n] = clock.monotonicMs() - dueMs[item]
    queue.done(item)
  }
  const bare = await measureBare()
  if (late.some((ms) => ms < -0.01)) throw new Error('Cannot count this run: an item came before it was due')
  console.log(`${`${ITEMS} delayed over ${DELAY_SPREAD_MS / 1000} s`.padEnd(36)} added in ${addedMs.toFixed(0)} ms; ${percentiles(late)}`)
  console.log(`${'limit: bare timers of another process'.padEnd(36)} ${percentiles(bare)}`)
}
await lateness()
