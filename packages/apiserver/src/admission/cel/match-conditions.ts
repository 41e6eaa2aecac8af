import { CEL_LIMITS, compileExpression, type Expression, variableTypes } from '@kubetape/cel'
import { Budget, evaluateExpression, OutOfBudget, settled } from './expressions.ts'

/** A condition of a webhook or policy (API reference, MatchCondition). */
export interface MatchCondition {
  readonly name: string
  readonly expression: string
}

export interface MatchConditionOptions {
  /** What an error in a condition does: 'Fail' makes it the request's, 'Ignore' skips the webhook or policy. Default 'Fail'. */
  readonly failurePolicy?: 'Fail' | 'Ignore' | undefined
  /** Whether the variable `params` is known (policies with a paramKind). Default false. */
  readonly params?: boolean
  /** The gates StrictCostEnforcementForWebhooks or …ForVAP. Default false. */
  readonly strictCost?: boolean
  /** The gate AuthorizeWithSelectors. Default false. */
  readonly authorizeWithSelectors?: boolean
}

/** Whether a request is matched; `error` refuses it. */
export type MatchResult =
  | { readonly matches: boolean; readonly error?: undefined; /** The condition that is false. */ readonly failedCondition?: string }
  | { readonly error: string }

const MATCHES: MatchResult = Object.freeze({ matches: true })

/**
 * The match conditions of one webhook or policy, compiled once. All must be true; one that is false decides, whatever the others say; after that
 * errors count as the failure policy says (KEP-3716).
 */
export class MatchConditions {
  readonly #conditions: readonly { readonly name: string; readonly expression: Expression }[]
  readonly #ignoresErrors: boolean

  constructor(conditions: readonly MatchCondition[], options: MatchConditionOptions = {}) {
    const { params = false, strictCost = false, authorizeWithSelectors = false } = options
    const environment = { variables: variableTypes({ params, authorizer: true }), strictCost, authorizeWithSelectors }
    this.#conditions = conditions.map(({ name, expression }) => ({
      name,
      expression: compileExpression(expression.trim(), environment, ['bool']),
    }))
    this.#ignoresErrors = options.failurePolicy === 'Ignore'
  }

  /** Evaluates with the variables of one request (`admissionVariables`). A promise only where an authorizer has to be waited for. */
  match(variables: Readonly<Record<string, unknown>>): MatchResult | Promise<MatchResult> {
    return this.#conditions.length === 0 ? MATCHES : settled(() => this.matchNow(variables))
  }

  /** As `match`; throws a CelPending where an authorizer has to be waited for. */
  matchNow(variables: Readonly<Record<string, unknown>>): MatchResult {
    const budget = new Budget(CEL_LIMITS.matchConditionsBudget)
    const errors: string[] = []
    try {
      const outcomes = this.#conditions.map(({ name, expression }) => ({
        name,
        outcome: evaluateExpression(expression, variables, budget),
      }))
      for (const { name, outcome } of outcomes) {
        if (outcome.error !== undefined) errors.push(outcome.error)
        else if (outcome.value === false) return { matches: false, failedCondition: name }
      }
    } catch (error) {
      if (!(error instanceof OutOfBudget)) throw error
      errors.push(error.message)
    }
    if (errors.length === 0) return MATCHES
    if (this.#ignoresErrors) return { matches: false }
    const distinct = [...new Set(errors)]
    return { error: distinct.length === 1 ? distinct[0]! : `[${distinct.join(', ')}]` }
  }
}
