import { describe, expect, test } from '@jest/globals'
import { ConfigMap } from '@kubetape/api/kinds'
import { failure } from '@kubetape/apimachinery'
import { controllerFor } from './controller.ts'
import { TerminalError } from './reconcile.ts'
import { managerBench } from './testing/manager-bench.ts'

const parts = managerBench()

describe('ControllerRunner, running a key again', () => {
  test('tries again after an error, later each time, and from the beginning after a success', async () => {
    const bench = parts()
    const { clock } = bench
    const at: number[] = []
    let failures = 4
    await bench.start([
      controllerFor(ConfigMap).reconcile(() => {
        at.push(clock.monotonicMs())
        if (failures-- > 0) throw new Error('not yet')
      }),
    ])
    await bench.put('a/one')
    await clock.advance(1000)
    expect(at.map((time) => time - at[0]!)).toEqual([0, 5, 15, 35, 75])
    expect(bench.runs.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5])
    expect(bench.runs[1]!.triggers).toEqual([{ cause: 'retry' }])
    expect(bench.ends.map(({ outcome, error }) => [outcome, error])).toEqual([
      ...Array.from({ length: 4 }, () => ['error', 'not yet']),
      ['success', undefined],
    ])
    failures = 1
    await bench.put('a/one', { n: '2' })
    await clock.advance(1000)
    expect(at.slice(5).map((time) => time - at[5]!)).toEqual([0, 5])
    expect(bench.warnings).toHaveLength(5)
  })

  test('says nothing of conflicts, which only mean that somebody was faster', async () => {
    const bench = parts()
    let conflicts = 1
    await bench.start([
      controllerFor(ConfigMap).reconcile(() => {
        if (conflicts-- > 0) throw failure(409, 'Conflict', 'the object has been modified')
      }),
    ])
    await bench.put('a/one')
    await bench.clock.advance(10)
    expect(bench.ends.map(({ outcome }) => outcome)).toEqual(['error', 'success'])
    expect(bench.warnings).toEqual([])
  })

  test('does not try again after a TerminalError until something changes', async () => {
    const bench = parts()
    await bench.start([
      controllerFor(ConfigMap).reconcile(() => {
        throw new TerminalError('never')
      }),
    ])
    await bench.put('a/one')
    await bench.clock.advance(3_600_000)
    expect(bench.ends).toMatchObject([{ outcome: 'terminal-error', error: 'never' }])
    await bench.put('a/one', { n: '2' })
    expect(bench.runs.map(({ attempt }) => attempt)).toEqual([1, 1])
  })

  test('runs again after `requeueAfterMs`, and with back-off after `requeue`', async () => {
    const bench = parts()
    const at: number[] = []
    const results = [{ requeueAfterMs: 60_000 }, { requeue: true }, { requeue: true }, {}]
    await bench.start([
      controllerFor(ConfigMap).reconcile(() => {
        at.push(bench.clock.monotonicMs())
        return results.shift()
      }),
    ])
    await bench.put('a/one')
    await bench.clock.advance(120_000)
    expect(at.map((time) => time - at[0]!)).toEqual([0, 60_000, 60_005, 60_015])
    expect(bench.runs.slice(1).map(({ triggers }) => triggers)).toEqual([
      [{ cause: 'requeue' }],
      [{ cause: 'requeue' }],
      [{ cause: 'requeue' }],
    ])
    expect(bench.ends.map(({ outcome, requeueAfterMs }) => [outcome, requeueAfterMs])).toEqual([
      ['success', 60_000],
      ['requeue', undefined],
      ['requeue', undefined],
      ['success', undefined],
    ])
  })

  test('names a cause for every run, also for a requeue whose trigger an earlier run took', async () => {
    const bench = parts()
    const results = [{ requeueAfterMs: 60_000 }]
    await bench.start([controllerFor(ConfigMap).reconcile(() => results.shift())])
    await bench.put('a/one')
    await bench.clock.advance(30_000)
    await bench.put('a/one', { n: '2' })
    await bench.clock.advance(60_000)
    expect(bench.runs.map(({ triggers }) => triggers.map(({ cause }) => cause))).toEqual([['change'], ['requeue', 'change'], ['requeue']])
  })

  test('waits for more changes where a watch says so', async () => {
    const bench = parts()
    await bench.start([controllerFor(ConfigMap, { delayMs: ({ type }) => (type === 'updated' ? 1000 : 0) }).reconcile(() => undefined)])
    await bench.put('a/one')
    for (const n of ['2', '3']) {
      await bench.put('a/one', { n })
      await bench.clock.advance(400)
    }
    expect(bench.runs).toHaveLength(1)
    await bench.clock.advance(200)
    expect(bench.runs).toHaveLength(2)
  })

  test('runs everything again with each resync', async () => {
    const bench = parts()
    for (const key of ['a/one', 'b/two']) await bench.put(key)
    await bench.start([
      controllerFor(ConfigMap)
        .with({ resyncMs: 60_000 })
        .reconcile(() => undefined),
    ])
    expect(bench.runs).toHaveLength(2)
    await bench.clock.advance(120_000)
    expect(bench.runs.slice(2).map(({ key, triggers }) => [key, triggers])).toEqual(
      ['a/one', 'b/two', 'a/one', 'b/two'].map((key) => [key, [{ cause: 'resync' }]]),
    )
  })

  test('hands what a run carried to the next run of the same key, also after an error, and forgets it when it is taken back', async () => {
    const bench = parts()
    const carried: unknown[] = []
    await bench.start([
      controllerFor(ConfigMap).reconcile(({ key }, context) => {
        carried.push([key, context.carried])
        const count = ((context.carried as number | undefined) ?? 0) + 1
        context.carry(count === 3 ? undefined : count)
        if (count === 1) throw new Error('once more')
      }),
    ])
    await bench.put('a/one')
    await bench.clock.advance(100)
    await bench.put('b/two')
    await bench.put('a/one', { n: '2' })
    await bench.put('a/one', { n: '3' })
    expect(carried.filter((one) => (one as string[])[0] === 'a/one').map((one) => (one as unknown[])[1])).toEqual([
      undefined,
      1,
      2,
      undefined,
    ])
    expect(bench.runs.filter(({ key }) => key === 'a/one').map((run) => run.carried)).toEqual([undefined, 1, 2, undefined])
  })
})
