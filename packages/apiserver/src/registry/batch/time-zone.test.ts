import { describe, expect, test } from '@jest/globals'
import { isKnownTimeZone, isTimeZoneName } from './time-zone.ts'

describe('isKnownTimeZone()', () => {
  test.each([
    'UTC',
    'Etc/UTC',
    'Europe/Berlin',
    'America/Argentina/Buenos_Aires',
    'Asia/Calcutta',
    'Asia/Kolkata',
    'US/Pacific',
    'EST5EDT',
    'GMT+0',
    'W-SU',
  ])('knows %s', (name) => {
    expect(isKnownTimeZone(name)).toBe(true)
  })

  test.each(['Mars/Base', 'europe/berlin', 'Europe/berlin', 'utc', 'us/pacific', 'US/PACIFIC', '+01', 'PST', 'SystemV/EST5', 'Factory'])(
    'does not know %s',
    (name) => {
      expect(isKnownTimeZone(name)).toBe(false)
    },
  )
})

describe('isTimeZoneName()', () => {
  test.each([
    ['Europe/Berlin', true],
    ['Etc/GMT-14', true],
    ['../UTC', false],
    ['Europe//Berlin', false],
    ['-x', false],
    ['A b', false],
    ['Abcdefghijklmno', false],
  ])('of %j is %s', (name, expected) => {
    expect(isTimeZoneName(name)).toBe(expected)
  })
})
