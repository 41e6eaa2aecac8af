import { describe, expect, test } from '@jest/globals'
import { EventSpamFilter } from './event-spam-filter.ts'

describe('EventSpamFilter', () => {
  test('lets 25 through, then one every five minutes, for each source by itself', () => {
    const filter = new EventSpamFilter()
    const passed = (source: string, times: number, nowMs: number): number =>
      Array.from({ length: times }, () => filter.allows(source, nowMs)).filter(Boolean).length
    expect(passed('a', 100, 0)).toBe(25)
    expect(passed('b', 10, 0)).toBe(10)
    expect(passed('a', 10, 299_999)).toBe(0)
    expect(passed('a', 10, 300_001)).toBe(1)
    expect(passed('a', 10, 900_002)).toBe(2)
    expect(passed('a', 100, 100 * 300_000)).toBe(25)
  })

  test('goes on when the clock jumps back', () => {
    const filter = new EventSpamFilter()
    for (let at = 0; at < 25; at++) filter.allows('a', 1_000_000)
    expect(filter.allows('a', 0)).toBe(false)
    expect(filter.allows('a', 300_000)).toBe(true)
  })

  test('forgets whom it has not heard of for longest', () => {
    const filter = new EventSpamFilter()
    for (let at = 0; at < 25; at++) filter.allows('old', 0)
    for (let at = 0; at < 4096; at++) filter.allows(`new ${at}`, 0)
    expect(filter.allows('old', 0)).toBe(true)
  })
})
