import { describe, expect, test } from '@jest/globals'
import { countIndexes, firstCommonIndex, IndexIntervalsError } from './index-intervals.ts'

describe('countIndexes()', () => {
  test.each([
    ['', 0],
    ['0', 1],
    ['0,2-4,9', 5],
    ['+1', 1],
  ])('counts %j', (text, expected) => {
    expect(countIndexes(text, 10)).toBe(expected)
  })

  test.each(['-1', '1-', 'a', '1 ', '1,1', '10', '3-3', '1_0'])('refuses %j', (text) => {
    expect(() => countIndexes(text, 10)).toThrow(IndexIntervalsError)
  })
})

describe('firstCommonIndex()', () => {
  test.each([
    ['0-2', '2-4', 2],
    ['0-2', '3,4', undefined],
    ['', '0', undefined],
    ['0,x,7', '7', 7],
    ['1,5-8', '0,2-4,6', 6],
  ])('of %j and %j', (one, other, expected) => {
    expect(firstCommonIndex(one, other, 10)).toBe(expected)
    expect(firstCommonIndex(other, one, 10)).toBe(expected)
  })
})
