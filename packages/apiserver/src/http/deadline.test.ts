import { describe, expect, test } from '@jest/globals'
import { VirtualClock } from '@kubetape/determinism/testing'
import { allowedMs, within } from './deadline.ts'

describe('allowedMs()', () => {
  test.each([
    ['', 60_000],
    ['timeout=', 60_000],
    ['timeout=1.5s', 1500],
    ['timeout=1m30s', 60_000],
    ['timeout=250ms', 250],
    ['timeout=0', 60_000],
  ])('reads "%s"', (query, ms) => expect(allowedMs(new URLSearchParams(query))).toBe(ms))

  test.each([
    ['abc', 'time: invalid duration "abc"'],
    ['5', 'time: missing unit in duration "5"'],
    ['5x', 'time: unknown unit "x" in duration "5x"'],
  ])('refuses "%s"', (text, why) => {
    expect(() => allowedMs(new URLSearchParams({ timeout: text }))).toThrow(`invalid timeout specified in the request URL - ${why}`)
  })
})

describe('within()', () => {
  test('answers what comes in time, and throws 504 for what does not', async () => {
    const clock = new VirtualClock()
    expect(await within(clock, 100, Promise.resolve(1))).toBe(1)
    const late = within(clock, 100, new Promise(() => undefined))
    const refused = expect(late).rejects.toMatchObject({ status: { code: 504, reason: 'Timeout' } })
    await clock.advance(100)
    await refused
  })
})
