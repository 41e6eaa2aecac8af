import { describe, expect, test } from '@jest/globals'
import { ConfigMap } from '@kubetape/api/kinds'
import { controllerFor } from './controller.ts'
import type { ReconcileContext } from './reconcile.ts'
import { executeRun, type RunInputs, type RunOutcome } from './run.ts'

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
