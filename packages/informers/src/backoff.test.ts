import { describe, expect, test } from '@jest/globals'
import { seededRandom } from '@kubetape/determinism'
import { VirtualClock } from '@kubetape/determinism/testing'
import { Backoff } from './backoff.ts'

const always = (value: number) => ({ nextUint32: () => value })

describe('Backoff', () => {
  test('`next()` doubles from 800 ms to 30 s', () => {
    const backoff = new Backoff(new VirtualClock(), always(0))
    expect(Array.from({ length: 8 }, () => backoff.next())).toEqual([800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000])
  })

  test('`next()` stretches each wait by up to its own length', () => {
    const backoff = new Backoff(new VirtualClock(), always(2 ** 31))
    expect([backoff.next(), backoff.next()]).toEqual([1200, 2400])
    const drawn = new Backoff(new VirtualClock(), seededRandom(3))
    for (const base of [800, 1600, 3200]) {
      const waited = drawn.next()
      expect(waited).toBeGreaterThanOrEqual(base)
      expect(waited).toBeLessThan(2 * base)
    }
  })

  test('`next()` starts over after two minutes without a failure, not before', async () => {
    const clock = new VirtualClock()
    const backoff = new Backoff(clock, always(0))
    backoff.next()
    await clock.advance(120_000)
    expect(backoff.next()).toBe(1600)
    await clock.advance(120_001)
    expect(backoff.next()).toBe(800)
  })
})
