import type { ValidatingAdmissionPolicy } from '@kubetape/api/types/admissionregistration/v1'
import type { Gates } from '@kubetape/client-go-features'
import { type CelEnvironmentOptions, type CelType, type Expression, PolicyEnvironment } from '@kubetape/cel'
import { MatchConditions } from '../cel/match-conditions.ts'

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
