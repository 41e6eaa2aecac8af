import { describe, expect, test } from '@jest/globals'
import { VirtualClock } from '@kubetape/determinism/testing'
import { bucketRateLimiter, defaultControllerRateLimiter, exponentialRateLimiter, maxOfRateLimiter } from './rate-limiters.ts'
import { RateLimitingQueue } from './rate-limiting-queue.ts'

const times = (n: number, fn: () => number): number[] => Array.from({ length: n }, fn)

describe('exponentialRateLimiter()', () => {
  test('doubles from 5 ms for each item alone', () => {
    const limiter = exponentialRateLimiter<string>()
    expect(times(5, () => limiter.when('a'))).toEqual([5, 10, 20, 40, 80])
    expect(limiter.when('b')).toBe(5)
    expect([limiter.numRequeues('a'), limiter.numRequeues('b'), limiter.numRequeues('c')]).toEqual([5, 1, 0])
  })

  test('ends at 1000 s, however many failures follow', () => {
    const limiter = exponentialRateLimiter<string>()
    expect(times(19, () => limiter.when('a')).slice(-2)).toEqual([655_360, 1_000_000])
    expect(times(3000, () => limiter.when('a')).at(-1)).toBe(1_000_000)
  })

  test('starts again after forget()', () => {
    const limiter = exponentialRateLimiter<string>({ baseMs: 1, maxMs: 3 })
    expect(times(3, () => limiter.when('a'))).toEqual([1, 2, 3])
    limiter.forget('a')
    expect([limiter.numRequeues('a'), limiter.when('a')]).toEqual([0, 1])
  })
})

describe('bucketRateLimiter()', () => {
  test('lets the burst through, then one every tenth of a second', () => {
    const limiter = bucketRateLimiter<string>({ clock: new VirtualClock() })
    expect(times(100, () => limiter.when('a'))).toEqual(new Array(100).fill(0))
    expect(times(3, () => limiter.when('a'))).toEqual([100, 200, 300])
  })

  test('fills with time, up to the burst', async () => {
    const clock = new VirtualClock()
    const limiter = bucketRateLimiter<string>({ clock, qps: 2, burst: 3 })
    times(5, () => limiter.when('a'))
    await clock.advance(500)
    expect(limiter.when('a')).toBe(1000)
    await clock.advance(3_600_000)
    expect(times(4, () => limiter.when('a'))).toEqual([0, 0, 0, 500])
    limiter.forget('a')
    expect(limiter.numRequeues('a')).toBe(0)
  })
})

describe('maxOfRateLimiter()', () => {
  test('answers the longest delay and the highest count, and forgets in all', () => {
    const limiter = maxOfRateLimiter<string>(exponentialRateLimiter({ baseMs: 3 }), exponentialRateLimiter({ baseMs: 5, maxMs: 10 }))
    expect(times(4, () => limiter.when('a'))).toEqual([5, 10, 12, 24])
    expect(limiter.numRequeues('a')).toBe(4)
    limiter.forget('a')
    expect([limiter.numRequeues('a'), limiter.when('a')]).toEqual([0, 5])
  })
})

describe('defaultControllerRateLimiter()', () => {
  test('delays by the bucket when many items fail once', () => {
    const limiter = defaultControllerRateLimiter<number>({ clock: new VirtualClock() })
    const delays = Array.from({ length: 103 }, (_, item) => limiter.when(item))
    expect([delays[0], delays[99], delays[100], delays[102]]).toEqual([5, 5, 100, 300])
  })

  test('takes the bounds of the back-off and the size of the bucket', () => {
    const limiter = defaultControllerRateLimiter<string>({ clock: new VirtualClock(), baseMs: 200, maxMs: 500, qps: 1, burst: 4 })
    expect(times(5, () => limiter.when('a'))).toEqual([200, 400, 500, 500, 1000])
  })
})

describe('addRateLimited()', () => {
  test('adds after longer and longer delays until forget()', async () => {
    const clock = new VirtualClock()
    const queue = new RateLimitingQueue<string>({ clock })
    const waits: number[] = []
    for (let failure = 0; failure < 4; failure++) {
      if (failure === 3) queue.forget('a')
      const startedMs = clock.monotonicMs()
      queue.addRateLimited('a')
      await clock.advanceUntil(() => queue.len() === 1)
      waits.push(clock.monotonicMs() - startedMs)
      queue.done((await queue.get()) as string)
    }
    expect(waits).toEqual([5, 10, 20, 5])
    expect(queue.numRequeues('a')).toBe(1)
  })

  test('carries the priority to the instant of the add', async () => {
    const clock = new VirtualClock()
    const queue = new RateLimitingQueue<string>({ clock, rateLimiter: exponentialRateLimiter({ baseMs: 7 }) })
    queue.addAfter('plain', 1)
    queue.addRateLimited('urgent', { priority: 1 })
    await clock.advance(7)
    expect(await queue.get()).toBe('urgent')
  })
})
