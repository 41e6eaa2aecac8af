import { describe, expect, test } from '@jest/globals'
import { ConfigMap } from '@kubetape/api/kinds'
import { controllerFor } from './controller.ts'
import { controllerReference } from './owner-reference.ts'
import { managerBench } from './testing/manager-bench.ts'

const NAME = 'example.com/cleanup'
const parts = managerBench()

describe('ControllerBuilder.finalizer()', () => {
  test('adds the finalizer first, cleans up before the object goes, and keeps the finalizers of others', async () => {
    const bench = parts()
    const seen: string[] = []
    await bench.start([
      controllerFor(ConfigMap)
        .finalizer(NAME, ({ metadata }) => void seen.push(`cleanup ${metadata.name}`))
        .reconcile(({ namespace, name }, { lister }) => {
          seen.push(`reconcile ${name} ${lister(ConfigMap).get(namespace, name)?.metadata.finalizers?.join(' ') ?? 'gone'}`)
        }),
    ])
    await bench.put('a/one', {}, { finalizers: ['other.com/f'] })
    expect(bench.api.peek(ConfigMap, 'a/one')?.metadata?.finalizers).toEqual(['other.com/f', NAME])
    await bench.remove('a/one')
    expect(bench.api.peek(ConfigMap, 'a/one')?.metadata?.finalizers).toEqual(['other.com/f'])
    expect(seen.filter((one) => one.startsWith('cleanup'))).toEqual(['cleanup one'])
    expect(seen[0]).toBe(`reconcile one other.com/f ${NAME}`)
  })

  test('is on the objects only that `on` holds for, and cleans one up that it no longer holds for', async () => {
    const bench = parts()
    const seen: string[] = []
    await bench.start([
      controllerFor(ConfigMap)
        .finalizer(NAME, ({ metadata }) => void seen.push(`cleanup ${metadata.name}`), { on: ({ data }) => data?.['kept'] === 'yes' })
        .reconcile(({ name }) => void seen.push(`reconcile ${name}`)),
    ])
    await bench.put('a/one', { kept: 'yes' })
    await bench.put('a/two', {})
    expect(bench.api.peek(ConfigMap, 'a/one')?.metadata?.finalizers).toEqual([NAME])
    expect(bench.api.peek(ConfigMap, 'a/two')?.metadata?.finalizers).toBeUndefined()
    seen.length = 0
    await bench.put('a/one', { kept: 'no' }, { finalizers: [NAME] })
    expect(bench.api.peek(ConfigMap, 'a/one')?.metadata?.finalizers ?? []).toEqual([])
    expect(seen.slice(0, 2)).toEqual(['cleanup one', 'reconcile one'])
  })

  test('cleans up again after a failure, and waits as long as the cleanup asks for', async () => {
    const bench = parts()
    let calls = 0
    await bench.start([
      controllerFor(ConfigMap)
        .finalizer(NAME, () => {
          calls++
          if (calls === 1) throw new Error('the outside is away')
          return calls === 2 ? { requeueAfterMs: 5000 } : undefined
        })
        .reconcile(() => undefined),
    ])
    await bench.put('a/one')
    await bench.remove('a/one')
    await bench.clock.advance(1000)
    expect([calls, bench.api.peek(ConfigMap, 'a/one')?.metadata?.finalizers]).toEqual([2, [NAME]])
    await bench.clock.advance(5000)
    expect([calls, bench.api.peek(ConfigMap, 'a/one')]).toEqual([3, undefined])
  })
})

describe('controllerReference()', () => {
  test('refers to the owner as its controller', () => {
    const owner = { metadata: { name: 'one', uid: 'u' } }
    expect(
      controllerReference({ group: 'apps', version: 'v1', kind: 'Deployment', resource: 'deployments', namespaced: true }, owner),
    ).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      name: 'one',
      uid: 'u',
      controller: true,
      blockOwnerDeletion: true,
    })
  })

  test('refuses an owner that was not stored', () => {
    expect(() => controllerReference(ConfigMap as never, { metadata: { name: 'one' } })).toThrow('it has no uid')
  })
})
