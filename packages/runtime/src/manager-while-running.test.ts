import { describe, expect, test } from '@jest/globals'
import { ConfigMap, Secret } from '@kubetape/api/kinds'
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

  test('says so when there is none of the name', async () => {
    const manager = await parts().start([idle])
    await expect(manager.remove('other')).rejects.toThrow('Cannot remove controller "other": there is none of this name')
  })
})
