import { describe, expect, test } from '@jest/globals'
import { seededRandom, randomInt } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { DelayingQueue } from './delaying-queue.ts'
import { SHUTDOWN } from './queue.ts'

function setUp(): { clock: VirtualClock; queue: DelayingQueue<string> } {
  const clock = new VirtualClock()
  return { clock, queue: new DelayingQueue({ clock }) }
}

describe('addAfter()', () => {
  test('adds when the delay has passed, not before', async () => {
    const { clock, queue } = setUp()
    queue.addAfter('a', 50)
    await clock.advance(49)
    expect([queue.len(), queue.delayed]).toEqual([0, 1])
    await clock.advance(1)
    expect([queue.len(), queue.delayed]).toEqual([1, 0])
  })

  test('adds at once when the delay is not above 0', () => {
    const { queue, clock } = setUp()
    queue.addAfter('a', 0)
    queue.addAfter('b', -5)
    expect([queue.len(), queue.delayed, clock.pendingTimers]).toEqual([2, 0, 0])
  })

  test('keeps the earliest instant of an item', async () => {
    const { clock, queue } = setUp()
    queue.addAfter('later-first', 100)
    queue.addAfter('later-first', 30)
    queue.addAfter('earlier-first', 30)
    queue.addAfter('earlier-first', 100)
    await clock.advance(30)
    expect([queue.len(), queue.delayed, clock.pendingTimers]).toEqual([2, 0, 0])
    await clock.advance(1000)
    expect(queue.len()).toBe(2)
  })

  test('keeps the highest priority of an item', async () => {
    const { clock, queue } = setUp()
    queue.addAfter('plain', 10)
    queue.addAfter('urgent', 20, { priority: 3 })
    queue.addAfter('urgent', 15, { priority: 1 })
    await clock.advance(20)
    expect([await queue.get(), await queue.get()]).toEqual(['urgent', 'plain'])
  })

  test('uses one timer and releases in the order of the instants', async () => {
    const { clock, queue } = setUp()
    const random = seededRandom(11)
    const delays = Array.from({ length: 500 }, (_, i) => ({ item: `i${i}`, at: 1 + randomInt(random, 100), order: i }))
    for (const { item, at } of delays) queue.addAfter(item, at)
    expect(clock.pendingTimers).toBe(1)
    await clock.advance(100)
    const expected = delays.toSorted((a, b) => a.at - b.at || a.order - b.order).map(({ item }) => item)
    const got: unknown[] = []
    while (queue.len() > 0) got.push(await queue.get())
    expect(got).toEqual(expected)
  })

  test('does not keep an item from being added meanwhile', async () => {
    const { clock, queue } = setUp()
    queue.addAfter('a', 50)
    queue.add('a')
    expect(await queue.get()).toBe('a')
    queue.done('a')
    await clock.advance(50)
    expect(await queue.get()).toBe('a')
  })

  test('waits for done() when the instant comes while the item is processed', async () => {
    const { clock, queue } = setUp()
    queue.add('a')
    await queue.get()
    queue.addAfter('a', 5)
    await clock.advance(5)
    expect(queue.len()).toBe(0)
    queue.done('a')
    expect(queue.len()).toBe(1)
  })

  test('is not moved by a jump of the wall clock', async () => {
    const { clock, queue } = setUp()
    queue.addAfter('a', 1000)
    clock.jumpWall(3_600_000)
    await clock.advance(999)
    expect(queue.len()).toBe(0)
  })
})

describe('shutDown()', () => {
  test('forgets what is not due, sets no more timers', async () => {
    const { clock, queue } = setUp()
    queue.addAfter('a', 10)
    queue.shutDown()
    queue.addAfter('b', 10)
    expect([queue.delayed, clock.pendingTimers]).toEqual([0, 0])
    await clock.advance(10)
    expect(await queue.get()).toBe(SHUTDOWN)
  })

  test('is not kept waiting by delays when it drains', async () => {
    const { clock, queue } = setUp()
    queue.addAfter('a', 10)
    await queue.shutDownWithDrain()
    expect(clock.pendingTimers).toBe(0)
  })
})
