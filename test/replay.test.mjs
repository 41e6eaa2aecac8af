// Replay over whole tapes: of today's control plane, of one that had other rules, and of the golden tape that an earlier version recorded.
import { builtinControllers, SIMULATED_NODES_MAX } from '@kubetape/control-plane'
import { openSqliteReader } from '@kubetape/eventlog/sqlite'
import { objectAt, objectsAt, replay, why } from '@kubetape/replay'
import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { GOLDEN, GOLDEN_TAPE, recordJob } from './replay/recorded-job.mjs'

const JOB = { group: 'batch', resource: 'jobs', namespace: 'default', name: 'demo' }
const today = () => builtinControllers({ ca: '', nodes: SIMULATED_NODES_MAX })

async function verdicts(reader, controllers) {
  const all = []
  for await (const verdict of replay(reader, { controllers })) all.push(verdict)
  return all
}

const notSame = (all) =>
  all
    .filter(({ verdict }) => verdict !== 'same')
    .map(({ verdict, run, why, divergence }) => ({ verdict, of: run.controller, key: run.key, why, divergence }))

/** Today's Job controller with one rule changed: its runs send what `change` makes of their requests' bodies. */
function changedJobController(change) {
  const controllers = today()
  const original = controllers.find(({ name }) => name === 'job')
  const changed = {
    ...original,
    reconcile: (request, context) => {
      const client = new Proxy(context.client, {
        get: (target, verb) =>
          verb === 'update' ? (kind, body, options) => target.update(kind, change(kind, body), options) : target[verb].bind(target),
      })
      return original.reconcile(request, { ...context, client })
    },
  }
  return controllers.map((one) => (one === original ? changed : one))
}

describe('a tape in memory', () => {
  let tape
  before(async () => {
    tape = await recordJob()
  })
  after(() => tape.soon(tape.plane.stop()))

  test('replays the same, every run of it', async () => {
    const all = await verdicts(tape.plane.log, today())
    assert.deepEqual(notSame(all), [])
    const ofJob = all.filter(({ run }) => run.controller === 'job')
    assert.ok(ofJob.reduce((sum, { requests }) => sum + requests, 0) > 8, 'the Job took Pods, finalizers and status writes')
  })

  test('says the same when it is replayed again', async () => {
    const [once, again] = [await verdicts(tape.plane.log, today()), await verdicts(tape.plane.log, today())]
    assert.deepEqual(once, again)
  })

  test('diverges at the first run whose rule has changed, and shows both versions of the request', async () => {
    const changed = changedJobController((kind, body) =>
      kind.kind === 'Job'
        ? { ...body, status: { ...body.status, conditions: body.status.conditions?.map((one) => ({ ...one, reason: 'Changed' })) } }
        : body,
    )
    const all = await verdicts(tape.plane.log, changed)
    const [first] = all.filter(({ verdict }) => verdict === 'diverged')
    assert.equal(first.run.controller, 'job')
    assert.equal(first.run.key, 'default/demo')
    assert.equal(first.divergence.why, 'body differs')
    assert.equal(first.divergence.recorded.body.status.conditions[0].reason, 'PodFailurePolicy')
    assert.equal(first.divergence.now.body.status.conditions[0].reason, 'Changed')
    const earlier = all.slice(0, all.indexOf(first)).filter(({ run }) => run.controller === 'job')
    assert.ok(earlier.length > 0 && earlier.every(({ verdict }) => verdict === 'same'), 'runs before the rule mattered are the same')
  })

  test('diverges where a request is not made any more, and where one more is made', async () => {
    const silent = today().map((one) => (one.name === 'job' ? { ...one, reconcile: () => ({}) } : one))
    const [first] = (await verdicts(tape.plane.log, silent)).filter(({ verdict }) => verdict === 'diverged')
    assert.deepEqual([first.divergence.sequence, first.divergence.now, first.divergence.why], [1, undefined, 'now does not ask for it'])
    const chatty = today().map((one) =>
      one.name === 'job'
        ? {
            ...one,
            reconcile: async (request, context) =>
              (await one.reconcile(request, context), await context.client.get(one.kind, request)) && {},
          }
        : one,
    )
    const [extra] = (await verdicts(tape.plane.log, chatty)).filter(({ verdict }) => verdict === 'diverged')
    assert.equal(extra.divergence.recorded, undefined)
    assert.equal(extra.divergence.now.verb, 'get')
  })

  test('tells why an object changed and what it looked like', () => {
    const changes = [...why(tape.plane.log, JOB)]
    assert.equal(changes[0].by.type, 'actor')
    assert.equal(changes[0].by.actor.userAgent, 'test')
    assert.ok(changes.slice(1).every(({ by }) => by.type === 'run' && by.run.controller === 'job' && by.request.subresource === 'status'))
    for (const { entry, object } of changes) assert.deepEqual(objectAt(tape.plane.log, JOB, entry.revision), object)
    const [created] = changes
    assert.equal(objectAt(tape.plane.log, JOB, created.entry.revision - 1), undefined)
    assert.equal(created.object.status?.startTime, undefined)
    const last = changes.at(-1).object
    assert.ok(last.status.conditions.some(({ type, status }) => type === 'Failed' && status === 'True'))
    const pods = { group: '', resource: 'pods', namespace: 'default' }
    assert.equal([...objectsAt(tape.plane.log, pods, created.entry.revision)].length, 0)
    assert.equal([...objectsAt(tape.plane.log, pods, tape.plane.log.head())].length, 2)
  })
})

describe('the golden tape', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kubetape-golden-'))
  let reader
  before(() => {
    const path = join(folder, GOLDEN_TAPE)
    writeFileSync(path, gunzipSync(readFileSync(new URL(`${GOLDEN_TAPE}.gz`, GOLDEN))))
    copyFileSync(new URL(`${GOLDEN_TAPE}.head`, GOLDEN), `${path}.head`)
    reader = openSqliteReader({ path })
  })
  after(() => {
    reader.close()
    rmSync(folder, { recursive: true })
  })

  test('is whole', () => {
    assert.deepEqual(reader.verify().problems, [])
  })

  test('replays the same under the code of today', async () => {
    const all = await verdicts(reader, today())
    assert.deepEqual(notSame(all), [])
    assert.ok(all.some(({ run }) => run.controller === 'job'))
  })

  test('tells of the Job what was recorded', () => {
    const job = objectAt(reader, JOB, reader.head())
    assert.equal(job.status.failed, 1, 'the disrupted Pod does not count')
    assert.deepEqual(
      job.status.conditions.map(({ type, reason }) => `${type} ${reason}`),
      ['FailureTarget PodFailurePolicy', 'Failed PodFailurePolicy'],
    )
  })
})
