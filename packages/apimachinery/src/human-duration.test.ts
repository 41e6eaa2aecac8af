import { describe, expect, test } from '@jest/globals'
import { humanDuration, shortHumanDuration } from './human-duration.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const YEAR = 365 * DAY

describe('humanDuration()', () => {
  test.each([
    [-2 * SECOND, '<invalid>'],
    [-1.9 * SECOND, '0s'],
    [0, '0s'],
    [999, '0s'],
    [5 * SECOND, '5s'],
    [119 * SECOND, '119s'],
    [2 * MINUTE, '2m'],
    [2 * MINUTE + 3 * SECOND, '2m3s'],
    [9 * MINUTE + 59.9 * SECOND, '9m59s'],
    [10 * MINUTE + 30 * SECOND, '10m'],
    [179 * MINUTE, '179m'],
    [3 * HOUR, '3h'],
    [3 * HOUR + 5 * MINUTE, '3h5m'],
    [8 * HOUR - 1, '7h59m'],
    [8 * HOUR + 59 * MINUTE, '8h'],
    [47 * HOUR, '47h'],
    [2 * DAY, '2d'],
    [2 * DAY + 3 * HOUR, '2d3h'],
    [8 * DAY + 5 * HOUR, '8d'],
    [2 * YEAR - 1, '729d'],
    [2 * YEAR, '2y'],
    [3 * YEAR + 5 * DAY, '3y5d'],
    [8 * YEAR + 5 * DAY, '8y'],
  ])('prints %p ms as %p', (ms, text) => expect(humanDuration(ms)).toBe(text))
})

describe('shortHumanDuration()', () => {
  test.each([
    [-2 * SECOND, '<invalid>'],
    [-1 * SECOND, '0s'],
    [59 * SECOND, '59s'],
    [3 * MINUTE + 3 * SECOND, '3m'],
    [23.9 * HOUR, '23h'],
    [364 * DAY, '364d'],
    [2.5 * YEAR, '2y'],
  ])('prints %p ms as %p', (ms, text) => expect(shortHumanDuration(ms)).toBe(text))
})
