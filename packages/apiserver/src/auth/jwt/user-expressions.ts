import { CEL_LIMITS, CelCompileError, CelEvaluationError, type CelProgram, compileCel, DYN } from '@kubetape/cel'
import { AuthenticationError } from '../authenticator.ts'

/** What expressions read: the claims of the token, or the user that came of them. */
export type Variable = 'claims' | 'user'

/** An expression over `claims` or `user`, compiled. Throws a CelCompileError. */
export function compileUserExpression(expression: string, variable: Variable): CelProgram {
  return compileCel(expression, { variables: { [variable]: DYN } })
}

/** Whether an expression compiles, and may answer one of these types; otherwise why not. */
export function expressionProblem(expression: string, variable: Variable, types: readonly string[]): string | undefined {
  try {
    const { outputType } = compileUserExpression(expression, variable)
    const { kind } = outputType as { kind: string }
    return kind === 'dyn' || kind === 'any' || types.includes(kind) ? undefined : `must evaluate to ${types.join(' or ')}`
  } catch (error) {
    if (!(error instanceof CelCompileError)) throw error
    return error.message
  }
}

/** The value of an expression. Throws an AuthenticationError that says for what it was wanted. */
export function evaluate(program: CelProgram, variable: Variable, value: unknown, what: string): unknown {
  try {
    return program.evaluate({ [variable]: value }, { costLimit: CEL_LIMITS.perCall }).value
  } catch (error) {
    if (!(error instanceof CelEvaluationError)) throw error
    throw new AuthenticationError(`oidc: error evaluating ${what}: ${error.message}`, { cause: error })
  }
}
