import { describe, expect, test } from '@jest/globals'
import { seededRandom } from '@kubetape/determinism'
import { offsetSet } from './offset-set.ts'

describe('offsetSet()', () => {
  test.each([1, 6, 31, 32, 33, 1023, 1024, 1025, 40_000])('finds every free offset of %d, and none when all are taken', (limit) => {
    const set = offsetSet(limit)
    for (let offset = 0; offset < limit; offset++) {
      expect(set.freeFrom(0, limit)).toBe(offset)
      set.add(offset)
    }
    expect([set.size, set.freeFrom(0, limit)]).toEqual([limit, undefined])
    set.delete(limit - 1)
    expect([set.freeFrom(0, limit), set.freeFrom(limit - 1, limit), set.freeFrom(0, limit - 1)]).toEqual([limit - 1, limit - 1, undefined])
  })

  test.each([
    [1000, 5000],
    [2 ** 20, 3000],
    [2 ** 30, 1000],
  ])('agrees with a plain search in a range of %d', (limit, steps) => {
    const random = seededRandom(7)
    const taken = new Set<number>()
    const set = offsetSet(limit)
    const near = Math.min(limit, 1200)
    for (let step = 0; step < steps; step++) {
      const offset = random.nextUint32() % near
      if (random.nextUint32() % 3 === 0) {
        set.delete(offset)
        taken.delete(offset)
      } else {
        set.add(offset)
        taken.add(offset)
      }
      const from = random.nextUint32() % near
      let expected: number | undefined = from
      while (taken.has(expected)) expected++
      if (expected >= limit) expected = undefined
      expect([set.freeFrom(from, limit), set.size, set.has(offset)]).toEqual([expected, taken.size, taken.has(offset)])
    }
  })
})
