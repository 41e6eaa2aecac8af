import { exponentialRateLimiter, type RateLimiter } from '@kubetape/runtime'

/** A failed sync waits a second, then twice that every time, up to a minute (v1.31's Job controller, for Jobs and for their orphan Pods). */
const BASE_MS = 1000
const MAX_MS = 60_000

/** How the controllers of Jobs try again: each key by itself, without a limit over all of them. */
export const jobRateLimiter = (): RateLimiter<string> => exponentialRateLimiter({ baseMs: BASE_MS, maxMs: MAX_MS })
