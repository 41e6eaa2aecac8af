import { describe, expect, test } from '@jest/globals'
import { ConfigMap, Node, Secret } from '@kubetape/api/kinds'
import { failure } from '@kubetape/apimachinery'
import { RequestFailed } from '@kubetape/client'
import { controllerFor } from './controller.ts'
import { managerBench } from './testing/manager-bench.ts'

const parts = managerBench()
const idle = controllerFor(ConfigMap).reconcile(() => undefined)

describe('Manager', () => {
  test('starts controllers only when every informer has synced', async () => {
    const bench = parts()
    await bench.put('a/one')
    let answer: () => void = () => undefined
    bench.api.before = ({ verb, resource }) =>
      verb === 'list' && resource === 'secrets' ? new Promise((resolve) => (answer = resolve)) : undefined
    const manager = await bench.start([
      controllerFor(ConfigMap)
        .reads(Secret)
        .reconcile(() => undefined),
    ])
    expect([manager.ready, bench.runs.length]).toEqual([false, 0])
    answer()
    await bench.clock.advance(0)
    expect([manager.ready, bench.runs.length]).toEqual([true, 1])
  })

  test('shares one informer of a kind between controllers, and every controller hears of what another wrote', async () => {
    const bench = parts()
    const updates: string[] = []
    const manager = await bench.start([
      controllerFor(ConfigMap)
        .named('writer')
        .reconcile(async ({ namespace, name }, { client, lister }) => {
          if (lister(ConfigMap).get(namespace, name)?.metadata.labels === undefined) {
            await client.patch(ConfigMap, { namespace, name }, { type: 'merge', body: { metadata: { labels: { seen: 'yes' } } } })
          }
        }),
      controllerFor(ConfigMap, { predicate: ({ object, previous }) => object.metadata.labels !== previous?.metadata.labels })
        .named('reader')
        .reconcile(({ key }, { lister }) => void updates.push(`${key} ${lister(ConfigMap).list()[0]?.metadata.labels?.['seen'] ?? 'no'}`)),
    ])
    await bench.put('a/one')
    expect(updates).toEqual(['a/one no', 'a/one yes'])
    expect(bench.api.openWatches).toBe(1)
    expect(manager.controllers.map(({ name }) => name)).toEqual(['writer', 'reader'])
  })

  test('refuses two controllers of one name, and indexes that contradict each other', () => {
    const bench = parts()
    const manager = bench.make([idle])
    expect(() => manager.add(idle)).toThrow('Cannot add controller "configmap": another one has this name')
    const byName = () => ['x']
    const indexed = (name: string, fn: () => string[]) =>
      controllerFor(Node)
        .named(name)
        .index(Secret, 'type', fn)
        .reconcile(() => undefined)
    manager.add(indexed('one', byName), indexed('two', byName))
    expect(() => manager.add(indexed('three', () => ['y']))).toThrow(
      'Cannot add index "type" of secrets: another controller files under this name differently',
    )
  })

  test('keeps the indexes that controllers declare', async () => {
    const bench = parts()
    const found: number[] = []
    await bench.start([
      controllerFor(ConfigMap)
        .index(ConfigMap, 'colour', ({ data }) => [data?.['colour'] ?? ''])
        .reconcile((_request, { lister }) => void found.push(lister(ConfigMap).byIndex('colour', 'red').length)),
    ])
    await bench.put('a/one', { colour: 'red' })
    await bench.put('a/two', { colour: 'blue' })
    await bench.put('a/two', { colour: 'red' })
    expect(found).toEqual([1, 1, 2])
  })

  test('cannot be started again once it runs, nor added to once it is stopped', async () => {
    const bench = parts()
    const manager = await bench.start([idle])
    await expect(manager.start()).rejects.toThrow('Cannot start: the manager is running')
    const stopping = manager.stop()
    await bench.clock.advance(0)
    await stopping
    await expect(manager.start()).rejects.toThrow('Cannot start: the manager is stopped')
    expect(() => manager.add(controllerFor(Secret).reconcile(() => undefined))).toThrow('Cannot add controllers: the manager is stopped')
  })

  test('watches one namespace only when told so, and cluster-scoped kinds whole', async () => {
    const bench = parts()
    await bench.put('a/one')
    await bench.put('b/two')
    await bench.start(
      [
        controllerFor(ConfigMap)
          .reads(Node)
          .reconcile(() => undefined),
      ],
      { namespace: 'b' },
    )
    expect(bench.runs.map(({ key }) => key)).toEqual(['b/two'])
    expect(bench.api.requests.filter(({ verb }) => verb === 'list').map(({ resource, key }) => [resource, key])).toEqual([
      ['configmaps', 'b'],
      ['nodes', ''],
    ])
  })

  test('is idle when nothing is queued or running', async () => {
    const bench = parts()
    let release: () => void = () => undefined
    const manager = await bench.start([controllerFor(ConfigMap).reconcile(() => new Promise<void>((resolve) => (release = resolve)))])
    expect(manager.idle).toBe(true)
    await bench.put('a/one')
    expect(manager.idle).toBe(false)
    release()
    await bench.clock.advance(0)
    expect(manager.idle).toBe(true)
  })

  test('makes an informer that is asked for while it runs', async () => {
    const bench = parts()
    const manager = await bench.start([idle])
    await manager.informer(Secret).synced
    expect(manager.informer(Secret)).toBe(manager.informer({ ...Secret }))
    expect(bench.api.openWatches).toBe(2)
  })

  test('freezes what informers hold when the mutation detector is on', async () => {
    const bench = parts()
    bench.api.before = () => undefined
    const manager = await bench.start([idle], { mutationDetector: true })
    await bench.put('a/one')
    expect(Object.isFrozen(manager.informer(ConfigMap).store.get('a/one')!.data)).toBe(true)
  })

  test('warns of the first failure of a watch and of every refusal but an expired version', async () => {
    const bench = parts()
    const failures = [
      failure(410, 'Expired', 'too old'),
      new RequestFailed('connection refused'),
      new RequestFailed('connection refused'),
      failure(403, 'Forbidden', 'forbidden'),
      failure(500, 'InternalError', 'broken'),
      failure(403, 'Forbidden', 'forbidden'),
    ]
    bench.api.before = ({ verb }) => {
      if (verb === 'list' && failures.length > 0) throw failures.shift()!
    }
    const lines: string[] = []
    const note =
      (level: string) =>
      (message: string, fields: Record<string, unknown> = {}) =>
        void lines.push(`${level} ${message}: ${String(fields['error'])}`)
    const log = () => ({ debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') })
    const manager = await bench.start([idle], { log })
    while (!manager.ready) await bench.clock.advance(1000)
    expect(lines.filter((line) => line.includes('interrupted'))).toEqual([
      'debug watch interrupted: too old',
      'warn watch interrupted: connection refused',
      'debug watch interrupted: connection refused',
      'warn watch interrupted: forbidden',
      'debug watch interrupted: broken',
      'warn watch interrupted: forbidden',
    ])
  })
})

describe('Manager.stop()', () => {
  test('lets runs under way finish, leaves the rest of the queue, writes the events, then closes the watches', async () => {
    const bench = parts()
    const done: string[] = []
    const manager = await bench.start([
      controllerFor(ConfigMap).reconcile(async ({ key }, { client, event, lister }) => {
        await new Promise<void>((resolve) => bench.clock.setTimer(resolve, 1000))
        const object = lister(ConfigMap).get('a', key.slice(2))!
        event(object, 'Normal', 'Done', 'done')
        await client.patch(ConfigMap, { namespace: 'a', name: object.metadata.name! }, { type: 'merge', body: { data: { done: 'yes' } } })
        done.push(key)
      }),
    ])
    await bench.put('a/one')
    await bench.put('a/two')
    const stopped = manager.stop().then(() => 'stopped')
    expect(await Promise.race([stopped, bench.clock.advance(999).then(() => 'running')])).toBe('running')
    expect(bench.api.openWatches).toBe(1)
    await bench.clock.advance(1)
    expect(await stopped).toBe('stopped')
    expect(done).toEqual(['a/one'])
    expect(bench.api.requests.filter(({ resource }) => resource === 'events')).toHaveLength(1)
    expect([bench.clock.pendingTimers, bench.api.openWatches]).toEqual([0, 0])
    await bench.put('a/three')
    await bench.clock.advance(3_600_000)
    expect(bench.runs).toHaveLength(1)
  })

  test('leaves no timer of retries, requeues, delays or resyncs', async () => {
    const bench = parts()
    const manager = await bench.start([
      controllerFor(ConfigMap, { delayMs: () => 50 })
        .with({ resyncMs: 60_000 })
        .reconcile(({ name }) => {
          if (name === 'fails') throw new Error('no')
          return { requeueAfterMs: 60_000 }
        }),
    ])
    for (const key of ['a/fails', 'a/again', 'a/late']) await bench.put(key)
    await bench.clock.advance(100)
    await bench.put('a/late', { n: '2' })
    const stopping = manager.stop()
    await bench.clock.advance(0)
    await stopping
    expect([bench.clock.pendingTimers, bench.api.openWatches]).toEqual([0, 0])
  })

  test('resolves for every caller when all is done, also before anything was started', async () => {
    const bench = parts()
    const manager = bench.make([idle])
    await Promise.all([manager.stop(), manager.stop()])
    expect(manager.ready).toBe(false)
  })

  test('lets a start that still waits for its informers resolve', async () => {
    const bench = parts()
    bench.api.before = ({ verb }) => (verb === 'list' ? new Promise(() => undefined) : undefined)
    const manager = bench.make([idle])
    const starting = manager.start()
    await bench.clock.advance(1000)
    const stopping = manager.stop()
    await bench.clock.advance(0)
    await Promise.all([starting, stopping])
    expect([bench.runs.length, bench.clock.pendingTimers, bench.api.openWatches]).toEqual([0, 0, 0])
  })

  test('gives up on events after two seconds', async () => {
    const bench = parts()
    bench.api.before = ({ resource }) => (resource === 'events' ? new Promise(() => undefined) : undefined)
    const manager = await bench.start([
      controllerFor(ConfigMap).reconcile(({ namespace, name }, { event }) =>
        event({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name } }, 'Normal', 'Seen', 'seen'),
      ),
    ])
    await bench.put('a/one')
    const stopped = manager.stop().then(() => 'stopped')
    expect(await Promise.race([stopped, bench.clock.advance(1999).then(() => 'waiting')])).toBe('waiting')
    await bench.clock.advance(1)
    expect(await stopped).toBe('stopped')
    expect(bench.warnings).toEqual(['events were given up: writing them takes too long'])
    expect([bench.clock.pendingTimers, bench.api.openWatches]).toEqual([0, 0])
  })
})
