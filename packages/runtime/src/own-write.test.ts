import { describe, expect, test } from '@jest/globals'
import { ConfigMap } from '@kubetape/api/kinds'
import { controllerFor } from './controller.ts'
import type { Reconcile } from './reconcile.ts'
import { configMap, managerBench } from './testing/manager-bench.ts'

const parts = managerBench()
const reading = (reconcile: Reconcile) => controllerFor(ConfigMap).reconcile(reconcile)

describe('own writes of a run', () => {
  test.each(['update', 'patch', 'create'])('shows the answer of a %s to the next run while the watch lags', async (verb) => {
    const bench = parts()
    let runs = 0
    await bench.put('a/one')
    await bench.start([
      reading(async (_request, { client, lister }) => {
        const name = verb === 'create' ? 'other' : 'one'
        if (++runs > 1) {
          expect(lister(ConfigMap).get('a', name)?.data).toEqual({ n: '1' })
          return {}
        }
        bench.api.lag(true)
        if (verb === 'update') await client.update(ConfigMap, configMap('a/one', { n: '1' }))
        else if (verb === 'create') await client.create(ConfigMap, configMap('a/other', { n: '1' }))
        else await client.patch(ConfigMap, { namespace: 'a', name: 'one' }, { type: 'merge', body: { data: { n: '1' } } })
        return { requeueAfterMs: 10 }
      }),
    ])
    await bench.clock.advance(10)
    expect(runs).toBe(2)
    expect(bench.runs[1]).toMatchObject({
      views: { '/v1/configmaps': '1' },
      ownWrites: [{ kind: '/v1/configmaps', key: verb === 'create' ? 'a/other' : 'a/one', resourceVersion: '2' }],
    })
    expect(bench.ends.map(({ outcome }) => outcome)).toEqual(['success', 'success'])
    bench.api.lag(false)
  })

  test('hides what it deleted from the next run, but shows what a finalizer holds', async () => {
    const bench = parts()
    await bench.put('a/free')
    await bench.put('a/held', {}, { finalizers: ['x/y'] })
    const seen: string[][] = []
    await bench.start([
      reading(async ({ name }, { client, lister }) => {
        bench.api.lag(true)
        if (name === 'free') for (const one of ['free', 'held']) await client.delete(ConfigMap, { namespace: 'a', name: one })
        seen.push(
          lister(ConfigMap)
            .list()
            .map(({ metadata }) => `${metadata.name} ${metadata.deletionTimestamp === undefined ? 'lives' : 'goes'}`),
        )
      }),
    ])
    expect(seen).toEqual([['held goes'], ['held goes']])
    bench.api.lag(false)
    await bench.clock.advance(0)
    expect(bench.runs.slice(2).flatMap(({ triggers }) => triggers.map(({ key, change }) => [key, change]))).toEqual([
      ['a/free', 'deleted'],
      ['a/held', 'updated'],
    ])
  })

  test('shows no dry run and no other subresource as a write', async () => {
    const bench = parts()
    await bench.put('a/one')
    await bench.start([
      reading(async (_request, { client, lister }) => {
        bench.api.lag(true)
        await client.update(ConfigMap, configMap('a/one', { n: 'dry' }), { dryRun: true })
        await client.update(ConfigMap, configMap('a/one', { n: 'scale' }), { subresource: 'scale' })
        expect(lister(ConfigMap).get('a', 'one')!.data).toEqual({})
      }),
    ])
    expect(bench.ends).toMatchObject([{ outcome: 'success' }])
    bench.api.lag(false)
  })
})
