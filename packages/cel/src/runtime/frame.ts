import { CelEvaluationError } from '../cel-program.ts'
import type { CallContext } from '../library/library.ts'

/** Elements that one evaluation may walk through in libraries whose cost is not counted. */
const WALK_MAX = 20_000_000

/** The state of one evaluation. */
export class Frame implements CallContext {
  cost = 0
  readonly #limit: number
  readonly variable: (name: string) => unknown
  /** Iteration variables, by the depth of their macro. */
  readonly slots: unknown[] = []
  #walked = 0

  constructor(limit: number, variable: (name: string) => unknown) {
    this.#limit = limit
    this.variable = variable
  }

  /** Counts cost. Throws when it is above the limit. */
  charge(cost: number): void {
    this.cost += cost
    if (this.cost > this.#limit) throw overBudget()
  }

  walk(count: number): void {
    this.#walked += count
    if (this.#walked > WALK_MAX) throw overBudget()
  }
}

const overBudget = (): CelEvaluationError => new CelEvaluationError('operation cancelled: actual cost limit exceeded', true)

/** Evaluates one node. */
export type Run = (frame: Frame) => unknown

/**
 * Thrown where an evaluation needs something that is not there yet (an answer of a remote authorizer): evaluate again when `ready` has resolved. It is
 * no error, and nothing absorbs it.
 */
export class CelPending extends Error {
  readonly ready: Promise<void>

  constructor(ready: Promise<void>) {
    super('evaluation waits')
    this.name = 'CelPending'
    this.ready = ready
  }
}

/** Whether `&&`, `||` and macros may go on after it. */
export function isAbsorbable(error: unknown): error is CelEvaluationError {
  return error instanceof CelEvaluationError && !error.overBudget
}
