/**
 * A process of its own, run with `--expose-gc` and told a server's URL and certificate authority: lists ConfigMaps and watches them for one event, then
 * prints the names of what is still in memory when nobody has it any more, as JSON.
 */
import { ConfigMap } from '@kubetape/api/kinds'
import { sleep, systemClock } from '@kubetape/determinism'
import { clientForServer } from '../server-client.ts'

/** Full collections after which nothing may be left. A finished one leaves nothing; turns of the loop between them let sockets close. */
const ROUNDS_MAX = 40

const [url = '', ca = ''] = process.argv.slice(2)
const clock = systemClock({ unref: false })
const client = clientForServer({ url, ca })

/** An object of a list. */
async function listed(): Promise<object> {
  const { items } = await client.list(ConfigMap)
  return items[0]!
}

/** What watched, once the watch brought something and was closed. */
async function watched(): Promise<object> {
  const observer = { seen: 0 }
  await new Promise<void>((resolve) => {
    const subscription = client.watch(ConfigMap).subscribe(() => {
      observer.seen++
      subscription.unsubscribe()
      resolve()
    })
  })
  return observer
}

const refs: [string, WeakRef<object>][] = [
  ['list', new WeakRef(await listed())],
  ['watch', new WeakRef(await watched())],
  ['list', new WeakRef(await listed())],
]
for (let round = 0; round < ROUNDS_MAX && refs.some(([, ref]) => ref.deref() !== undefined); round++) {
  await sleep(clock, 5)
  globalThis.gc!()
}
await client.list(ConfigMap)
process.stdout.write(JSON.stringify(refs.filter(([, ref]) => ref.deref() !== undefined).map(([name]) => name)))
client.close()
