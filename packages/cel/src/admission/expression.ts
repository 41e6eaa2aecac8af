import { CelCompileError, type CelEnvironmentOptions, type CelProgram } from '../cel-program.ts'
import type { CelType } from '../cel-type.ts'
import { compileCel } from '../compile-cel.ts'

/** An expression of a policy or webhook, compiled; `refusal` says why it is none. */
export type Expression =
  | { readonly text: string; readonly program: CelProgram; readonly refusal?: undefined }
  | { readonly text: string; readonly refusal: string }

/** Compiles an expression that must have one of these types; dyn where nothing is known. No types: any. */
export function compileExpression(text: string, options: CelEnvironmentOptions, types: readonly CelType['kind'][]): Expression {
  let program: CelProgram
  try {
    program = compileCel(text, options)
  } catch (error) {
    if (error instanceof CelCompileError) return { text, refusal: error.message }
    throw error
  }
  if (types.length === 0 || types.includes(program.outputType.kind)) return { text, program }
  const wanted = types.map((kind) => (kind === 'null' ? 'null_type' : kind))
  const refusal = wanted.length === 1 ? `must evaluate to ${wanted[0]!}` : `must evaluate to one of [${wanted.join(' ')}]`
  return { text, refusal }
}
