import { CEL_LIMITS, CelCompileError, CelEvaluationError, type CelField, type CelProgram, type CelType, compileCel } from '@kubetape/cel'
import type { ReviewSpec } from './review-body.ts'

const STRING: CelType = { kind: 'string' }
const STRINGS: CelType = { kind: 'list', items: STRING }

function object(name: string, fields: Readonly<Record<string, CelType>>): CelType {
  const all = Object.entries(fields).map(([property, type]): [string, CelField] => [property, { type, property, optional: true }])
  return { kind: 'object', name, fields: Object.fromEntries(all) }
}

function selector(name: string): CelType {
  const requirement = object(`kubernetes.${name}Requirement`, { key: STRING, operator: STRING, values: STRINGS })
  return object(`kubernetes.${name}Attributes`, { rawSelector: STRING, requirements: { kind: 'list', items: requirement } })
}

/** What expressions see of a request (API reference, SubjectAccessReviewSpec). */
function requestType(withSelectors: boolean): CelType {
  const selectors = withSelectors ? { fieldSelector: selector('FieldSelector'), labelSelector: selector('LabelSelector') } : {}
  return object('kubernetes.SubjectAccessReviewSpec', {
    resourceAttributes: object('kubernetes.ResourceAttributes', {
      namespace: STRING,
      verb: STRING,
      group: STRING,
      version: STRING,
      resource: STRING,
      subresource: STRING,
      name: STRING,
      ...selectors,
    }),
    nonResourceAttributes: object('kubernetes.NonResourceAttributes', { path: STRING, verb: STRING }),
    user: STRING,
    groups: STRINGS,
    extra: { kind: 'map', values: STRINGS },
    uid: STRING,
  })
}

/** Whether a webhook is to be asked: all its conditions hold, one does not, or one could not be told. */
export type Match = { readonly matches: boolean } | { readonly error: string }

/** The match conditions of an authorization webhook (AuthorizationConfiguration, WebhookMatchCondition). */
export class RequestConditions {
  readonly #programs: readonly CelProgram[]

  /** Throws an Error with upstream's words for an expression that is none. */
  constructor(expressions: readonly string[], options: { readonly withSelectors: boolean }) {
    const variables = { request: requestType(options.withSelectors) }
    this.#programs = expressions.map((expression) => compiled(expression, variables))
  }

  /** A condition that is false decides, also where another one fails. */
  match(request: ReviewSpec): Match {
    const errors: string[] = []
    for (const program of this.#programs) {
      try {
        if (program.evaluate({ request }, { costLimit: CEL_LIMITS.perCall }).value !== true) return { matches: false }
      } catch (error) {
        if (!(error instanceof CelEvaluationError)) throw error
        errors.push(`cel evaluation error: expression '${program.expression}' resulted in error: ${error.message}`)
      }
    }
    if (errors.length === 0) return { matches: true }
    return { error: errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]` }
  }
}

function compiled(expression: string, variables: Readonly<Record<string, CelType>>): CelProgram {
  let program: CelProgram
  try {
    program = compileCel(expression, { variables })
  } catch (error) {
    if (error instanceof CelCompileError) throw new Error(error.message, { cause: error })
    throw error
  }
  if (program.outputType.kind !== 'bool' && program.outputType.kind !== 'dyn') throw new Error('must evaluate to bool')
  return program
}
