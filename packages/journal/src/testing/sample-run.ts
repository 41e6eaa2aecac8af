import { seededRandom } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import type { EventLog } from '@kubetape/eventlog'
import { createMemoryLog } from '@kubetape/eventlog/memory'
import { createJournal, type Journal } from '../journal.ts'
import { type JournalReader, readJournal } from '../read-journal.ts'
import type { RunAnswer, RunBegin, RunEnd, RunRequest } from '../records.ts'

/** A run of the Job controller, as it begins. */
export const begin = (id: string, part: Partial<RunBegin> = {}): RunBegin => ({
  id,
  controller: 'job',
  key: 'default/a',
  attempt: 1,
  triggers: [{ cause: 'change', resource: 'jobs.batch', key: 'default/a', change: 'added', resourceVersion: '7' }],
  startedAtMs: 1000,
  views: { 'jobs.batch': '7', pods: '6' },
  ownWrites: [{ kind: 'pods', key: 'default/a-1', resourceVersion: '6' }],
  seed: 5,
  carried: { backoff: 2 },
  gates: {},
  codeVersion: '0.1.0+ab',
  ...part,
})

/** How it ends well. */
export const end: RunEnd = {
  endedAtMs: 1002,
  outcome: 'success',
  clockReadingsMs: [1000, 1001],
  viewChanges: [{ read: 2, kind: 'pods', resourceVersion: '8' }],
  gatesRead: { JobPodReplacementPolicy: true },
}

/** The creation of a Pod, unless `part` says otherwise. */
export const request = (sequence: number, part: Partial<RunRequest> = {}): RunRequest => ({
  sequence,
  verb: 'create',
  group: '',
  version: 'v1',
  resource: 'pods',
  namespace: 'default',
  name: `p${sequence}`,
  ...part,
})

/** A Pod as small as it gets. */
export const pod = (name: string, resourceVersion: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', resourceVersion },
})

/** What a server does with a request of a run: the object becomes an entry whose cause is the request. */
export async function serve(log: EventLog, clock: VirtualClock, run: RunBegin, asked: RunRequest): Promise<RunAnswer> {
  let object = pod('', '')
  const encode = (revision: number): Uint8Array => {
    object = pod(asked.name!, String(revision))
    return Buffer.from(JSON.stringify(object))
  }
  const appended = log.append({
    entries: [{ key: `pods/${asked.name}`, operation: 'create', expect: 0, encode, cause: `run:${run.id}/${asked.sequence}` }],
  })
  await clock.advance(0)
  await appended
  return { type: 'object', object }
}

/** An empty journal over a log in memory. */
export function setUp(): { clock: VirtualClock; log: EventLog; journal: Journal; tape: JournalReader } {
  const clock = new VirtualClock()
  const log = createMemoryLog({ clock, random: seededRandom(1) })
  return { clock, log, journal: createJournal(log), tape: readJournal(log) }
}
