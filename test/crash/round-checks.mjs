import { Job, Pod } from '@kubetape/api/kinds'
import { openSqliteReader } from '@kubetape/eventlog/sqlite'
import { readJournal } from '@kubetape/journal'
import { resourcePrefix } from '@kubetape/storage'
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { runCommand } from '../../tools/test/command.mjs'
import { KUBETAPE } from '../../tools/test/kubetape-server.mjs'

const INDEX_ANNOTATION = 'batch.kubernetes.io/job-completion-index'
const PAGE = 1000

/** What the API shows once the Job is done. */
export async function checkObjects(client, { job: name, completions, mode }) {
  const job = await client.get(Job, name)
  const { status } = job
  assert.equal(status.succeeded, completions, 'every Pod counts once')
  assert.equal(status.failed ?? 0, 0)
  assert.equal(status.active ?? 0, 0)
  assert.deepEqual(status.uncountedTerminatedPods ?? {}, {}, 'no Pod is half counted')
  const pods = (await client.list(Pod, { namespace: name.namespace })).items
  for (const { metadata, status } of pods) {
    assert.deepEqual(
      metadata.ownerReferences?.map(({ uid }) => uid),
      [job.metadata.uid],
      `${metadata.name} is no orphan`,
    )
    assert.deepEqual(metadata.finalizers ?? [], [], `${metadata.name} is let go`)
    assert.equal(status.phase, 'Succeeded', metadata.name)
  }
  assert.equal(pods.length, completions, 'no Pod was made twice')
  if (mode !== 'Indexed') return
  assert.equal(status.completedIndexes, `0-${completions - 1}`)
  assert.equal(new Set(pods.map(({ metadata }) => metadata.annotations[INDEX_ANNOTATION])).size, completions, 'each index succeeded once')
}

/** What the tape says once the control plane has stopped; answers what replay counted. */
export async function checkTape(data, { job, completions, writes }) {
  const reader = openSqliteReader({ path: join(data, 'tape.db') })
  let interrupted = 0
  try {
    for (const write of writes) checkWrite(reader, write)
    checkCounts(reader, job, completions)
    for (const run of readJournal(reader).runs()) if (run.outcome === 'interrupted') interrupted++
  } finally {
    reader.close()
  }
  return { acknowledged: writes.length, interrupted, ...(await checkReplay(data)) }
}

/** The tape is whole, and replay says "same" of every run that it can judge. Answers the counts of the replay. */
export async function checkReplay(data) {
  const verified = await runCommand('node', [KUBETAPE, 'verify', '--data', data])
  assert.equal(verified.status, 0, verified.output)
  const replayed = await runCommand('node', [KUBETAPE, 'replay', '--data', data, '-o', 'json'])
  const lines = replayed.output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
  const other = lines.filter((line) => line.verdict !== undefined && line.verdict !== 'same' && !readErasedLease(line))
  assert.deepEqual(other.slice(0, 3), [], `replay says the same of every run: ${JSON.stringify(lines.at(-1))}`)
  assert.equal(replayed.status, 0, replayed.output.slice(-2000))
  return lines.at(-1)
}

/** Of a Lease only the newest version is kept, so what its renewals were given is gone. */
const readErasedLease = ({ verdict, controller, why }) => verdict === 'skipped' && controller === 'simulated-node' && why.includes('erased')

/** The entry of an acknowledged write is still that write. */
function checkWrite(reader, { name, resourceVersion, count }) {
  const entry = reader.entry(Number(resourceVersion))
  assert.ok(entry?.value, `the acknowledged write ${resourceVersion} of ${name} is on the tape`)
  const { metadata, data } = JSON.parse(Buffer.from(entry.value).toString())
  assert.deepEqual({ name: metadata.name, count: data.count }, { name, count })
}

/** At no moment was there a Pod more than needed, nor a count that went back or was too high. */
function checkCounts(reader, { namespace, name }, completions) {
  let succeeded = 0
  for (const { value } of entriesOf(reader, `${resourcePrefix(Job)}${namespace}/${name}`)) {
    const now = JSON.parse(Buffer.from(value).toString()).status?.succeeded ?? 0
    assert.ok(now >= succeeded && now <= completions, `succeeded went from ${succeeded} to ${now}`)
    succeeded = now
  }
  const created = [...entriesOf(reader, `${resourcePrefix(Pod)}${namespace}/`)].filter(({ operation }) => operation === 'create')
  assert.equal(created.length, completions, 'Pods created in all')
}

function* entriesOf(reader, prefix) {
  for (let from = 1; ;) {
    const page = reader.entries({ from, limit: PAGE, prefix })
    yield* page
    if (page.length < PAGE) return
    from = page.at(-1).revision + 1
  }
}
