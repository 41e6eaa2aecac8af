import { describe, expect, test } from '@jest/globals'
import { ConfigMap, Secret } from '@kubetape/api/kinds'
import { failure } from '@kubetape/apimachinery'
import { RequestFailed } from '@kubetape/client'
import { randomInt } from '@kubetape/determinism'
import { controllerFor } from './controller.ts'
import type { Reconcile } from './reconcile.ts'
import { executeRun, type RunInputs } from './run.ts'
import { managerBench } from './testing/manager-bench.ts'

const parts = managerBench()
const secret = (name: string) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'a', name } })

/** A controller for ConfigMaps that also reads Secrets. */
const reading = (reconcile: Reconcile) => controllerFor(ConfigMap).reads(Secret).with({ codeVersion: 'v7' }).reconcile(reconcile)

describe('a run', () => {
  test('is journaled in order: begin, each request before it is sent, its answer, end', async () => {
    const bench = parts()
    bench.api.before = ({ verb, resource }) => void (resource === 'secrets' && verb !== 'list' && bench.calls.push(`sent ${verb}` as never))
    const journaled = () =>
      bench.calls.map((one) => (typeof one === 'string' ? one : 'request' in one ? `${one.call} ${one.request.sequence}` : one.call))
    await bench.start([
      reading(async (_request, { client }) => {
        const made = await client.create(Secret, secret('s'))
        await client.update(Secret, { ...made, type: 'x' })
      }),
    ])
    await bench.put('a/one')
    expect(journaled()).toEqual(['begin', 'request 1', 'sent create', 'answer 1', 'request 2', 'sent update', 'answer 2', 'end'])
  })

  test('begins with everything that it is given, and the version of what it read before its first request; the end has the others', async () => {
    const bench = parts()
    await bench.put('a/one')
    void bench.api.create(Secret, secret('s'))
    await bench.start([
      reading(async (_request, { client, lister }) => {
        lister(ConfigMap).list()
        await client.get(ConfigMap, { namespace: 'a', name: 'one' })
        lister(Secret).list()
      }),
    ])
    expect(bench.ends[0]!.viewChanges).toEqual([{ read: 2, kind: '/v1/secrets', resourceVersion: '2' }])
    expect(bench.runs).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        controller: 'configmap',
        key: 'a/one',
        attempt: 1,
        triggers: [{ cause: 'change', resource: 'configmaps', key: 'a/one', change: 'added', resourceVersion: '1' }],
        startedAtMs: bench.clock.wallMs(),
        views: { '/v1/configmaps': '2' },
        ownWrites: [],
        seed: expect.any(Number),
        carried: undefined,
        gates: {},
        codeVersion: 'v7',
      },
    ])
  })

  test('ends with what it read: clock readings, gates, and nothing that it did not', async () => {
    const bench = parts()
    bench.gates.set('On', true)
    const startMs = bench.clock.wallMs()
    await bench.start([
      reading(async (_request, { nowMs, gates }) => {
        nowMs()
        gates.enabled('On')
        await new Promise<void>((resolve) => bench.clock.setTimer(resolve, 1500))
        bench.gates.set('On', false)
        expect(gates.enabled('On')).toBe(true)
        gates.enabled('Off')
        nowMs()
      }),
    ])
    await bench.put('a/one')
    await bench.clock.advance(2000)
    expect(bench.ends).toEqual([
      {
        outcome: 'success',
        endedAtMs: startMs + 1500,
        clockReadingsMs: [startMs, startMs + 1500],
        viewChanges: [],
        gatesRead: { On: true, Off: false },
      },
    ])
  })

  test('notes before which read a view had moved on', async () => {
    const bench = parts()
    const seen: number[] = []
    await bench.start([
      reading(async (_request, { lister }) => {
        const configMaps = lister(ConfigMap)
        seen.push(configMaps.list().length, lister(Secret).list().length)
        await new Promise<void>((resolve) => bench.clock.setTimer(resolve, 100))
        seen.push(configMaps.list().length, lister(Secret).list('a').length, configMaps.byIndex('namespace', 'a').length)
      }),
    ])
    await bench.put('a/one')
    void bench.api.create(Secret, secret('s'))
    await bench.clock.advance(100)
    expect(seen).toEqual([1, 0, 1, 1, 1])
    expect(bench.ends[0]!.viewChanges).toEqual([{ read: 4, kind: '/v1/secrets', resourceVersion: '2' }])
  })

  test('draws the same random numbers from the same seed, which is in its record', async () => {
    const bench = parts()
    const drawn: number[][] = []
    const drawing = reading((_request, { random }) => void drawn.push([randomInt(random, 1000), randomInt(random, 1000)]))
    await bench.start([drawing])
    await bench.put('a/one')
    await bench.put('a/two')
    expect(drawn[0]).not.toEqual(drawn[1])
    await executeRun(drawing, 'a/one', { seed: bench.runs[0]!.seed } as RunInputs)
    expect(drawn[2]).toEqual(drawn[0])
  })

  test('sends each write with its cause: the run and the number of the request', async () => {
    const bench = parts()
    await bench.start([
      reading(async (_request, { client, event }) => {
        await client.get(ConfigMap, { namespace: 'a', name: 'one' })
        const made = await client.create(Secret, secret('s'))
        event(made, 'Normal', 'Made', 'made a secret', { component: 'maker' })
        await client.patch(Secret, { namespace: 'a', name: 's' }, { type: 'merge', body: { type: 'x' } })
        await client.delete(Secret, { namespace: 'a', name: 's' })
      }),
    ])
    await bench.put('a/one')
    const [run] = bench.runs
    const caused = bench.api.requests.filter(({ cause }) => cause !== undefined).map(({ verb, resource, cause }) => [verb, resource, cause])
    expect(caused).toHaveLength(4)
    for (const wanted of [
      ['create', 'secrets', { run: run!.id, sequence: 2 }],
      ['create', 'events', { run: run!.id, sequence: 3 }],
      ['patch', 'secrets', { run: run!.id, sequence: 4 }],
      ['delete', 'secrets', { run: run!.id, sequence: 5 }],
    ]) {
      expect(caused).toContainEqual(wanted)
    }
    const [told] = bench.calls.flatMap((one) => (one.call === 'request' && one.request.resource === 'events' ? [one.request.body] : []))
    expect(told).toMatchObject({ reason: 'Made', component: 'maker' })
  })

  test('journals what was asked for and what came back: objects, lists, refusals, lost answers', async () => {
    const bench = parts()
    bench.api.before = ({ verb, key }) => {
      if (verb === 'delete' && key === 'a/lost') throw new RequestFailed('connection reset')
    }
    const errors: unknown[] = []
    await bench.start([
      reading(async (_request, { client }) => {
        // Its own write makes it run again.
        if (errors.length > 0) return
        await client.list(ConfigMap, { namespace: 'a', labelSelector: 'x=y' })
        await client.patch(
          ConfigMap,
          { namespace: 'a', name: 'one' },
          { type: 'merge', body: { data: { n: '1' } } },
          { fieldManager: 'me', subresource: 'status' },
        )
        for (const name of ['none', 'lost'])
          await client
            .delete(Secret, { namespace: 'a', name }, { preconditions: { uid: 'u' } })
            .catch((error: unknown) => errors.push(error))
      }),
    ])
    await bench.put('a/one', {}, { labels: {} })
    const first = bench.calls.slice(
      0,
      bench.calls.findIndex(({ call }) => call === 'end'),
    )
    const requests = first.flatMap((one) => (one.call === 'request' ? [one.request] : []))
    const answers = first.flatMap((one) => (one.call === 'answer' ? [one.answer] : []))
    const deletion = {
      verb: 'delete',
      group: '',
      version: 'v1',
      resource: 'secrets',
      namespace: 'a',
      options: { preconditions: { uid: 'u' } },
    }
    expect(requests).toEqual([
      { sequence: 1, verb: 'list', group: '', version: 'v1', resource: 'configmaps', namespace: 'a', options: { labelSelector: 'x=y' } },
      {
        sequence: 2,
        verb: 'patch',
        group: '',
        version: 'v1',
        resource: 'configmaps',
        subresource: 'status',
        namespace: 'a',
        name: 'one',
        body: { data: { n: '1' } },
        options: { fieldManager: 'me', patchType: 'merge' },
      },
      { sequence: 3, ...deletion, name: 'none' },
      { sequence: 4, ...deletion, name: 'lost' },
    ])
    expect(answers).toMatchObject([
      { type: 'list', list: { metadata: { resourceVersion: '1' } } },
      { type: 'object', object: { data: { n: '1' } } },
      { type: 'refused', status: { code: 404, reason: 'NotFound' } },
      { type: 'failed', message: 'connection reset' },
    ])
    expect(errors).toMatchObject([{ code: 'STATUS' }, { code: 'REQUEST_FAILED' }])
  })

  test('refuses to read a kind that the controller did not declare, and to watch', async () => {
    const bench = parts()
    const refusals: string[] = []
    await bench.start([
      controllerFor(ConfigMap).reconcile((_request, { client, lister }) => {
        client.watch(Secret).subscribe({ error: (error: Error) => refusals.push(error.message) })
        lister(Secret)
      }),
    ])
    await bench.put('a/one')
    expect(refusals).toEqual(['Cannot watch secrets inside a run: declare the watch with the controller'])
    expect(bench.ends[0]).toMatchObject({
      outcome: 'error',
      error: 'Cannot read secrets: controller "configmap" does not watch, own or read it',
    })
  })

  test('ends with an error whatever was thrown, and with every failure of a request that nobody caught', async () => {
    const bench = parts()
    const thrown: unknown[] = [undefined, 'text', failure(403, 'Forbidden', 'no')]
    await bench.start([
      reading(() => {
        if (thrown.length > 0) throw thrown.shift()
      }),
    ])
    await bench.put('a/one')
    await bench.clock.advance(1000)
    expect(bench.ends.map(({ error }) => error)).toEqual(['the reconcile threw nothing', 'text', 'no', undefined])
  })
})
