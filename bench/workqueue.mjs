// Operations per second of the work queue: node --conditions=@kubetape/source bench/workqueue.mjs [items, default 1000000]
import { systemClock } from '@kubetape/determinism'
import { Queue, RateLimitingQueue, SHUTDOWN } from '@kubetape/workqueue'

const ITEMS = Number(process.argv[2] ?? 1_000_000)
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

async function measure(name, operations, run) {
  globalThis.gc?.()
  const startedMs = clock.monotonicMs()
  const handedOut = await run()
  const tookMs = clock.monotonicMs() - startedMs
  const perSecond = Math.round((operations / tookMs) * 1000).toLocaleString('en')
  console.log(`${name.padEnd(34)} ${operations} operations, ${handedOut} handed out, ${tookMs.toFixed(0)} ms, ${perSecond} operations/s`)
}

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
