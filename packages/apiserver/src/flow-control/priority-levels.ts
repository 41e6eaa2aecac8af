import type { PriorityLevelConfiguration } from '@kubetape/api/types/flowcontrol/v1'
import { PriorityLevel } from './priority-level.ts'

/** Seats that a request has: its level's, and what others lend it. */
export interface Taken {
  readonly level: PriorityLevel
  readonly seats: number
  readonly borrowed: number
  readonly lenders: readonly { readonly level: PriorityLevel; readonly seats: number }[]
}

const NO_LENDERS: Taken['lenders'] = []

/** All priority levels: they share a number of seats, and lend each other what they do not need. */
export class PriorityLevels {
  readonly #seats: number
  #levels = new Map<string, PriorityLevel>()
  #listener: (level: PriorityLevel) => void = () => undefined
  /** Those in which requests wait. */
  readonly #waiting = new Set<PriorityLevel>()

  constructor(seats: number) {
    this.#seats = seats
  }

  get(name: string): PriorityLevel | undefined {
    return this.#levels.get(name)
  }

  /** Calls `listener` for each level that there is, and each that comes. */
  onLevel(listener: (level: PriorityLevel) => void): void {
    this.#listener = listener
    for (const level of this.#levels.values()) listener(level)
  }

  all(): Iterable<PriorityLevel> {
    return this.#levels.values()
  }

  /** Sets which levels there are. One that stays keeps who is in it; one that goes serves them and takes no more. */
  configure(configurations: readonly Readonly<PriorityLevelConfiguration>[]): void {
    const shares = configurations.map(({ spec }) => spec?.limited?.nominalConcurrencyShares ?? spec?.exempt?.nominalConcurrencyShares ?? 0)
    const sum = Math.max(
      1,
      shares.reduce((total, one) => total + one, 0),
    )
    const levels = new Map<string, PriorityLevel>()
    for (const [at, configuration] of configurations.entries()) {
      const name = configuration.metadata.name ?? ''
      const known = this.#levels.get(name)
      const level = known ?? new PriorityLevel(configuration)
      const { limited, exempt } = configuration.spec ?? {}
      const nominal = Math.ceil((this.#seats * shares[at]!) / sum)
      const part = (percent: number): number => Math.round((nominal * percent) / 100)
      level.configuration = configuration
      level.limits = {
        nominal,
        lendable: part(limited?.lendablePercent ?? exempt?.lendablePercent ?? 0),
        borrowing: limited?.borrowingLimitPercent === undefined ? this.#seats : part(limited.borrowingLimitPercent),
      }
      levels.set(name, level)
      if (known === undefined) this.#listener(level)
    }
    this.#levels = levels
    this.#dispatch()
  }

  /** Takes seats for a request; undefined when there are not enough. */
  take(level: PriorityLevel, seats: number): Taken | undefined {
    const own = Math.min(seats, Math.max(0, level.free))
    const borrowed = seats - own
    if (borrowed === 0) {
      level.inUse += seats
      return { level, seats, borrowed, lenders: NO_LENDERS }
    }
    if (level.borrowed + borrowed > level.limits.borrowing) return undefined
    const lenders = this.#lenders(level, borrowed)
    if (lenders === undefined) return undefined
    for (const lender of lenders) lender.level.lent += lender.seats
    level.inUse += seats
    level.borrowed += borrowed
    return { level, seats, borrowed, lenders }
  }

  /** Gives seats back, and with them serves who waits. */
  giveBack({ level, seats, borrowed, lenders }: Taken): void {
    level.inUse -= seats
    level.borrowed -= borrowed
    for (const lender of lenders) lender.level.lent -= lender.seats
    if (this.#waiting.size > 0) this.#dispatch()
  }

  /** Requests wait in this level. */
  waits(level: PriorityLevel): void {
    this.#waiting.add(level)
  }

  #lenders(borrower: PriorityLevel, wanted: number): Taken['lenders'] | undefined {
    const lenders: { level: PriorityLevel; seats: number }[] = []
    let missing = wanted
    for (const level of this.#levels.values()) {
      if (level === borrower) continue
      const seats = Math.min(missing, level.lendableNow)
      if (seats === 0) continue
      lenders.push({ level, seats })
      missing -= seats
      if (missing === 0) return lenders
    }
    return undefined
  }

  #dispatch(): void {
    for (const level of this.#waiting) {
      for (;;) {
        const next = level.next()
        if (next === undefined) {
          this.#waiting.delete(level)
          break
        }
        if (!this.#canTake(level, next.seats)) break
        level.dequeue()!.start()
      }
    }
  }

  #canTake(level: PriorityLevel, seats: number): boolean {
    const borrowed = seats - Math.min(seats, Math.max(0, level.free))
    if (borrowed === 0) return true
    return level.borrowed + borrowed <= level.limits.borrowing && this.#lenders(level, borrowed) !== undefined
  }
}
