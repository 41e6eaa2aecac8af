import { CelEvaluationError } from '../cel-program.ts'
import { type Overload, parseOverload } from '../types/signature.ts'

/** What a function may use while it runs. */
export interface CallContext {
  /** Counts elements that are walked through, beside the cost: what a library costs nothing for is bounded all the same. Throws when there were too many. */
  walk(count: number): void
}

/** A function: all its overloads share one name and one implementation, which looks at what it was given. */
export interface CelFunction {
  readonly name: string
  readonly overloads: readonly Overload[]
  /** The receiver comes first. Throws a CelEvaluationError. */
  readonly run: (args: readonly unknown[], context: CallContext) => unknown
  /** Where it is none of CEL's own: its cost is counted only where costs are strict. */
  readonly library: boolean
}

type Signatures = Readonly<Record<string, string>>

/** A function of CEL itself; signatures by the id of the overload (see `parseOverload`). */
export function standard(name: string, signatures: Signatures, run: CelFunction['run']): CelFunction {
  return withSignatures({ name, run, library: false }, signatures)
}

/** A function of one of Kubernetes' libraries. */
export function library(name: string, signatures: Signatures, run: CelFunction['run']): CelFunction {
  return withSignatures({ name, run, library: true }, signatures)
}

/** Signatures are read when a call of the function is first checked: a process that compiles no expression reads none. */
function withSignatures(one: Omit<CelFunction, 'overloads'>, signatures: Signatures): CelFunction {
  let overloads: readonly Overload[] | undefined
  return {
    ...one,
    get overloads() {
      return (overloads ??= Object.entries(signatures).map(([id, text]) => parseOverload(id, text)))
    },
  }
}

/** The error of values that no overload takes. */
export const noSuchOverload = (): CelEvaluationError => new CelEvaluationError('no such overload')
