import { describe, expect, test } from '@jest/globals'
import { ConfigMap } from '@kubetape/api/kinds'
import { controllerFor } from './controller.ts'
import type { ReconcileContext } from './reconcile.ts'
import { executeRun, type RunInputs, type RunOutcome } from './run.ts'
import { managerBench } from './testing/manager-bench.ts'

const parts = managerBench()

/** A run that does only this. */
const run = (reconcile: (context: ReconcileContext) => void, carried?: unknown): Promise<RunOutcome> =>
  executeRun(
    controllerFor(ConfigMap).reconcile((_request, context) => reconcile(context)),
    'a/one',
    { carried } as RunInputs,
  )

describe('executeRun()', () => {
  test('carries what the state was when it was handed over, frozen', async () => {
    const state = { seen: ['x'], left: undefined }
    const { carried } = await run(({ carry }) => {
      carry(state)
      state.seen.push('y')
    })
    expect(carried).toStrictEqual({ seen: ['x'] })
    const { error } = await run((context) => void (context.carried as typeof state).seen.push('z'), carried)
    expect(error).toBeInstanceOf(TypeError)
    expect(carried).toStrictEqual({ seen: ['x'] })
  })

  test('carries on what it was given, and clears it when told undefined', async () => {
    expect((await run(() => undefined, 'before')).carried).toBe('before')
    expect((await run(({ carry }) => carry(undefined), 'before')).carried).toBeUndefined()
    expect((await run(({ carry }) => carry(null), 'before')).carried).toBeNull()
  })

  test('ends with an error, and what it was given, when the state is no JSON', async () => {
    const circle: Record<string, unknown> = {}
    circle['self'] = circle
    for (const state of [1n, circle, () => undefined, Symbol('x')]) {
      const { error, carried } = await run(({ carry }) => carry(state), 'before')
      expect([error, carried]).toEqual([expect.any(TypeError), 'before'])
    }
  })
})

describe('ReconcileContext.apply()', () => {
  test('applies under the name of the controller, by force unless told otherwise', async () => {
    const bench = parts()
    const asked: unknown[] = []
    const patched = async (...args: unknown[]): Promise<never> => {
      asked.push(args.slice(1))
      throw new Error('enough')
    }
    bench.api.patch = patched
    await bench.put('a/one')
    await bench.start([
      controllerFor(ConfigMap)
        .named('mapper')
        .reconcile(async (_request, { apply }) => {
          await apply(ConfigMap, { metadata: { namespace: 'a', name: 'two' }, data: { n: '1' } })
        }),
    ])
    expect(asked[0]).toMatchObject([
      { namespace: 'a', name: 'two' },
      { type: 'apply', body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'a', name: 'two' }, data: { n: '1' } } },
      { fieldManager: 'mapper', force: true },
    ])
  })
})

describe('ReconcileContext.patch()', () => {
  test('sends the difference, under the version that it was made from if asked to, and nothing where there is none', async () => {
    const bench = parts()
    await bench.put('a/one', { n: '1', m: '1' })
    const answers: unknown[] = []
    await bench.start([
      controllerFor(ConfigMap).reconcile(async ({ namespace, name }, { lister, patch }) => {
        const map = lister(ConfigMap).get(namespace, name)!
        if (answers.length > 0) return
        answers.push(await patch(ConfigMap, map, map))
        answers.push(await patch(ConfigMap, map, { ...map, data: { n: '2' } }, { optimisticLock: true }))
      }),
    ])
    expect(answers).toMatchObject([undefined, { data: { n: '2' } }])
    expect(bench.api.requests.filter(({ verb }) => verb === 'patch').map(({ body }) => body)).toEqual([
      { data: { n: '2', m: null }, metadata: { resourceVersion: '1' } },
    ])
  })
})
