import { describe, expect, test } from '@jest/globals'
import { VirtualClock } from '@kubetape/determinism/testing'
import { startWatchTimers } from './watch-timers.ts'

describe('startWatchTimers()', () => {
  test('sends a bookmark every minute and shortly before the end', async () => {
    const clock = new VirtualClock()
    const seen: [string, number][] = []
    const at = clock.monotonicMs()
    const cancel = startWatchTimers(clock, {
      timeoutMs: 90_000,
      onBookmark: () => seen.push(['bookmark', clock.monotonicMs() - at]),
      onEnd: () => seen.push(['end', clock.monotonicMs() - at]),
    })
    await clock.advance(90_000)
    expect(seen).toEqual([
      ['bookmark', 60_000],
      ['bookmark', 88_000],
      ['end', 90_000],
    ])
    cancel()
    expect(clock.pendingTimers).toBe(0)
  })

  test('needs no timer for a watch without end and bookmarks', () => {
    const clock = new VirtualClock()
    startWatchTimers(clock, { timeoutMs: undefined, onBookmark: undefined, onEnd: () => {} })
    expect(clock.pendingTimers).toBe(0)
  })
})
