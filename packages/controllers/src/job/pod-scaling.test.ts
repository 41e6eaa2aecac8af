import { describe, expect, test } from '@jest/globals'
import { slowStartBatches } from './pod-scaling.ts'

describe('slowStartBatches()', () => {
  test.each([
    [0, []],
    [1, [1]],
    [2, [1, 1]],
    [3, [1, 2]],
    [10, [1, 2, 4, 3]],
    [500, [1, 2, 4, 8, 16, 32, 64, 128, 245]],
  ])('splits %i into %j', (count, expected) => {
    expect(slowStartBatches(count)).toEqual(expected)
  })
})
