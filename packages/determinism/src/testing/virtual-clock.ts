import type { Clock, Timer } from '../clock.ts'

interface Pending {
  dueMs: number
  order: number
  fn: () => void
}

/** How often promises are let run between two timers; a chain of awaits longer than this needs another `advance(0)`. */
const MICROTASK_TURNS = 200

/**
 * A clock that stands still until a test advances it. Wall and monotonic time move together unless `jumpWall` moves the wall alone.
 * `advance` and `runUntilIdle` let promises settle before and after every timer, so async code under test sees each instant in full.
 */
export class VirtualClock implements Clock {
  #wallMs: number
  #monotonicMs = 0
  #order = 0
  #timers: Pending[] = []
  #deferred: (() => void)[] = []

  /** `startMs`: the first wall time, by default 2024-08-13T00:00:00Z. */
  constructor(options: { startMs?: number } = {}) {
    this.#wallMs = options.startMs ?? 1_723_507_200_000
  }

  wallMs(): number {
    return this.#wallMs
  }

  monotonicMs(): number {
    return this.#monotonicMs
  }

  setTimer(fn: () => void, delayMs: number): Timer {
    const pending: Pending = { dueMs: this.#monotonicMs + Math.max(0, delayMs), order: this.#order++, fn }
    this.#timers.push(pending)
    return {
      cancel: () => {
        const at = this.#timers.indexOf(pending)
        if (at >= 0) this.#timers.splice(at, 1)
      },
    }
  }

  defer(fn: () => void): void {
    this.#deferred.push(fn)
  }

  /** Moves the wall clock alone, as NTP or an operator would. */
  jumpWall(byMs: number): void {
    this.#wallMs += byMs
  }

  /** How many timers wait. */
  get pendingTimers(): number {
    return this.#timers.length
  }

  /** Monotonic time at which the next timer is due; undefined when none waits. */
  get nextTimerMs(): number | undefined {
    return this.#next()?.dueMs
  }

  /** Lets `ms` pass: every timer due by then fires, in order, with promises settled between. */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonicMs + ms
    for (;;) {
      await this.#settle()
      const next = this.#next()
      if (next === undefined || next.dueMs > end) break
      this.#fire(next)
    }
    this.#moveTo(end)
    await this.#settle()
  }

  /** Fires timers until none is left or `maxMs` of virtual time passed; answers how much passed. */
  async runUntilIdle(maxMs: number): Promise<number> {
    const started = this.#monotonicMs
    for (;;) {
      await this.#settle()
      const next = this.#next()
      if (next === undefined || next.dueMs > started + maxMs) return this.#monotonicMs - started
      this.#fire(next)
    }
  }

  /** Advances in steps to each next timer until `test()` holds; throws after `maxMs` of virtual time. */
  async advanceUntil(test: () => boolean, maxMs = 600_000): Promise<void> {
    const started = this.#monotonicMs
    for (;;) {
      await this.#settle()
      if (test()) return
      const next = this.#next()
      if (next === undefined || next.dueMs > started + maxMs) {
        throw new Error(`Cannot reach the condition: ${next === undefined ? 'no timer is left' : `${maxMs} ms of virtual time passed`}`)
      }
      this.#fire(next)
    }
  }

  #next(): Pending | undefined {
    let best: Pending | undefined
    for (const one of this.#timers) {
      if (best === undefined || one.dueMs < best.dueMs || (one.dueMs === best.dueMs && one.order < best.order)) best = one
    }
    return best
  }

  #fire(timer: Pending): void {
    this.#timers.splice(this.#timers.indexOf(timer), 1)
    this.#moveTo(Math.max(timer.dueMs, this.#monotonicMs))
    timer.fn()
  }

  #moveTo(ms: number): void {
    this.#wallMs += ms - this.#monotonicMs
    this.#monotonicMs = ms
  }

  async #settle(): Promise<void> {
    for (let turn = 0; turn < MICROTASK_TURNS; turn++) {
      await Promise.resolve()
      if (this.#deferred.length > 0) {
        const due = this.#deferred
        this.#deferred = []
        for (const fn of due) fn()
        turn = 0
      }
    }
  }
}
