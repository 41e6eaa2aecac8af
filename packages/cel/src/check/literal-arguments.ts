import { CelEvaluationError } from '../cel-program.ts'
import { parseDuration, parseTimestamp } from '../runtime/time.ts'
import { compileRegex } from '../runtime/regex.ts'
import { childrenOf } from '../syntax/children.ts'
import type { CelNode } from '../syntax/cel-node.ts'
import type { SourceError } from '../syntax/source-error.ts'

const CHECKS: ReadonlyMap<string, (text: string) => unknown> = new Map<string, (text: string) => unknown>([
  ['duration', parseDuration],
  ['timestamp', parseTimestamp],
  ['matches', compileRegex],
])

/** Durations, times and patterns that are written out must be ones (upstream checks them since v1.29). */
export function checkLiteralArguments(root: CelNode): SourceError[] {
  const errors: SourceError[] = []
  const waiting = [root]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    waiting.push(...childrenOf(node))
    if (node.kind !== 'call') continue
    const check = CHECKS.get(node.name)
    const last = node.args.at(-1)
    if (check === undefined || last?.kind !== 'literal' || typeof last.value !== 'string') continue
    try {
      check(last.value)
    } catch (error) {
      if (!(error instanceof CelEvaluationError)) throw error
      errors.push({ pos: last.pos, message: `invalid ${node.name} argument` })
    }
  }
  return errors.sort((a, b) => a.pos - b.pos)
}
