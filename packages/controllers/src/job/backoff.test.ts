import { describe, expect, test } from '@jest/globals'
import { type BackoffRecord, nextBackoff, NO_BACKOFF, remainingBackoffMs } from './backoff.ts'

const record = (failuresAfterLastSuccess: number, lastFailureMs: number): BackoffRecord => ({ failuresAfterLastSuccess, lastFailureMs })

describe('back-off of a Job', () => {
  test.each([
    { when: 'nothing ended', before: record(2, 50), succeeded: [], failed: [], after: record(2, 50) },
    { when: 'the first Pods failed', before: NO_BACKOFF, succeeded: [], failed: [70, 60], after: record(2, 70) },
    { when: 'one more failed', before: record(2, 50), succeeded: [], failed: [60], after: record(3, 60) },
    { when: 'a Pod succeeded', before: record(2, 50), succeeded: [60], failed: [], after: NO_BACKOFF },
    { when: 'a Pod failed before a success', before: record(2, 50), succeeded: [60], failed: [55], after: NO_BACKOFF },
    { when: 'a Pod failed at the moment of a success', before: NO_BACKOFF, succeeded: [60], failed: [60], after: NO_BACKOFF },
    { when: 'some failed after the last success', before: record(2, 50), succeeded: [60, 80], failed: [70, 90, 85], after: record(2, 90) },
  ])('`nextBackoff()` counts right when $when', ({ before, succeeded, failed, after }) => {
    expect(nextBackoff(before, succeeded, failed)).toEqual(after)
  })

  test.each([
    { failures: 0, elapsedMs: 0, expected: 0 },
    { failures: 1, elapsedMs: 0, expected: 10_000 },
    { failures: 1, elapsedMs: 9_999, expected: 1 },
    { failures: 1, elapsedMs: 10_000, expected: 0 },
    { failures: 1, elapsedMs: 10_001, expected: 0 },
    { failures: 3, elapsedMs: 15_000, expected: 25_000 },
    { failures: 6, elapsedMs: 0, expected: 320_000 },
    { failures: 7, elapsedMs: 0, expected: 600_000 },
    { failures: 5000, elapsedMs: 0, expected: 600_000 },
  ])('`remainingBackoffMs()` is $expected after $failures failures and $elapsedMs ms', ({ failures, elapsedMs, expected }) => {
    expect(remainingBackoffMs(failures, 1_000_000, 1_000_000 + elapsedMs)).toBe(expected)
  })
})
