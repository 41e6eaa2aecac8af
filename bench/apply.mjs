// A server-side apply of a 3 kB Pod beside a PUT of it, one after the other on one connection; limit: the PUT, of which an apply may take three times the time.
// [--runs 3] [--n 1500] [--managers 3] [--built] [--profile FOLDER]
import { flagsOf } from './_arguments.mjs'
import { Figures } from './_figures.mjs'
import { pod } from './_load-pod.mjs'
import { clientOf, startServer } from './_servers.mjs'

const flags = flagsOf({ runs: 3, n: 1500, managers: 3, built: false, profile: '' })
const WARM_UP = 500
const PODS = '/api/v1/namespaces/default/pods'
const figures = new Figures()

/** What the nth of the appliers wants: the first the whole Pod, the others a label of their own. */
function configuration(manager, i) {
  if (manager === 0) return pod('one', undefined, { i: String(i) })
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'one', labels: { [`from-${manager}`]: String(i) } } }
}

async function measure({ get, post, put, apply }) {
  await post('/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } }).catch(() => undefined)
  for (let manager = 0; manager < flags.managers; manager++) await apply(`${PODS}/one?fieldManager=m${manager}`, configuration(manager, 0))
  const [puts, changes, repeats] = [[], [], []]
  const timed = async (into, i, operation) => {
    const startedMs = performance.now()
    await operation()
    if (i > WARM_UP) into.push(performance.now() - startedMs)
  }
  for (let i = 1; i <= flags.n + WARM_UP; i++) {
    const manager = i % flags.managers
    const live = JSON.parse(await get(`${PODS}/one`))
    live.metadata.annotations.put = String(i)
    await timed(puts, i, () => put(`${PODS}/one`, live))
    const wanted = configuration(manager, i)
    await timed(changes, i, () => apply(`${PODS}/one?fieldManager=m${manager}`, wanted))
    await timed(repeats, i, () => apply(`${PODS}/one?fieldManager=m${manager}`, wanted))
  }
  return { puts, changes, repeats }
}

const p50 = (values) => [...values].sort((a, b) => a - b)[values.length >> 1]

for (let run = 0; run < flags.runs; run++) {
  const server = await startServer(flags)
  const client = clientOf(server.kubeconfig)
  const { puts, changes, repeats } = await measure(client)
  figures.add('apply that changes, p50', 'ms', 'ours', p50(changes))
  figures.add('apply that changes, p50', 'ms', 'limit', p50(puts))
  figures.add('apply that changes nothing, p50', 'ms', 'ours', p50(repeats))
  figures.add('apply that changes nothing, p50', 'ms', 'limit', p50(puts))
  client.agent.destroy()
  await server.stop()
}
figures.print()
