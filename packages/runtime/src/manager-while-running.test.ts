import { describe, expect, test } from '@jest/globals'
import { ConfigMap, Lease, Secret } from '@kubetape/api/kinds'
import { controllerFor } from './controller.ts'
import { managerBench } from './testing/manager-bench.ts'

const parts = managerBench()
const idle = controllerFor(ConfigMap).reconcile(() => undefined)

describe('Manager.add() while it runs', () => {
  test('lets a controller begin with what is there, as of its first listing, also for kinds that others watch', async () => {
    const bench = parts()
    await bench.put('a/one')
    const manager = await bench.start([idle])
    const seen: string[] = []
    manager.add(
      controllerFor(ConfigMap)
        .named('late')
        .reads(Secret)
        .index(ConfigMap, 'n', ({ data }) => [data?.['n'] ?? ''])
        .reconcile(
          ({ key }, { lister }) => void seen.push(`${key} ${lister(ConfigMap).byIndex('n', '').length} ${lister(Secret).hasListed()}`),
        ),
    )
    await bench.clock.advance(0)
    await bench.put('a/two')
    expect(seen).toEqual(['a/one 1 true', 'a/two 2 true'])
    expect(bench.api.openWatches).toBe(2)
  })

  test('lets one wait for its informers while others act', async () => {
    const bench = parts()
    let answer: () => void = () => undefined
    bench.api.before = ({ verb, resource }) =>
      verb === 'list' && resource === 'secrets' ? new Promise((resolve) => (answer = resolve)) : undefined
    const manager = await bench.start([idle])
    manager.add(controllerFor(Secret).reconcile(() => undefined))
    void bench.api.create(Secret, { metadata: { namespace: 'a', name: 's' } })
    await bench.put('a/one')
    expect([manager.ready, bench.runs.map(({ controller }) => controller)]).toEqual([false, ['configmap']])
    answer()
    await bench.clock.advance(0)
    expect([manager.ready, bench.runs.map(({ controller }) => controller)]).toEqual([true, ['configmap', 'secret']])
  })
})

describe('Manager.add() while it waits to lead', () => {
  test('lets the first controller begin when this process leads', async () => {
    const bench = parts()
    await bench.api.create(Lease, {
      metadata: { namespace: 'ns', name: 'app' },
      spec: { holderIdentity: 'other', leaseDurationSeconds: 15 },
    })
    const manager = await bench.start([], { leaderElection: { id: 'app', namespace: 'ns', identity: 'me' } })
    manager.add(idle)
    await bench.put('a/one')
    expect(bench.runs).toEqual([])
    await bench.clock.advance(20_000)
    expect([manager.isLeading, bench.runs.map(({ key }) => key)]).toEqual([true, ['a/one']])
  })

  test('tells the caller what is wrong with a controller', async () => {
    const manager = await parts().start([])
    const broken = controllerFor(ConfigMap)
      .with({
        rateLimiter: () => {
          throw new RangeError('no such limit')
        },
      })
      .reconcile(() => undefined)
    expect(() => manager.add(broken)).toThrow('no such limit')
  })
})

describe('Manager.remove()', () => {
  test('lets the run under way end, begins no other and stops watching what nobody else watches', async () => {
    const bench = parts()
    let finish: (() => void) | undefined
    const slow = controllerFor(Secret)
      .named('slow')
      .reads(ConfigMap)
      .reconcile(() => (finish === undefined ? new Promise<void>((resolve) => (finish = resolve)) : undefined))
    const manager = await bench.start([idle, slow])
    void bench.api.create(Secret, { metadata: { namespace: 'a', name: 's' } })
    await bench.clock.advance(0)
    let isRemoved = false
    const removing = manager.remove('slow').then(() => (isRemoved = true))
    void bench.api.create(Secret, { metadata: { namespace: 'a', name: 't' } })
    await bench.clock.advance(1000)
    expect(isRemoved).toBe(false)
    finish!()
    await bench.clock.advance(0)
    await removing
    expect(bench.ends).toHaveLength(1)
    expect(bench.api.openWatches).toBe(1)
    expect(manager.controllers).toEqual([idle])
    manager.add(slow)
    await bench.clock.advance(0)
    expect(bench.api.openWatches).toBe(2)
    expect(bench.runs.map(({ key }) => key)).toEqual(['a/s', 'a/s', 'a/t'])
  })

  test('lets the others begin when it takes out one whose informer cannot list', async () => {
    const bench = parts()
    bench.api.before = ({ resource }) => (resource === 'secrets' ? new Promise(() => undefined) : undefined)
    const manager = await bench.start([idle, controllerFor(Secret).reconcile(() => undefined)])
    await bench.put('a/one')
    expect([manager.ready, bench.runs.length]).toEqual([false, 0])
    await manager.remove('secret')
    await bench.clock.advance(0)
    expect([manager.ready, bench.runs.map(({ key }) => key)]).toEqual([true, ['a/one']])
  })

  test.each([
    ['runs', true],
    ['was not started yet', false],
  ])('forgets the indexes of what nobody else watches when the manager %s', async (_when, isStarted) => {
    const bench = parts()
    const seen: number[] = []
    const indexed = (value: string) =>
      controllerFor(ConfigMap)
        .index(ConfigMap, 'n', () => [value])
        .reconcile((_request, { lister }) => void seen.push(lister(ConfigMap).byIndex('n', 'new').length))
    const manager = isStarted ? await bench.start([indexed('old')]) : bench.make([indexed('old')])
    await manager.remove('configmap')
    manager.add(indexed('new'))
    if (!isStarted) void manager.start()
    await bench.put('a/one')
    expect(seen).toEqual([1])
  })

  test('lets a kind be watched again by who asks for its informer', async () => {
    const bench = parts()
    const manager = await bench.start([idle])
    await manager.remove('configmap')
    const informer = manager.informer(ConfigMap)
    await bench.put('a/one')
    expect([informer.hasSynced, informer.store.list().length]).toEqual([true, 1])
  })

  test('says so when there is none of the name', async () => {
    const manager = await parts().start([idle])
    await expect(manager.remove('other')).rejects.toThrow('Cannot remove controller "other": there is none of this name')
  })
})
