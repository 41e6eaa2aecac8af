import { describe, expect, test } from '@jest/globals'
import { IndexIntervals } from './index-intervals.ts'

const of = (text: string, completions = 1000): IndexIntervals => IndexIntervals.parse(text, completions)

describe('IndexIntervals', () => {
  test.each([
    ['', ''],
    ['3', '3'],
    ['1,3-5,7', '1,3-5,7'],
    ['1,2', '1,2'],
    ['1-2', '1,2'],
    ['1,2,3', '1-3'],
    ['1-3,4-6', '1-6'],
    ['x,2,3-y,5', '2,5'],
    ['5-3,7', '7'],
  ])('`parse()` reads %j as %j', (text, expected) => {
    expect(of(text).toString()).toBe(expected)
  })

  test.each([
    ['0-9', 5, '0-4'],
    ['1,4-8,9', 5, '1,4'],
    ['7', 5, ''],
    ['0-9', 0, ''],
  ])('`parse()` cuts %j off at %i completions', (text, completions, expected) => {
    expect(of(text, completions).toString()).toBe(expected)
  })

  test.each([
    ['', [2, 0].sort(), '0,2'],
    ['1-3', [0, 4], '0-4'],
    ['1-3,7', [5, 5, 6], '1-3,5-7'],
    ['2', [2], '2'],
    ['1-9', [3, 12], '1-9,12'],
    ['5', [], '5'],
  ])('`with()` adds to %j the indexes %j', (text, indexes, expected) => {
    expect(of(text).with(indexes).toString()).toBe(expected)
  })

  test('`union()` joins what overlaps or touches', () => {
    expect(of('0-4,10').union(of('3-6,9,20-30')).toString()).toBe('0-6,9,10,20-30')
  })

  test.each([
    ['0-4', '2-8', 3],
    ['0-4,6', '4-6', 2],
    ['1,3,5', '0,2,4', 0],
    ['0-9', '1,3-4,9', 4],
  ])('`overlap()` of %j and %j is %i', (a, b, expected) => {
    expect(of(a).overlap(of(b))).toBe(expected)
    expect(of(b).overlap(of(a))).toBe(expected)
  })

  test.each([
    ['', 2, 5, [0, 1]],
    ['0,2-3', 5, 6, [1, 4, 5]],
    ['0-5', 3, 6, []],
    ['1-2,9', 4, 20, [0, 3, 4, 5]],
    ['3', 0, 6, []],
  ])('`missing()` in %j of %i below %i are %j', (text, count, limit, expected) => {
    expect(of(text).missing(count, limit)).toEqual(expected)
  })

  test('`has()` finds the indexes of every interval and no others', () => {
    const set = of('1,3-5,9')
    expect(Array.from({ length: 11 }, (_, i) => i).filter((i) => set.has(i))).toEqual([1, 3, 4, 5, 9])
  })

  test('`size` counts indexes', () => {
    expect([of('').size, of('4').size, of('0,2-4').size]).toEqual([0, 1, 4])
  })
})
