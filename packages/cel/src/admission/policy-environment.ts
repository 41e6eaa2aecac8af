import type { CelEnvironmentOptions } from '../cel-program.ts'
import type { CelField, CelType } from '../cel-type.ts'
import { compileExpression, type Expression } from './expression.ts'
import { variableTypes } from './variable-types.ts'

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
