import { CelCompileError, type CelEnvironmentOptions, CelEvaluationError, type CelProgram } from './cel-program.ts'
import { type CelType, DYN } from './cel-type.ts'
import { Checker } from './check/checker.ts'
import { checkLiteralArguments } from './check/literal-arguments.ts'
import { estimateCost } from './cost/estimate-cost.ts'
import { functionsOf } from './library/libraries.ts'
import { adapt, toJson } from './runtime/adapt.ts'
import { compileNode } from './runtime/compile-node.ts'
import { Frame } from './runtime/frame.ts'
import { parseCel } from './syntax/parse.ts'
import { formatSourceErrors } from './syntax/source-error.ts'

/** Compiles an expression: parses it, finds its types, makes a function of it. Throws a CelCompileError. */
export function compileCel(expression: string, options: CelEnvironmentOptions): CelProgram {
  const root = parseCel(expression)
  const functions = functionsOf(options)
  const checker = new Checker({ variables: options.variables, functions })
  const outputType = checker.run(root)
  const errors = checker.errors.length > 0 ? checker.errors : checkLiteralArguments(root)
  if (errors.length > 0) throw new CelCompileError(`compilation failed: ${formatSourceErrors(expression, errors)}`)
  const run = compileNode(root, { functions, locals: [], strictCost: options.strictCost ?? true })
  const { variables: types } = options
  let cost: CelProgram['cost'] | undefined
  return {
    expression,
    outputType,
    reads: checker.reads,
    get cost() {
      return (cost ??= estimateCost(root, types))
    },
    evaluate(variables, { costLimit = Infinity, raw = false } = {}) {
      const frame = new Frame(costLimit, reader(variables, types))
      try {
        const value = run(frame)
        return { value: raw ? value : toJson(value), cost: frame.cost }
      } catch (error) {
        if (error instanceof RangeError) throw new CelEvaluationError('operation cancelled: actual cost limit exceeded', true, frame.cost)
        if (error instanceof CelEvaluationError) throw new CelEvaluationError(error.message, error.overBudget, frame.cost)
        throw error
      }
    },
  }
}

/** Reads variables as values, each at most once. */
function reader(variables: Readonly<Record<string, unknown>>, types: Readonly<Record<string, CelType>>): (name: string) => unknown {
  const read = new Map<string, unknown>()
  return (name) => {
    let value = read.get(name)
    if (value === undefined) {
      const given = Object.hasOwn(variables, name) ? variables[name] : undefined
      const json: unknown = typeof given === 'function' ? (given as () => unknown)() : given
      if (json === undefined) throw new CelEvaluationError(`no such attribute(s): ${name}`)
      value = adapt(json, types[name] ?? DYN)
      read.set(name, value)
    }
    return value
  }
}
