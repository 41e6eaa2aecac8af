import type { Clock, Timer } from '@kubetape/determinism'

interface Pending {
  readonly atMs: number
  readonly order: number
  readonly fn: () => void
}

/** True time, which no process can read: events in order. */
export class SimulatedTime {
  nowMs = 0
  readonly #pending: Pending[] = []
  #order = 0

  after(delayMs: number, fn: () => void): Pending {
    const pending = { atMs: this.nowMs + Math.max(0, delayMs), order: this.#order++, fn }
    let at = this.#pending.length
    // Most events are near, so they are few steps from the end of what is kept last first.
    while (at > 0 && this.#pending[at - 1]!.atMs <= pending.atMs) at--
    this.#pending.splice(at, 0, pending)
    return pending
  }

  cancel(pending: Pending): void {
    const at = this.#pending.indexOf(pending)
    if (at >= 0) this.#pending.splice(at, 1)
  }

  /** Makes the next event happen; false when there is none until `endMs`. */
  step(endMs: number): boolean {
    const next = this.#pending.at(-1)
    if (next === undefined || next.atMs > endMs) return false
    this.#pending.pop()
    this.nowMs = next.atMs
    next.fn()
    return true
  }
}

/** What a process is doing. Stopped (SIGSTOP): its monotonic clock goes on. Asleep with its machine: that clock stands still. */
export type ProcessState = 'running' | 'stopped' | 'asleep' | 'dead'

/** One process: clocks of its own that run fast or slow, and whatever happens to it waits while it does not run. */
export class SimulatedProcess implements Clock {
  readonly #time: SimulatedTime
  /** Milliseconds of this clock for one of true time. */
  readonly #rate: number
  #wallOffsetMs: number
  #monotonicMs = 0
  #sinceMs: number
  #held: (() => void)[] = []
  state: ProcessState = 'running'

  constructor(time: SimulatedTime, options: { rate: number; wallOffsetMs: number }) {
    this.#time = time
    this.#rate = options.rate
    this.#wallOffsetMs = options.wallOffsetMs
    this.#sinceMs = time.nowMs
  }

  monotonicMs(): number {
    return this.#monotonicMs + (this.state === 'asleep' ? 0 : (this.#time.nowMs - this.#sinceMs) * this.#rate)
  }

  wallMs(): number {
    // Both clocks of a machine run at the rate of its crystal, but the wall clock goes on while it sleeps.
    return 1_723_507_200_000 + this.monotonicMs() + this.#wallOffsetMs
  }

  setTimer(fn: () => void, delayMs: number): Timer {
    let live = true
    const pending = this.#time.after(Math.max(0, delayMs) / this.#rate, () =>
      this.deliver(() => {
        if (live) fn()
      }),
    )
    return {
      cancel: () => {
        live = false
        this.#time.cancel(pending)
      },
    }
  }

  defer(fn: () => void): void {
    queueMicrotask(fn)
  }

  jumpWall(byMs: number): void {
    this.#wallOffsetMs += byMs
  }

  /** Lets something happen to the process: now, when it goes on, or never. */
  deliver(fn: () => void): void {
    if (this.state === 'running') fn()
    else if (this.state !== 'dead') this.#held.push(fn)
  }

  pause(state: 'stopped' | 'asleep'): void {
    this.#monotonicMs = this.monotonicMs()
    this.#sinceMs = this.#time.nowMs
    this.state = state
  }

  /** Goes on; what was held happens one by one, the last first if `reversed`: nothing says that timers come before answers. */
  resume(reversed: boolean): void {
    if (this.state === 'asleep') this.#wallOffsetMs += this.#time.nowMs - this.#sinceMs
    this.#monotonicMs = this.monotonicMs()
    this.#sinceMs = this.#time.nowMs
    this.state = 'running'
    const held = reversed ? this.#held.reverse() : this.#held
    this.#held = []
    for (const fn of held) this.#time.after(0, () => this.deliver(fn))
  }

  kill(): void {
    this.state = 'dead'
    this.#held = []
  }
}
