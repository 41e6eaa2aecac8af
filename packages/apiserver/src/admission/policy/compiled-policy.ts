import type { ValidatingAdmissionPolicy } from '@kubetape/api/types/admissionregistration/v1'
import type { Gates } from '@kubetape/client-go-features'
import type { CelEnvironmentOptions, CelField, CelType } from '@kubetape/cel'
import { compileExpression, type Expression } from '../cel/expressions.ts'
import { MatchConditions } from '../cel/match-conditions.ts'
import { variableTypes } from '../cel/variable-types.ts'

/** The types that expressions of a policy may have. */
export const VALIDATION_TYPES: readonly CelType['kind'][] = ['bool']
export const MESSAGE_TYPES: readonly CelType['kind'][] = ['string']
export const AUDIT_TYPES: readonly CelType['kind'][] = ['string', 'null']

/** One validation of a policy. */
export interface CompiledValidation {
  readonly expression: Expression
  readonly message: string
  readonly messageExpression: Expression | undefined
  readonly reason: string
}

/** A policy's expressions, compiled once for as long as its spec stays what it is. */
export interface CompiledPolicy {
  readonly failurePolicy: 'Fail' | 'Ignore'
  readonly conditions: MatchConditions
  /** Lazily evaluated, each at most once for a set of params. */
  readonly variables: readonly { readonly name: string; readonly expression: Expression }[]
  readonly validations: readonly CompiledValidation[]
  readonly auditAnnotations: readonly { readonly key: string; readonly expression: Expression }[]
}

/** The environment of a policy's expressions, and what it grows by with each variable. */
export class PolicyEnvironment {
  readonly #options: Omit<CelEnvironmentOptions, 'variables'>
  readonly #params: boolean
  readonly #known: { readonly object?: CelType; readonly params?: CelType }
  #fields: Readonly<Record<string, CelField>> | undefined

  constructor(
    options: Omit<CelEnvironmentOptions, 'variables'>,
    policy: { readonly params: boolean; readonly variables: boolean },
    known: { readonly object?: CelType; readonly params?: CelType } = {},
  ) {
    this.#options = options
    this.#params = policy.params
    this.#known = known
    this.#fields = policy.variables ? {} : undefined
  }

  compile(text: string, types: readonly CelType['kind'][], authorizer = true, options = this.#options): Expression {
    const variables = variableTypes({ params: this.#params, authorizer }, this.#known)
    if (this.#fields !== undefined) variables['variables'] = { kind: 'object', name: 'kubernetes.variables', fields: this.#fields }
    return compileExpression(text, { ...options, variables }, types)
  }

  /** Compiles a variable; expressions after it may read it. One that does not compile is anything. */
  declare(name: string, text: string, options = this.#options): Expression {
    const expression = this.compile(text, [], true, options)
    const type: CelType = expression.refusal === undefined ? expression.program.outputType : { kind: 'dyn' }
    this.#fields = { ...this.#fields, [name]: { type, property: name, optional: false } }
    return expression
  }
}

/** What of the gates expressions of policies depend on. */
export function expressionOptions(
  gates: Gates,
): Omit<CelEnvironmentOptions, 'variables'> & { readonly strictCost: boolean; readonly authorizeWithSelectors: boolean } {
  return { strictCost: gates.enabled('StrictCostEnforcementForVAP'), authorizeWithSelectors: gates.enabled('AuthorizeWithSelectors') }
}

export function compilePolicy({ spec = {} }: Readonly<ValidatingAdmissionPolicy>, gates: Gates): CompiledPolicy {
  const options = expressionOptions(gates)
  const params = spec.paramKind !== undefined
  const variables = spec.variables ?? []
  const environment = new PolicyEnvironment(options, { params, variables: variables.length > 0 })
  const failurePolicy = spec.failurePolicy ?? 'Fail'
  return {
    failurePolicy,
    conditions: new MatchConditions(spec.matchConditions ?? [], { failurePolicy, params, ...options }),
    variables: variables.map(({ name, expression }) => ({ name, expression: environment.declare(name, expression) })),
    validations: (spec.validations ?? []).map(({ expression, message = '', messageExpression = '', reason }) => ({
      expression: environment.compile(expression, VALIDATION_TYPES),
      message: message.trim(),
      messageExpression: messageExpression === '' ? undefined : environment.compile(messageExpression, MESSAGE_TYPES, false),
      reason: reason ?? 'Invalid',
    })),
    auditAnnotations: (spec.auditAnnotations ?? []).map(({ key, valueExpression }) => ({
      key,
      expression: environment.compile(valueExpression.trim(), AUDIT_TYPES),
    })),
  }
}
