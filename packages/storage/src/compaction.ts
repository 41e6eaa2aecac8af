import type { Clock, Timer } from '@kubetape/determinism'
import type { EventLog, LogReader } from '@kubetape/eventlog'

/** How often history is cut (upstream's compaction interval); more often where less is kept. */
const EVERY_MS = 300_000

/** Keeps `keepMs` of history: every five minutes everything that was replaced or deleted before that is removed. Answers how to stop. */
export function startCompaction(options: { log: EventLog; clock: Clock; keepMs: number; onError?: (error: unknown) => void }): () => void {
  const { log, clock, keepMs } = options
  let timer: Timer
  const compact = (): void => {
    try {
      const revision = newestAt(log, clock.wallMs() - keepMs)
      if (revision > log.compactedRevision()) log.compact(revision)
    } catch (error) {
      options.onError?.(error)
    }
    schedule()
  }
  const schedule = (): void => {
    timer = clock.setTimer(compact, Math.max(1000, Math.min(EVERY_MS, keepMs)))
  }
  schedule()
  return () => timer.cancel()
}

/** The newest revision that was written at this wall time or before, by halving; times that go back (a clock that was set) make it an estimate. */
export function newestAt(log: LogReader, wallMs: number): number {
  let low = log.compactedRevision()
  let high = log.head()
  while (low < high) {
    const middle = low + Math.ceil((high - low) / 2)
    const [entry] = log.entries({ from: middle, limit: 1 })
    if (entry !== undefined && entry.timeMs <= wallMs) low = middle
    else high = middle - 1
  }
  return low
}
