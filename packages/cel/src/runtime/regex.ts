import { RE2JS } from 're2js'
import { CelEvaluationError } from '../cel-program.ts'

/** Patterns that are kept compiled. */
const KEPT_MAX = 1000
const kept = new Map<string, RE2JS>()

/** The compiled pattern. RE2 takes time in proportion to the text, whatever the pattern. Throws a CelEvaluationError. */
export function compileRegex(pattern: string): RE2JS {
  let compiled = kept.get(pattern)
  if (compiled !== undefined) return compiled
  try {
    compiled = RE2JS.compile(pattern)
  } catch (error) {
    throw new CelEvaluationError(
      `error parsing regexp: ${error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : String(error)}`,
    )
  }
  if (kept.size >= KEPT_MAX) kept.delete(kept.keys().next().value!)
  kept.set(pattern, compiled)
  return compiled
}
