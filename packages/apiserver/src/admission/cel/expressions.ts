import { CEL_LIMITS, CelEvaluationError, CelPending, type Expression } from '@kubetape/cel'

/** What an expression came to. */
export type Outcome = { readonly value: unknown; readonly error?: undefined } | { readonly error: string }

/** Thrown when expressions have used up what they may cost together; nothing more is evaluated. */
export class OutOfBudget extends Error {
  readonly code = 'CEL_BUDGET'

  constructor() {
    super('validation failed due to running out of cost budget, no further validation rules will be run')
    this.name = 'OutOfBudget'
  }
}

/** What expressions may still cost together. */
export class Budget {
  #remaining: number

  constructor(units: number) {
    this.#remaining = units
  }

  /** Throws an OutOfBudget when there is not so much left. */
  spend(cost: number): void {
    if (cost > this.#remaining) throw new OutOfBudget()
    this.#remaining -= cost
  }
}

/** Evaluates one expression on a budget. Errors of the expression are outcomes; an OutOfBudget and a CelPending are thrown. */
export function evaluateExpression(expression: Expression, variables: Readonly<Record<string, unknown>>, budget: Budget): Outcome {
  if (expression.refusal !== undefined) return { error: `compilation error: ${expression.refusal}` }
  try {
    const { value, cost } = expression.program.evaluate(variables, { costLimit: CEL_LIMITS.perCall })
    budget.spend(cost)
    return { value }
  } catch (error) {
    if (!(error instanceof CelEvaluationError)) throw error
    budget.spend(error.cost)
    return { error: `expression '${expression.text}' resulted in error: ${error.message}` }
  }
}

/** Runs an evaluation, and again whenever it had to wait for an authorizer's answer. A promise only where it had to. */
export function settled<T>(evaluate: () => T): T | Promise<T> {
  try {
    return evaluate()
  } catch (error) {
    if (error instanceof CelPending) return error.ready.then(() => settled(evaluate))
    throw error
  }
}
