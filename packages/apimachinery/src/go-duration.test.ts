import { describe, expect, test } from '@jest/globals'
import { goDurationError, goDurationMs } from './go-duration.ts'

describe('goDurationMs()', () => {
  test.each([
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1500],
    ['.5m', 30_000],
    ['250ms', 250],
    ['-2s', -2000],
    ['+1m', 60_000],
    ['0', 0],
  ])('reads %j', (text, expected) => {
    expect(goDurationMs(text)).toBe(expected)
  })

  test.each(['', '5', 's', '1d', '1h 30m', '1..5s', '--1s'])('has no answer for %j', (text) => {
    expect(goDurationMs(text)).toBeUndefined()
  })
})

describe('goDurationError()', () => {
  test.each([
    ['1h30m', undefined],
    ['', 'time: invalid duration ""'],
    ['s', 'time: invalid duration "s"'],
    ['5', 'time: missing unit in duration "5"'],
    ['1d', 'time: unknown unit "d" in duration "1d"'],
    ['1h 30m', 'time: unknown unit "h " in duration "1h 30m"'],
  ])('of %j is %j', (text, expected) => {
    expect(goDurationError(text)).toBe(expected)
  })
})
