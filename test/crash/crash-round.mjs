import { Job } from '@kubetape/api/kinds'
import { clientFromKubeconfig } from '@kubetape/client'
import { randomInt, seededRandom } from '@kubetape/determinism'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AcknowledgedWrites } from './acknowledged-writes.mjs'
import { startServer } from './crash-server.mjs'
import { checkObjects, checkTape } from './round-checks.mjs'

const JOB = { namespace: 'default', name: 'big' }
const PARALLELISM = 100
const RUN_MS = 150
const WRITERS = 3
/** A kill comes this soon after the server was ready; every fifth comes while it starts. */
const ALIVE_MS_MAX = 900
const STARTING_MS_MAX = 1500
const FINISH_MS = 120_000
const POLL_MS = 100

/**
 * One Job of `completions` Pods on a fresh tape, whose control plane is killed `kills` times at moments that `seed` decides, or until the
 * Job is done. Then everything is checked. Answers how many kills there were and what the replay counted; throws an AssertionError that
 * names the seed. The tape of a round that failed is kept.
 */
export async function crashRound({ seed, kills, completions = 1000 }) {
  const folder = mkdtempSync(join(tmpdir(), 'kubetape-crash-'))
  try {
    const random = seededRandom(seed)
    const mode = seed % 2 === 0 ? 'NonIndexed' : 'Indexed'
    const result = await playRound({ data: join(folder, 'data'), kills, completions, mode, random })
    rmSync(folder, { recursive: true, force: true })
    return { seed, mode, ...result }
  } catch (error) {
    error.message = `seed ${seed}, tape kept in ${folder}: ${error.message}`
    throw error
  }
}

async function playRound({ data, kills, completions, mode, random }) {
  const writes = new AcknowledgedWrites()
  let killed = 0
  let created = false
  let complete = false
  while (killed < kills && !complete) {
    const server = startServer(data)
    if (created && randomInt(random, 5) === 0) {
      await sleep(randomInt(random, STARTING_MS_MAX))
      await server.kill()
      killed++
      continue
    }
    await server.ready
    const client = await clientFromKubeconfig({ path: server.kubeconfig })
    writes.start(client, WRITERS)
    if (!created) await client.create(Job, jobOf(mode, completions))
    created = true
    await sleep(randomInt(random, ALIVE_MS_MAX))
    complete = isComplete(await client.get(Job, JOB))
    await server.kill()
    killed++
    await writes.stop()
    client.close?.()
  }
  const server = startServer(data)
  await server.ready
  const client = await clientFromKubeconfig({ path: server.kubeconfig })
  await waitForCompletion(client, server)
  await checkObjects(client, { job: JOB, completions, mode })
  const how = await server.stop()
  if (how !== 0) throw new Error(`Cannot stop the control plane: it ended with ${how}\n${server.log()}`)
  return { killed, ...(await checkTape(data, { job: JOB, completions, writes: writes.all })) }
}

const jobOf = (completionMode, completions) => ({
  metadata: JOB,
  spec: {
    completions,
    parallelism: PARALLELISM,
    completionMode,
    template: {
      metadata: { annotations: { 'sim.kubetape.dev/run-ms': String(RUN_MS) } },
      spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox:1.36' }] },
    },
  },
})

const isComplete = ({ status }) => status?.conditions?.some(({ type, status }) => type === 'Complete' && status === 'True') ?? false

async function waitForCompletion(client, server) {
  let job
  for (let waited = 0; waited < FINISH_MS; waited += POLL_MS) {
    job = await client.get(Job, JOB)
    if (isComplete(job)) return
    await sleep(POLL_MS)
  }
  throw new Error(`Cannot finish the Job: after ${FINISH_MS / 1000} s its status is ${JSON.stringify(job.status)}\n${server.log()}`)
}
