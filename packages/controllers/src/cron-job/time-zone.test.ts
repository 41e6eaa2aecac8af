import { describe, expect, test } from '@jest/globals'
import { TimeZone } from './time-zone.ts'

const at = (text: string): number => Date.parse(text)
const zone = (name: string): TimeZone => TimeZone.named(name)!

describe('TimeZone', () => {
  test.each(['', 'UTC', 'Etc/UTC', 'Asia/Tokyo', 'America/New_York'])('`named()` knows %j', (name) => {
    expect(TimeZone.named(name)).toBeDefined()
  })

  test.each(['Mars/Base', 'Local', '+09:00', ' '])('`named()` does not know %j', (name) => {
    expect(TimeZone.named(name)).toBeUndefined()
  })

  test.each([
    ['UTC', '2024-07-01T00:00:00Z', 0],
    ['Europe/London', '2024-01-01T00:00:00Z', 0],
    ['Europe/London', '2024-07-01T00:00:00Z', 60],
    ['America/New_York', '2024-01-01T00:00:00Z', -300],
    ['Asia/Kathmandu', '2024-01-01T00:00:00Z', 345],
    ['America/St_Johns', '2024-01-01T00:00:00Z', -210],
  ])('`offsetMs()` of %s at %s is %i minutes', (name, time, minutes) => {
    expect(zone(name).offsetMs(at(time))).toBe(minutes * 60_000)
  })

  test('`changeBetween()` finds the minute in which the clock changes', () => {
    const change = zone('America/New_York').changeBetween(at('2024-01-01T00:00:00Z'), at('2024-12-31T00:00:00Z'))
    expect(change).toBe(at('2024-03-10T07:00:00Z'))
    expect(zone('America/New_York').changeBetween(change!, at('2024-12-31T00:00:00Z'))).toBe(at('2024-11-03T06:00:00Z'))
  })

  test('`changeBetween()` finds no change where there is none', () => {
    expect(zone('Asia/Tokyo').changeBetween(at('2024-01-01T00:00:00Z'), at('2024-12-31T00:00:00Z'))).toBeUndefined()
    expect(zone('America/New_York').changeBetween(at('2024-01-01T00:00:00Z'), at('2024-03-10T06:59:00Z'))).toBeUndefined()
  })

  test.each([
    ['UTC', '2024-05-01T09:00:00Z'],
    ['Europe/London', '2024-05-01T10:00:00+01:00'],
    ['America/New_York', '2024-05-01T05:00:00-04:00'],
    ['Asia/Kathmandu', '2024-05-01T14:45:00+05:45'],
  ])('`format()` writes the offset of %s', (name, expected) => {
    expect(zone(name).format(at('2024-05-01T09:00:00Z'))).toBe(expected)
  })

  test('`format()` writes Z where the offset is zero', () => {
    expect(zone('Europe/London').format(at('2024-01-01T09:00:00Z'))).toBe('2024-01-01T09:00:00Z')
  })
})
