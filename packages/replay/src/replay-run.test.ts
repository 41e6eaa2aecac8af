import { beforeEach, describe, expect, test } from '@jest/globals'
import { ConfigMap, Secret } from '@kubetape/api/kinds'
import type { Kind, KubeObject } from '@kubetape/apimachinery'
import { VirtualClock } from '@kubetape/determinism/testing'
import type { EventLog } from '@kubetape/eventlog'
import { createMemoryLog } from '@kubetape/eventlog/memory'
import type { RunRecord, RunRequest, RunStep } from '@kubetape/journal'
import { type Controller, controllerFor, kindId, kindsOf, type ReconcileContext } from '@kubetape/runtime'
import { keyWithinResource, resourcePrefix } from '@kubetape/storage'
import { replayRun } from './replay-run.ts'
import { View } from './view.ts'

/** The same resource as one of another version and of another group. */
const BETA = { ...ConfigMap, version: 'v1beta1' }
const EVENTS: Kind = { ...(ConfigMap as unknown as Kind), group: 'events.k8s.io', version: 'v1', kind: 'Event', resource: 'events' }

let log: EventLog
beforeEach(() => {
  log = createMemoryLog({ clock: new VirtualClock() })
})

async function put(key: string, object: KubeObject): Promise<void> {
  const appended = log.append({ entries: [{ key, operation: 'create', expect: 0, encode: () => Buffer.from(JSON.stringify(object)) }] })
  await log.flush()
  await appended
}

const recorded = (more: Partial<RunRecord> = {}, outside: readonly unknown[] = []): RunRecord => ({
  id: 'r',
  controller: 'configmap',
  key: 'a/one',
  attempt: 1,
  triggers: [],
  startedAtMs: 0,
  views: {},
  ownWrites: [],
  seed: 1,
  carried: undefined,
  gates: {},
  codeVersion: '',
  position: 1,
  end: { endedAtMs: 0, outcome: 'success', clockReadingsMs: [], viewChanges: [], gatesRead: {}, outside },
  outcome: 'success',
  ...more,
})

/** Steps of a run that asked for one ConfigMap, by name, of this kind. */
const asked = (kind: Kind, name: string, answer?: RunStep & { type: 'answer' }): RunStep[] => [
  {
    type: 'request',
    sequence: 1,
    request: { sequence: 1, verb: 'get', group: kind.group, version: kind.version, resource: kind.resource, namespace: 'a', name },
  },
  ...(answer === undefined ? [] : [answer]),
]

function replayed(controller: Controller, run: RunRecord, steps: readonly RunStep[]) {
  const views = new Map(kindsOf(controller).map((kind) => [kindId(kind), new View(log, kind, {})]))
  return replayRun(controller, run, steps, views, log)
}

/** A controller whose run tells what it found by the name that it asks for. */
const telling = (find: (context: ReconcileContext) => string): Controller =>
  controllerFor(ConfigMap)
    .reads(BETA)
    .reads(EVENTS)
    .reconcile(async (_request, context) => {
      await context.client.get(ConfigMap, { namespace: 'a', name: find(context) })
    })

describe('replayRun()', () => {
  test('answers and throws what was read outside of the API', async () => {
    const found = telling(({ outside }) => {
      const first = outside<string>(() => 'not called')
      try {
        outside(() => undefined)
      } catch (error) {
        return `${first}-${String(outside(() => 1))}-${(error as { code?: string }).code}-${(error as Error).message}`
      }
      return 'nothing thrown'
    })
    const readings = [{ value: 'x' }, { error: { name: 'Error', message: 'gone', code: 'ENOENT' } }, {}]
    const verdict = await replayed(found, recorded({}, readings), asked(ConfigMap, 'x-undefined-ENOENT-gone'))
    expect(verdict).toMatchObject({ verdict: 'same', requests: 1 })
  })

  test('answers and throws what a system outside of the API did, without calling it', async () => {
    const calling = controllerFor(ConfigMap).reconcile(async (_request, { call, client }) => {
      const made = await call<{ id: string }>({ system: 'disks', method: 'Create', body: { name: 'v' } }, () =>
        Promise.reject(new Error('called')),
      )
      const error = await call({ system: 'disks', method: 'Delete' }, () => Promise.resolve()).catch(
        (thrown: unknown) => thrown as { code?: string },
      )
      await client.get(ConfigMap, { namespace: 'a', name: `${made.id}-${error?.code ?? ''}` })
    })
    const call = { verb: 'call', group: '', version: '', system: 'disks' } as const
    const steps = (body: unknown): RunStep[] => [
      { type: 'request', sequence: 1, request: { ...call, sequence: 1, resource: 'Create', body } },
      { type: 'answer', sequence: 1, answer: { type: 'outside', reading: { value: { id: '7' } } } },
      { type: 'request', sequence: 2, request: { ...call, sequence: 2, resource: 'Delete' } },
      {
        type: 'answer',
        sequence: 2,
        answer: { type: 'outside', reading: { error: { name: 'CsiError', message: 'no', code: 'ABORTED' } } },
      },
      ...asked(ConfigMap, '7-ABORTED').map(
        (step) => ({ ...step, sequence: 3, request: { ...(step as { request: RunRequest }).request, sequence: 3 } }) as RunStep,
      ),
    ]
    expect(await replayed(calling, recorded(), steps({ name: 'v' }))).toMatchObject({ verdict: 'same', requests: 3 })
    expect(await replayed(calling, recorded(), steps({ name: 'w' }))).toMatchObject({
      verdict: 'diverged',
      divergence: { sequence: 1, fields: [{ path: 'body.name', recorded: 'w', now: 'v' }] },
    })
  })

  test('gives what was carried, frozen, as the live run did', async () => {
    const spoiling = telling(({ carried }) => {
      ;(carried as { n: number }).n++
      return 'spoilt'
    })
    const run = recorded({ carried: { n: 1 } })
    expect(await replayed(spoiling, run, asked(ConfigMap as unknown as Kind, 'spoilt'))).toMatchObject({
      verdict: 'diverged',
      divergence: { why: expect.stringContaining('now fails before it: Cannot assign to read only property') },
    })
    expect(run.carried).toEqual({ n: 1 })
  })

  test.each([
    ['', 'false'],
    ['1', 'true'],
  ])('knows whether a kind had been listed: at "%s"', async (resourceVersion, known) => {
    await put('/registry/configmaps/a/one', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'a', name: 'one' } })
    const found = telling(({ lister }) => String(lister(ConfigMap).hasListed()))
    const run = recorded({ views: { [kindId(ConfigMap)]: resourceVersion } })
    expect(await replayed(found, run, asked(ConfigMap as unknown as Kind, known))).toMatchObject({ verdict: 'same', requests: 1 })
  })

  test('shows a kind that the controller came to watch with the own writes that the run had in sight', async () => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'a', name: 'one' } }
    await put(`${resourcePrefix(ConfigMap)}${keyWithinResource('a', 'one')}`, object)
    const kind = ConfigMap as unknown as Kind
    const follower: Controller = {
      ...controllerFor(Secret)
        .follows(Secret, () => [])
        .reconcile(async (_request, { client, lister }) => {
          await client.get(ConfigMap, { namespace: 'a', name: String(lister(ConfigMap).list().length) })
        }),
    }
    const run = recorded({ views: { [kindId(kind)]: '' }, ownWrites: [{ kind: kindId(kind), key: 'a/one', resourceVersion: '1' }] })
    expect(await replayed(follower, run, asked(kind, '1'))).toMatchObject({ verdict: 'same', requests: 1 })
  })

  test('skips a run that read what the tape has in another version or group, and says so', async () => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'a', name: 'one' } }
    await put('/configmaps/a/one', object)
    const one = (kind: Kind) => telling(({ lister }) => (lister(kind).list().length === 1 ? 'found' : 'missed'))
    const steps = asked(ConfigMap, 'found')
    const reading = (kind: Kind) => replayed(one(kind), recorded({ views: { [kindId(kind)]: '1' } }), steps)
    expect(await reading(ConfigMap as unknown as Kind)).toMatchObject({ verdict: 'same' })
    expect(await reading(BETA as unknown as Kind)).toMatchObject({
      verdict: 'skipped',
      why: 'it read configmaps "a/one" at 1, served as v1beta1, which the tape has as v1 only',
    })
    await put('/events/a/one', { ...object, kind: 'Event' })
    expect(await replayed(one(EVENTS), recorded({ views: { [kindId(EVENTS)]: '2' } }), steps)).toMatchObject({
      verdict: 'skipped',
      why: 'it read events of events.k8s.io/v1, which the tape has as v1 only',
    })
  })

  test('replays a run that read Events of events.k8s.io when there were none, or when the tape has them in that group', async () => {
    const steps = asked(ConfigMap, 'n0')
    const counting = telling(({ lister }) => `n${lister(EVENTS).list().length}`)
    await put('/configmaps/a/one', { metadata: { namespace: 'a', name: 'one' } })
    expect(await replayed(counting, recorded({ views: { [kindId(EVENTS)]: '1' } }), steps)).toMatchObject({ verdict: 'same' })
    await put('events.k8s.io/events/a/one', { apiVersion: 'events.k8s.io/v1', metadata: { namespace: 'a', name: 'one' } })
    const later = asked(ConfigMap, 'n1')
    expect(await replayed(counting, recorded({ views: { [kindId(EVENTS)]: '2' } }), later)).toMatchObject({ verdict: 'same' })
  })

  test('skips a run whose request was answered with an entry of another version', async () => {
    await put('/configmaps/a/one', { apiVersion: 'v1', metadata: { namespace: 'a', name: 'one' } })
    const controller = controllerFor(ConfigMap).reconcile(async (_request, { client }) => {
      await client.get(BETA, { namespace: 'a', name: 'one' })
    })
    const answer = { type: 'answer', sequence: 1, answer: { type: 'entry', revision: 1 } } as RunStep & { type: 'answer' }
    expect(await replayed(controller, recorded(), asked(BETA as unknown as Kind, 'one', answer))).toMatchObject({
      verdict: 'skipped',
      why: 'an answer that it got, entry 1, was served as v1beta1, which the tape has as v1 only',
    })
  })
})
