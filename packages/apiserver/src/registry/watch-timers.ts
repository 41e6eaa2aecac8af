import type { Clock, Timer } from '@kubetape/determinism'

/** How often a watch that asked for bookmarks gets one (upstream: about a minute). */
const BOOKMARK_INTERVAL_MS = 60_000
/** Before its time is up, a watch gets a last bookmark. */
const LAST_BOOKMARK_MS = 2000

export interface WatchTimes {
  /** Undefined: until it is stopped. */
  readonly timeoutMs: number | undefined
  /** Undefined: none were asked for. */
  readonly onBookmark: (() => void) | undefined
  readonly onEnd: () => void
}

/** The times in the life of a watch: bookmarks every minute and shortly before the end, and the end. The answer cancels all of them. */
export function startWatchTimers(clock: Clock, { timeoutMs, onBookmark, onEnd }: WatchTimes): () => void {
  const fixed: Timer[] = []
  let next: Timer | undefined
  if (timeoutMs !== undefined) fixed.push(clock.setTimer(onEnd, timeoutMs))
  if (onBookmark !== undefined) {
    if (timeoutMs !== undefined) fixed.push(clock.setTimer(onBookmark, Math.max(0, timeoutMs - LAST_BOOKMARK_MS)))
    const again = (): void => {
      next = clock.setTimer(() => {
        onBookmark()
        again()
      }, BOOKMARK_INTERVAL_MS)
    }
    again()
  }
  return () => {
    next?.cancel()
    for (const timer of fixed) timer.cancel()
  }
}
