import type { Clock } from '@kubetape/determinism'

/** Decides how long a failed item waits before it is tried again. */
export interface RateLimiter<T> {
  /** Counts one more try of `item` and answers how many milliseconds it has to wait. */
  when(item: T): number
  /** Ends the item's row of failures, after success or because it is given up. */
  forget(item: T): void
  /** How many tries of `item` were counted since it was last forgotten. */
  numRequeues(item: T): number
}

/**
 * Doubles the delay with every failure of an item: `baseMs`, twice that, … up to `maxMs`.
 * Defaults are upstream's: 5 ms and 1000 s.
 */
export function exponentialRateLimiter<T>(options: { readonly baseMs?: number; readonly maxMs?: number } = {}): RateLimiter<T> {
  const { baseMs = 5, maxMs = 1_000_000 } = options
  const failures = new Map<T, number>()
  return {
    when(item) {
      const failed = failures.get(item) ?? 0
      failures.set(item, failed + 1)
      return Math.min(baseMs * 2 ** failed, maxMs)
    },
    forget: (item) => {
      failures.delete(item)
    },
    numRequeues: (item) => failures.get(item) ?? 0,
  }
}

/**
 * Limits all items together by a token bucket that starts full: `burst` at once, then `qps` a second; every try takes a token,
 * in advance if need be, and waits until it exists. Defaults are upstream's: 10 a second, 100 at once.
 */
export function bucketRateLimiter<T>(options: { readonly clock: Clock; readonly qps?: number; readonly burst?: number }): RateLimiter<T> {
  const { clock, qps = 10, burst = 100 } = options
  let tokens = burst
  let filledMs = clock.monotonicMs()
  return {
    when() {
      const nowMs = clock.monotonicMs()
      tokens = Math.min(burst, tokens + ((nowMs - filledMs) * qps) / 1000) - 1
      filledMs = nowMs
      return tokens >= 0 ? 0 : (-tokens * 1000) / qps
    },
    forget() {},
    numRequeues: () => 0,
  }
}

/** The longest delay and the highest count of several limiters; each counts every try. */
export function maxOfRateLimiter<T>(...limiters: readonly RateLimiter<T>[]): RateLimiter<T> {
  return {
    when: (item) => limiters.reduce((most, limiter) => Math.max(most, limiter.when(item)), 0),
    forget(item) {
      for (const limiter of limiters) limiter.forget(item)
    },
    numRequeues: (item) => limiters.reduce((most, limiter) => Math.max(most, limiter.numRequeues(item)), 0),
  }
}

/**
 * What controllers use unless told otherwise: each item's own back-off (`baseMs` to `maxMs`, as of `exponentialRateLimiter`) and one bucket over all
 * (`qps`, `burst`, as of `bucketRateLimiter`), whichever is longer.
 */
export function defaultControllerRateLimiter<T>(options: {
  readonly clock: Clock
  readonly baseMs?: number
  readonly maxMs?: number
  readonly qps?: number
  readonly burst?: number
}): RateLimiter<T> {
  return maxOfRateLimiter(exponentialRateLimiter<T>(options), bucketRateLimiter<T>(options))
}
