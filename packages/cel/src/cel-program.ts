import type { CelType } from './cel-type.ts'

/** An expression that does not compile; `message` is upstream's text (`compilation failed: ERROR: <input>:1:6: undeclared reference to 'x' (in container '')…`). Terminal. */
export class CelCompileError extends Error {
  readonly code = 'CEL_COMPILE'

  constructor(message: string) {
    super(message)
    this.name = 'CelCompileError'
  }
}

/** An evaluation that failed: `no such key: x`, `division by zero`, a budget that was exceeded. */
export class CelEvaluationError extends Error {
  readonly code = 'CEL_EVALUATION'
  /** The cost limit was exceeded: nothing more may be evaluated for this request. */
  readonly overBudget: boolean
  /** What the evaluation had cost when it failed. */
  readonly cost: number

  constructor(message: string, overBudget = false, cost = 0) {
    super(message)
    this.name = 'CelEvaluationError'
    this.overBudget = overBudget
    this.cost = cost
  }
}

/** Bounds of a cost in CEL cost units; `max` is Infinity where nothing bounds it. */
export interface CelCost {
  readonly min: number
  readonly max: number
}

/** A compiled expression. */
export interface CelProgram {
  readonly expression: string
  readonly outputType: CelType
  /** The variables that the expression names. */
  readonly reads: ReadonlySet<string>
  /** What an evaluation may cost, from the sizes that the types declare. */
  readonly cost: CelCost
  /**
   * Evaluates with JSON values for variables (a function is called when the variable is first read). `costLimit`: units that may be used, default unlimited.
   * Throws a CelEvaluationError. Answers a JSON-like value (ints as bigint) and what it cost; `raw` answers the value as it is, for another program's variable.
   */
  evaluate(
    variables: Readonly<Record<string, unknown>>,
    options?: { readonly costLimit?: number; readonly raw?: boolean },
  ): { readonly value: unknown; readonly cost: number }
}

/** Libraries beyond the standard ones that an environment may declare. */
export interface CelEnvironmentOptions {
  readonly variables: Readonly<Record<string, CelType>>
  /** Which release's libraries and options expressions may use; default those of v1.31. Stored expressions are compiled with all that there are. */
  readonly version?: '1.30' | '1.31'
  /** Calls of Kubernetes' libraries cost what they do instead of one unit each; default true. v1.31's policies and webhooks have it off (StrictCostEnforcementForVAP). */
  readonly strictCost?: boolean
  /** Selectors of the authorizer library (gate AuthorizeWithSelectors). Default false. */
  readonly authorizeWithSelectors?: boolean
}

/** Limits of v1.31, in cost units. */
export const CEL_LIMITS = Object.freeze({
  /** Of one evaluation of one expression. */
  perCall: 1_000_000,
  /** Of all validations of one object of a CRD, and of all expressions of one policy with one binding. */
  runtimeBudget: 10_000_000,
  /** Of the estimate of one rule of a CRD. */
  estimatePerRule: 10_000_000,
  /** Of the estimates of all rules of a CRD. */
  estimateTotal: 100_000_000,
  /** Of the match conditions of one webhook or policy. */
  matchConditionsBudget: 2_500_000,
})
