import { describe, expect, test } from '@jest/globals'
import { VirtualClock } from '@kubetape/determinism/testing'
import { Queue, SHUTDOWN } from './queue.ts'

function newQueue<T = string>(options: { oldestEvery?: number } = {}): Queue<T> {
  return new Queue<T>({ clock: new VirtualClock(), ...options })
}

async function drain<T>(queue: Queue<T>): Promise<T[]> {
  const seen: T[] = []
  queue.shutDown()
  for (let got = await queue.get(); got !== SHUTDOWN; got = await queue.get()) {
    seen.push(got)
    queue.done(got)
  }
  return seen
}

describe('add()', () => {
  test('hands items out in the order in which they were added', async () => {
    const queue = newQueue()
    for (const item of ['a', 'b', 'c']) queue.add(item)
    expect(queue.len()).toBe(3)
    expect(await drain(queue)).toEqual(['a', 'b', 'c'])
  })

  test('hands an item out once when it was added several times', async () => {
    const queue = newQueue()
    for (const item of ['a', 'b', 'a', 'a']) queue.add(item)
    expect(queue.len()).toBe(2)
    expect(await drain(queue)).toEqual(['a', 'b'])
  })

  test('holds an item back until done() when it is being processed', async () => {
    const queue = newQueue()
    queue.add('a')
    expect(await queue.get()).toBe('a')
    queue.add('a')
    queue.add('a')
    expect([queue.len(), queue.processing]).toEqual([0, 1])
    queue.done('a')
    expect([queue.len(), queue.processing]).toEqual([1, 0])
    expect(await drain(queue)).toEqual(['a'])
  })

  test('compares items as Map keys', async () => {
    const queue = newQueue<object | number>()
    const one = { n: 1 }
    for (const item of [one, { n: 1 }, one, NaN, NaN]) queue.add(item)
    expect(await drain(queue)).toEqual([{ n: 1 }, { n: 1 }, NaN])
  })

  test('lets a waiting get() see all adds of one turn', async () => {
    const queue = newQueue()
    const got = [queue.get(), queue.get()]
    queue.add('low')
    queue.add('high', { priority: 5 })
    queue.add('low')
    expect(await Promise.all(got)).toEqual(['high', 'low'])
    queue.done('low')
    expect(queue.len()).toBe(0)
  })

  test('refuses a priority that is no finite number', () => {
    expect(() => newQueue().add('a', { priority: NaN })).toThrow('Cannot add an item: its priority is NaN, not a finite number')
  })
})

describe('priority', () => {
  test('hands out the highest first, first in first out within one', async () => {
    const queue = newQueue()
    queue.add('low1', { priority: -100 })
    queue.add('mid1')
    queue.add('high1', { priority: 10 })
    queue.add('mid2')
    queue.add('high2', { priority: 10 })
    queue.add('low2', { priority: -100 })
    expect(await drain(queue)).toEqual(['high1', 'high2', 'mid1', 'mid2', 'low1', 'low2'])
  })

  test('promotes an item that is added again with a higher one, and never demotes', async () => {
    const queue = newQueue()
    for (const item of ['a', 'b', 'c']) queue.add(item)
    queue.add('c', { priority: 1 })
    queue.add('c', { priority: -1 })
    expect(await drain(queue)).toEqual(['c', 'a', 'b'])
  })

  test('takes the highest of the adds during processing', async () => {
    const queue = newQueue()
    queue.add('a', { priority: 50 })
    await queue.get()
    queue.add('a')
    queue.add('a', { priority: 2 })
    queue.add('b', { priority: 1 })
    queue.add('c', { priority: 3 })
    queue.done('a')
    expect(await drain(queue)).toEqual(['c', 'a', 'b'])
  })

  test('never starves a low one: every n-th hand-out takes the oldest', async () => {
    const queue = newQueue({ oldestEvery: 4 })
    queue.add('low', { priority: -1 })
    const seen: unknown[] = []
    for (let turn = 0; turn < 5; turn++) {
      queue.add(`high${turn}`, { priority: 1 })
      const got = await queue.get()
      seen.push(got)
      queue.done(got as string)
    }
    expect(seen).toEqual(['high0', 'high1', 'high2', 'low', 'high3'])
  })

  test('is refused its rescue of the oldest when oldestEvery is no whole number from 1', () => {
    expect(() => newQueue({ oldestEvery: 0 })).toThrow('Cannot make a queue: oldestEvery is 0, not a whole number from 1')
  })
})

describe('get()', () => {
  test('serves the calls that wait in their order', async () => {
    const queue = newQueue()
    const order: string[] = []
    const calls = ['first', 'second', 'third'].map((name) => queue.get().then((got) => order.push(`${name}=${String(got)}`)))
    queue.add('a')
    await Promise.resolve()
    queue.add('b')
    queue.add('c')
    await Promise.all(calls)
    expect(order).toEqual(['first=a', 'second=b', 'third=c'])
  })

  test('does not overtake a call that waits already', async () => {
    const queue = newQueue()
    const earlier = queue.get()
    queue.add('a')
    const later = queue.get()
    queue.add('b')
    expect([await earlier, await later]).toEqual(['a', 'b'])
  })
})

describe('done()', () => {
  test('ignores an item that is not being processed', async () => {
    const queue = newQueue()
    queue.add('a')
    queue.done('a')
    queue.done('stranger')
    expect([queue.len(), queue.processing]).toEqual([1, 0])
    expect(await drain(queue)).toEqual(['a'])
  })
})

describe('shutDown()', () => {
  test('hands out what waits, ignores adds, then answers SHUTDOWN', async () => {
    const queue = newQueue()
    queue.add('a')
    queue.shutDown()
    queue.add('b')
    expect(queue.shuttingDown).toBe(true)
    expect(await queue.get()).toBe('a')
    expect(await queue.get()).toBe(SHUTDOWN)
  })

  test('wakes every call of get() that waits', async () => {
    const queue = newQueue()
    const calls = [queue.get(), queue.get()]
    queue.add('a')
    queue.shutDown()
    expect(await Promise.all(calls)).toEqual(['a', SHUTDOWN])
  })

  test('ends a drain at once', async () => {
    const queue = newQueue()
    queue.add('a')
    await queue.get()
    const drained = queue.shutDownWithDrain()
    queue.shutDown()
    await drained
    expect(queue.processing).toBe(1)
  })
})

describe('shutDownWithDrain()', () => {
  test('resolves when everything that waited is done', async () => {
    const queue = newQueue()
    queue.add('a')
    queue.add('b')
    let drained = false
    const draining = queue.shutDownWithDrain().then(() => (drained = true))
    for (const item of ['a', 'b']) {
      expect(await queue.get()).toBe(item)
      await Promise.resolve()
      expect(drained).toBe(false)
      queue.done(item)
    }
    await draining
    expect(await queue.get()).toBe(SHUTDOWN)
  })

  test('waits for an item that was added while it was processed', async () => {
    const queue = newQueue()
    queue.add('a')
    await queue.get()
    queue.add('a')
    let drained = false
    const draining = queue.shutDownWithDrain().then(() => (drained = true))
    queue.done('a')
    expect(await queue.get()).toBe('a')
    expect(drained).toBe(false)
    queue.done('a')
    await draining
  })

  test('resolves at once when nothing is there', async () => {
    const queue = newQueue()
    await Promise.all([queue.shutDownWithDrain(), queue.shutDownWithDrain()])
  })
})
