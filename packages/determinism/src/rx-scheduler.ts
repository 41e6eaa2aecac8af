import { Observable, type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs'
import type { Clock } from './clock.ts'

/** An RxJS scheduler over a Clock, so that virtual time drives streams as it drives queues and timers. */
export function clockScheduler(clock: Clock): SchedulerLike {
  return {
    now: () => clock.monotonicMs(),
    schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
      const action = new ClockAction<T>(clock, work)
      action.schedule(state, delay)
      return action
    },
  }
}

class ClockAction<T> extends Subscription implements SchedulerAction<T> {
  #clock: Clock
  #work: (this: SchedulerAction<T>, state?: T) => void

  constructor(clock: Clock, work: (this: SchedulerAction<T>, state?: T) => void) {
    super()
    this.#clock = clock
    this.#work = work
  }

  schedule(state?: T, delay = 0): Subscription {
    if (this.closed) return this
    const timer = this.#clock.setTimer(() => {
      if (!this.closed) this.#work.call(this, state)
    }, delay)
    this.add(() => timer.cancel())
    return this
  }
}

/** Emits 0 after `delayMs` on `clock` and completes: RxJS's `timer` without a scheduler argument to forget. */
export function clockTimer(clock: Clock, delayMs: number): Observable<0> {
  return new Observable((subscriber) => {
    const timer = clock.setTimer(() => {
      subscriber.next(0)
      subscriber.complete()
    }, delayMs)
    return () => timer.cancel()
  })
}
