import { describe, expect, test } from '@jest/globals'
import { randomInt, seededRandom } from '@kubetape/determinism'
import { ObjectBucket } from './object-bucket.ts'

describe('ObjectBucket', () => {
  test.each([50, 20_000])('`values()` is in order of keys after any changes, with up to %d keys', (keys) => {
    const random = seededRandom(keys)
    const bucket = new ObjectBucket<number>()
    const model = new Map<string, number>()
    for (let step = 0; step < 3 * keys; step++) {
      const key = String(randomInt(random, keys))
      if (randomInt(random, 4) === 0) {
        bucket.delete(key)
        model.delete(key)
      } else {
        bucket.set(key, step)
        model.set(key, step)
      }
      if (randomInt(random, keys) < 10) expect(bucket.values()).toEqual([...model.keys()].sort().map((one) => model.get(one)))
    }
    expect(bucket.size).toBe(model.size)
    expect([...bucket.keys()].sort()).toEqual([...model.keys()].sort())
    expect(bucket.get('none')).toBeUndefined()
  })
})
