import { CEL_LIMITS, CelEvaluationError } from '@kubetape/cel'
import { Budget, evaluateExpression, type Outcome, OutOfBudget } from '../cel/expressions.ts'
import type { CompiledPolicy, CompiledValidation } from './compiled-policy.ts'

/** Longest message that an expression may make, in bytes. */
const MESSAGE_BYTES_MAX = 5 * 1024

/** What one validation says against a request. */
export interface Denial {
  /** The validation's place in the policy; 0 for what concerns all of it. */
  readonly index: number
  readonly message: string
  /** Empty where the policy could not be evaluated. */
  readonly reason: string
}

/** What a policy says of a request with one set of params. */
export interface PolicyVerdict {
  readonly denials: readonly Denial[]
  readonly annotations: readonly { readonly key: string; readonly value: string }[]
  /** Denies whatever the binding's actions are. */
  readonly annotationErrors: readonly string[]
}

const NOTHING: PolicyVerdict = Object.freeze({ denials: [], annotations: [], annotationErrors: [] })

/** Evaluates a policy. Throws a CelPending where an authorizer has to be waited for. */
export function evaluatePolicy(policy: CompiledPolicy, given: Readonly<Record<string, unknown>>): PolicyVerdict {
  const fails = policy.failurePolicy === 'Fail'
  const whole = (message: string): PolicyVerdict => (fails ? { ...NOTHING, denials: [{ index: 0, message, reason: '' }] } : NOTHING)
  const matched = policy.conditions.matchNow(given)
  if (matched.error !== undefined) return whole(matched.error)
  if (!matched.matches) return NOTHING
  const budget = new Budget(CEL_LIMITS.runtimeBudget)
  const annotationBudget = new Budget(CEL_LIMITS.runtimeBudget)
  const variables = withComposed(policy, given, budget)
  let outcomes: Outcome[]
  try {
    outcomes = policy.validations.map(({ expression }) => evaluateExpression(expression, variables, budget))
  } catch (error) {
    if (error instanceof OutOfBudget) return whole(error.message)
    throw error
  }
  const denials: Denial[] = []
  for (const [index, outcome] of outcomes.entries()) {
    const validation = policy.validations[index]!
    if (outcome.error !== undefined) {
      if (fails) denials.push({ index, message: outcome.error, reason: '' })
    } else if (outcome.value !== true) denials.push(denialOf(index, validation, variables, budget, fails))
  }
  try {
    return { denials, ...annotate(policy, variables, annotationBudget) }
  } catch (error) {
    if (error instanceof OutOfBudget) return whole(error.message)
    throw error
  }
}

function denialOf(
  index: number,
  validation: CompiledValidation,
  variables: Readonly<Record<string, unknown>>,
  budget: Budget,
  fails: boolean,
): Denial {
  let made = ''
  if (validation.messageExpression !== undefined) {
    try {
      made = usable(evaluateExpression(validation.messageExpression, variables, budget))
    } catch (error) {
      if (!(error instanceof OutOfBudget)) throw error
      return {
        index,
        message: fails ? `failed messageExpression: ${error.message}` : messageOf(validation),
        reason: fails ? '' : validation.reason,
      }
    }
  }
  return { index, message: made || messageOf(validation), reason: validation.reason }
}

const messageOf = ({ message, expression }: CompiledValidation): string => message || `failed expression: ${expression.text.trim()}`

/** A message that an expression made; empty where it is none: blank, of several lines, too long, or an error. */
function usable(outcome: Outcome): string {
  if (outcome.error !== undefined || typeof outcome.value !== 'string') return ''
  const text = outcome.value.trim()
  return Buffer.byteLength(text) > MESSAGE_BYTES_MAX || text.includes('\n') ? '' : text
}

function annotate(policy: CompiledPolicy, variables: Readonly<Record<string, unknown>>, budget: Budget): Omit<PolicyVerdict, 'denials'> {
  const annotations: { key: string; value: string }[] = []
  const annotationErrors: string[] = []
  for (const { key, expression } of policy.auditAnnotations) {
    const outcome = evaluateExpression(expression, variables, budget)
    if (outcome.error !== undefined) {
      if (policy.failurePolicy === 'Fail') annotationErrors.push(outcome.error)
    } else if (typeof outcome.value === 'string' && outcome.value.trim() !== '') annotations.push({ key, value: outcome.value.trim() })
  }
  return { annotations, annotationErrors }
}

/** Adds `variables`, an object whose members are evaluated when they are first read. */
function withComposed(
  { variables }: CompiledPolicy,
  given: Readonly<Record<string, unknown>>,
  budget: Budget,
): Readonly<Record<string, unknown>> {
  if (variables.length === 0) return given
  const composed: Record<string, unknown> = {}
  const all = { ...given, variables: composed }
  for (const { name, expression } of variables) {
    let known: Outcome | undefined
    const evaluate = (): Outcome => {
      if (expression.refusal !== undefined)
        return { error: `composited variable ${JSON.stringify(name)} fails to compile: ${expression.refusal}` }
      try {
        const { value, cost } = expression.program.evaluate(all, { costLimit: CEL_LIMITS.perCall, raw: true })
        budget.spend(cost)
        return { value }
      } catch (error) {
        if (!(error instanceof CelEvaluationError)) throw error
        budget.spend(error.cost)
        return { error: `composited variable ${JSON.stringify(name)} fails to evaluate: ${error.message}` }
      }
    }
    const get = (): unknown => {
      known ??= evaluate()
      if (known.error !== undefined) throw new CelEvaluationError(known.error)
      return known.value
    }
    Object.defineProperty(composed, name, { get, enumerable: true })
  }
  return all
}
