/** A running timer; `cancel()` is idempotent and safe after it fired. */
export interface Timer {
  cancel(): void
}

/**
 * The only door to time. What a caller may rely on:
 *
 * - `wallMs()` is the time of day (Unix milliseconds); it may jump in either direction.
 * - `monotonicMs()` never goes back; only its differences mean anything.
 * - `setTimer(fn, delayMs)` calls `fn` once, never synchronously; delays below 0 count as 0.
 * - `defer(fn)` calls `fn` once after the work that is queued now, without letting time pass.
 * - timers that are due at the same instant fire in the order in which they were set.
 */
export interface Clock {
  wallMs(): number
  monotonicMs(): number
  setTimer(fn: () => void, delayMs: number): Timer
  defer(fn: () => void): void
}

/** Node refuses longer delays and would fire at once; longer timers are chained. */
const LONGEST_DELAY_MS = 2 ** 31 - 1

/** The machine's clocks. Timers keep the process alive unless `unref` is set. */
export function systemClock(options: { unref?: boolean } = {}): Clock {
  return {
    wallMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    setTimer: (fn, delayMs) => chainedTimer(fn, Math.max(0, delayMs), options.unref === true),
    defer: (fn) => {
      setImmediate(fn)
    },
  }
}

function chainedTimer(fn: () => void, delayMs: number, unref: boolean): Timer {
  let handle: ReturnType<typeof setTimeout>
  const arm = (left: number): void => {
    const step = Math.min(left, LONGEST_DELAY_MS)
    handle = setTimeout(() => {
      if (left > step) arm(left - step)
      else fn()
    }, step)
    if (unref) handle.unref()
  }
  arm(delayMs)
  return { cancel: () => clearTimeout(handle) }
}

/** Resolves after `delayMs` on `clock`; rejects with the signal's reason when it aborts first. */
export function sleep(clock: Clock, delayMs: number, options: { signal?: AbortSignal } = {}): Promise<void> {
  const { signal } = options
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error)
      return
    }
    const onAbort = (): void => {
      timer.cancel()
      reject(signal?.reason as Error)
    }
    const timer = clock.setTimer(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, delayMs)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
