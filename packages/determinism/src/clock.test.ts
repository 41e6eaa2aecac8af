import { describe, expect, test } from '@jest/globals'
import { sleep } from './clock.ts'
import { clockScheduler } from './rx-scheduler.ts'
import { VirtualClock } from './testing/virtual-clock.ts'
import { interval, take, toArray } from 'rxjs'

describe('VirtualClock', () => {
  test('advance() fires timers in order of time, then of setting', async () => {
    const clock = new VirtualClock()
    const seen: string[] = []
    clock.setTimer(() => seen.push('b'), 20)
    clock.setTimer(() => seen.push('a'), 10)
    clock.setTimer(() => seen.push('c'), 20)
    await clock.advance(15)
    expect(seen).toEqual(['a'])
    await clock.advance(5)
    expect(seen).toEqual(['a', 'b', 'c'])
  })

  test('advance() moves wall and monotonic time together, jumpWall() the wall alone', async () => {
    const clock = new VirtualClock({ startMs: 1000 })
    await clock.advance(500)
    clock.jumpWall(-10_000)
    expect([clock.wallMs(), clock.monotonicMs()]).toEqual([-8500, 500])
  })

  test('a timer set by a timer fires within the same advance() when it is due', async () => {
    const clock = new VirtualClock()
    const seen: number[] = []
    clock.setTimer(() => clock.setTimer(() => seen.push(clock.monotonicMs()), 5), 5)
    await clock.advance(10)
    expect(seen).toEqual([10])
  })
})

describe('sleep()', () => {
  test('resolves when the time has passed', async () => {
    const clock = new VirtualClock()
    let done = false
    void sleep(clock, 100).then(() => (done = true))
    await clock.advance(99)
    expect(done).toBe(false)
    await clock.advance(1)
    expect(done).toBe(true)
  })

  test('rejects with the reason when aborted, and leaves no timer behind', async () => {
    const clock = new VirtualClock()
    const abort = new AbortController()
    const slept = sleep(clock, 100, { signal: abort.signal })
    abort.abort(new Error('stopped'))
    await expect(slept).rejects.toThrow('stopped')
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('clockScheduler()', () => {
  test('drives RxJS operators by the clock', async () => {
    const clock = new VirtualClock()
    let seen: number[] = []
    interval(1000, clockScheduler(clock))
      .pipe(take(3), toArray())
      .subscribe((all) => (seen = all))
    await clock.advance(2999)
    expect(seen).toEqual([])
    await clock.advance(1)
    expect(seen).toEqual([0, 1, 2])
    expect(clock.pendingTimers).toBe(0)
  })
})
