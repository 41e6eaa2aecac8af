import { describe, expect, test } from '@jest/globals'
import { ConfigMap, Pod, Secret } from '@kubetape/api/kinds'
import { controllerFor } from './controller.ts'
import { generationChanged } from './predicate.ts'
import { managerBench } from './testing/manager-bench.ts'

const parts = managerBench()

/** Waits until a test lets it go on. */
function gate(): { open: () => void; wait: () => Promise<void> } {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { open, wait: () => opened }
}

describe('ControllerRunner', () => {
  test('reconciles what is there at first, then each addition, update and deletion', async () => {
    const bench = parts()
    await bench.put('a/one')
    const seen: string[] = []
    await bench.start([
      controllerFor(ConfigMap).reconcile(({ namespace, name }, { lister }) => {
        seen.push(`${name} ${lister(ConfigMap).get(namespace, name)?.data?.['n'] ?? 'gone'}`)
      }),
    ])
    await bench.put('a/two', { n: '2' })
    await bench.put('a/one', { n: '3' })
    await bench.remove('a/two')
    expect(seen).toEqual(['one gone', 'two 2', 'one 3', 'two gone'])
    expect(bench.runs.map(({ triggers }) => triggers)).toEqual([
      [{ cause: 'change', resource: 'configmaps', key: 'a/one', change: 'added', resourceVersion: '1' }],
      [{ cause: 'change', resource: 'configmaps', key: 'a/two', change: 'added', resourceVersion: '2' }],
      [{ cause: 'change', resource: 'configmaps', key: 'a/one', change: 'updated', resourceVersion: '3' }],
      [{ cause: 'change', resource: 'configmaps', key: 'a/two', change: 'deleted', resourceVersion: '4' }],
    ])
  })

  test('reconciles the owner of what it owns, and what a mapping says of what it watches', async () => {
    const bench = parts()
    const keys: string[] = []
    await bench.start([
      controllerFor(Pod)
        .owns(Secret)
        .watches(ConfigMap, ({ object }, lookup) => [
          ...Object.keys(object.data ?? {}).map((name) => `a/${name}`),
          `a/secrets-${lookup(Secret).list().length}`,
        ])
        .reconcile(({ key }) => void keys.push(key)),
    ])
    const ownerReferences = [{ apiVersion: 'v1', kind: 'Pod', name: 'owner', uid: 'u', controller: true }]
    void bench.api.create(Secret, { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'a', name: 's', ownerReferences } })
    await bench.clock.advance(0)
    await bench.put('a/map', { x: '', y: '' })
    expect(keys).toEqual(['a/owner', 'a/x', 'a/y', 'a/secrets-1'])
    expect(bench.runs[1]!.triggers).toEqual([
      { cause: 'change', resource: 'configmaps', key: 'a/map', change: 'added', resourceVersion: '2' },
    ])
  })

  test('lets a predicate drop updates, but no deletion and no start of one', async () => {
    const bench = parts()
    const keys: string[] = []
    await bench.start([controllerFor(ConfigMap, { predicate: generationChanged }).reconcile(({ key }) => void keys.push(key))])
    await bench.put('a/one', {}, { generation: 1, finalizers: ['x/y'] })
    await bench.put('a/one', { n: '2' }, { generation: 1, finalizers: ['x/y'] })
    expect(keys).toHaveLength(1)
    await bench.put('a/one', { n: '3' }, { generation: 2, finalizers: ['x/y'] })
    expect(keys).toHaveLength(2)
    await bench.remove('a/one')
    expect(bench.api.peek(ConfigMap, 'a/one')?.metadata?.deletionTimestamp).toBeDefined()
    expect(keys).toHaveLength(3)
    await bench.put('a/one', {}, { generation: 2, deletionTimestamp: '2024-08-13T00:00:00Z' })
    expect(bench.api.peek(ConfigMap, 'a/one')).toBeUndefined()
    expect(keys).toHaveLength(4)
  })

  test('makes one run of many changes, with all their triggers', async () => {
    const bench = parts()
    const { open, wait } = gate()
    let runs = 0
    await bench.start([
      controllerFor(ConfigMap).reconcile(async () => {
        if (++runs === 1) await wait()
      }),
    ])
    await bench.put('a/one')
    for (const n of ['2', '3', '4']) await bench.put('a/one', { n })
    expect(runs).toBe(1)
    open()
    await bench.clock.advance(0)
    expect(runs).toBe(2)
    expect(bench.runs[1]!.triggers.map(({ resourceVersion }) => resourceVersion)).toEqual(['2', '3', '4'])
  })

  test('runs as many keys at once as it may, and never one key twice', async () => {
    const bench = parts()
    const running = new Set<string>()
    let most = 0
    await bench.start([
      controllerFor(ConfigMap)
        .with({ concurrencyMax: 3 })
        .reconcile(async ({ key }, { client }) => {
          expect(running.has(key)).toBe(false)
          running.add(key)
          most = Math.max(most, running.size)
          await new Promise<void>((resolve) => bench.clock.setTimer(resolve, 100))
          await client.get(ConfigMap, { namespace: 'a', name: 'n1' })
          running.delete(key)
        }),
    ])
    for (let n = 0; n < 6; n++) await bench.put(`a/n${n}`)
    for (let round = 0; round < 20; round++) {
      await bench.put(`a/n${round % 6}`, { round: String(round) })
      await bench.clock.advance(30)
    }
    await bench.clock.advance(10_000)
    expect(most).toBe(3)
    expect(running.size).toBe(0)
    expect(bench.ends.every(({ outcome }) => outcome === 'success')).toBe(true)
  })

  test('takes what changes before what was there at first', async () => {
    const bench = parts()
    for (let n = 0; n < 5; n++) await bench.put(`a/old${n}`)
    const { open, wait } = gate()
    let runs = 0
    await bench.start([
      controllerFor(ConfigMap).reconcile(async () => {
        if (++runs === 1) await wait()
      }),
    ])
    await bench.put('a/new')
    open()
    await bench.clock.advance(0)
    expect(bench.runs.map(({ key }) => key)).toEqual(['a/old0', 'a/new', 'a/old1', 'a/old2', 'a/old3', 'a/old4'])
  })

  test('measures runs and how many are under way', async () => {
    const bench = parts()
    const measured: unknown[] = []
    const metrics = {
      queue: undefined,
      reconciled: (controller: string, result: string, seconds: number) => measured.push([controller, result, seconds]),
      activeWorkers: (_controller: string, count: number) => measured.push(count),
    }
    const results = [{ requeueAfterMs: 1000 }, {}]
    const reconcile = async () => {
      await new Promise<void>((resolve) => bench.clock.setTimer(resolve, 250))
      return results.shift()
    }
    await bench.start([controllerFor(ConfigMap).reconcile(reconcile)], { metrics })
    await bench.put('a/one')
    await bench.clock.advance(2000)
    expect(measured).toEqual([1, ['configmap', 'requeue_after', 0.25], 0, 1, ['configmap', 'success', 0.25], 0])
  })
})
