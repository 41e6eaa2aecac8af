import { Job, Pod } from '@kubetape/api/kinds'
import type { Job as JobObject } from '@kubetape/api/types/batch/v1'
import type { Client } from '@kubetape/client'
import { builtinControllers, ControlPlane } from '@kubetape/control-plane'
import { type Clock, sleep } from '@kubetape/determinism'
import { openSqliteReader } from '@kubetape/eventlog/sqlite'
import { replay, why } from '@kubetape/replay'
import { tourJob } from './jobs.ts'
import { describeChange } from './describe-change.ts'

/** Where the tour writes, and what it needs. */
export interface TourOptions {
  /** An empty folder for the tape. */
  readonly folder: string
  readonly clock: Clock
  readonly say: (line: string) => void
}

/** What the tour saw; the control plane is still up. */
export interface TourResult {
  readonly plane: ControlPlane
  /** Everything went as the page says it does, and the replay agrees. */
  readonly ok: boolean
}

const WAIT_MS = 20_000

/** Plays the pod failure policy example, tells what happened and why, and replays the tape of it. */
export async function tour({ folder, clock, say }: TourOptions): Promise<TourResult> {
  const started = clock.monotonicMs()
  const plane = await ControlPlane.start({ data: folder, port: 0, nodes: 2 })
  say(`control plane up in ${Math.round(clock.monotonicMs() - started)} ms, two simulated nodes, everything on ${folder}/tape.db`)
  const client = plane.client('tour')

  say('\n1. Job "spot" (backoffLimit 0). Its Pod is evicted while it runs: a disruption, which rule 0 ignores.')
  await client.create(Job, tourJob('spot', 0, { 'sim.kubetape.dev/run-ms': '800' }))
  await evictOnePod(client, clock)
  const spot = await ended(client, clock, 'spot')
  say(`   ${summary(spot)}`)

  say('\n2. Job "broken" (backoffLimit 6). Its Pod exits with 42: rule 2 fails the Job at once, no retry.')
  await client.create(Job, tourJob('broken', 6, { 'sim.kubetape.dev/exit-code': '42', 'sim.kubetape.dev/run-ms': '100' }))
  const broken = await ended(client, clock, 'broken')
  say(`   ${summary(broken)}`)

  await plane.log.flush()
  const reader = openSqliteReader({ path: `${folder}/tape.db` })
  try {
    say('\nWhy did "broken" end like this? The tape knows (kubetape why job/broken):')
    for (const change of why(reader, { group: 'batch', resource: 'jobs', namespace: 'default', name: 'broken' }))
      say(`   ${describeChange(change)}`)
    say("\nWould today's code decide the same? (kubetape replay)")
    const counts = { same: 0, diverged: 0, skipped: 0 }
    for await (const { verdict } of replay(reader, { controllers: builtinControllers({ ca: plane.access.ca, nodes: 2 }) }))
      counts[verdict]++
    say(`   ${counts.same + counts.diverged} runs replayed: ${counts.same} same, ${counts.diverged} diverged`)
    const ok =
      conditionOf(spot) === 'Complete' &&
      (spot.status?.failed ?? 0) === 0 &&
      conditionOf(broken) === 'Failed' &&
      broken.status?.failed === 1 &&
      counts.diverged === 0 &&
      counts.same > 0
    return { plane, ok }
  } finally {
    reader.close()
  }
}

async function evictOnePod(client: Client, clock: Clock): Promise<void> {
  const pod = await until(clock, async () =>
    (await client.list(Pod, { namespace: 'default', labelSelector: 'job-name=spot' })).items.find((one) => one.status?.phase === 'Running'),
  )
  const { name = '' } = pod.metadata
  await client.create(Pod, { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: 'default' } } as never, {
    subresource: 'eviction',
  })
}

async function ended(client: Client, clock: Clock, name: string): Promise<JobObject> {
  return until(clock, async () => {
    const job = await client.get(Job, { namespace: 'default', name })
    return conditionOf(job) === undefined ? undefined : job
  })
}

const conditionOf = (job: JobObject): string | undefined =>
  job.status?.conditions?.find(({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed'))?.type

function summary(job: JobObject): string {
  const condition = job.status?.conditions?.find(({ type }) => type === conditionOf(job))
  const counts = `succeeded ${job.status?.succeeded ?? 0}, failed ${job.status?.failed ?? 0}`
  return `→ ${condition?.type} (${counts})${condition?.reason ? `, ${condition.reason}: ${condition.message ?? ''}` : ''}`
}

async function until<T>(clock: Clock, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = clock.monotonicMs() + WAIT_MS
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (clock.monotonicMs() > deadline)
      throw new Error(`Cannot go on with the tour: what it waits for did not happen in ${WAIT_MS / 1000} s`)
    await sleep(clock, 20)
  }
}
