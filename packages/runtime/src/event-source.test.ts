import { describe, expect, test } from '@jest/globals'
import { ConfigMap } from '@kubetape/api/kinds'
import { Subject } from 'rxjs'
import { controllerFor } from './controller.ts'
import { keysOf, timerSource } from './event-source.ts'
import { managerBench } from './testing/manager-bench.ts'

const parts = managerBench()

describe('ControllerBuilder.source()', () => {
  test('reconciles the keys that come from outside, and says so on the tape', async () => {
    const bench = parts()
    const mail = new Subject<string | string[]>()
    await bench.start([
      controllerFor(ConfigMap)
        .source('mail', () => mail)
        .reconcile(() => undefined),
    ])
    mail.next('a/one')
    mail.next(['a/two', 'a/three'])
    await bench.clock.advance(0)
    expect(bench.runs.map(({ key, triggers }) => [key, triggers])).toEqual(
      ['a/one', 'a/two', 'a/three'].map((key) => [key, [{ cause: 'source', source: 'mail' }]]),
    )
  })

  test('subscribes to a source that failed again, later each time, and to none after the stop', async () => {
    const bench = parts()
    let subscriptions = 0
    const manager = await bench.start([
      controllerFor(ConfigMap)
        .source('broken', () => {
          subscriptions++
          throw new Error('away')
        })
        .reconcile(() => undefined),
    ])
    expect(subscriptions).toBe(1)
    await bench.clock.advance(1000)
    expect(subscriptions).toBe(2)
    await bench.clock.advance(1999)
    expect(subscriptions).toBe(2)
    await bench.clock.advance(1)
    expect(subscriptions).toBe(3)
    await bench.clock.advance(600_000)
    expect(subscriptions).toBe(3 + 4 + 9)
    expect(bench.warnings).toContain('an event source failed and will be subscribed to again')
    const stopping = manager.stop()
    await bench.clock.advance(600_000)
    await stopping
    expect(subscriptions).toBe(16)
  })
})

describe('ControllerBuilder.every()', () => {
  test('reconciles what the informers know, once a period', async () => {
    const bench = parts()
    await bench.put('a/one')
    await bench.start([
      controllerFor(ConfigMap)
        .every(60_000, (lookup) => keysOf(lookup(ConfigMap).list()))
        .reconcile(() => undefined),
    ])
    await bench.clock.advance(120_000)
    expect(bench.runs.map(({ triggers }) => triggers[0]?.cause)).toEqual(['change', 'source', 'source'])
  })

  test('goes on after its function threw, and after it answered no keys', async () => {
    const bench = parts()
    const answers: (() => string[])[] = [
      () => {
        throw new Error('not now')
      },
      () => 7 as unknown as string[],
    ]
    const next = (): string[] => answers.shift()?.() ?? ['a/one']
    await bench.start([
      controllerFor(ConfigMap)
        .every(60_000, next)
        .reconcile(() => undefined),
    ])
    await bench.clock.advance(182_999)
    expect([bench.runs.length, bench.warnings.filter((text) => text.startsWith('an event source failed')).length]).toEqual([0, 2])
    await bench.clock.advance(1)
    expect(bench.runs.map(({ key }) => key)).toEqual(['a/one'])
  })

  test('refuses a period that is none', () => {
    expect(() => timerSource('t', 0, () => [])).toThrow('Cannot run every 0 ms')
  })
})
