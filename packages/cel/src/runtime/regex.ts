import { type Matcher, RE2JS } from 're2js'
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

/** Steps of a match for one unit of what may be walked through: a step for each state and character at the worst. */
const STEPS = 4

/** Searches a text for a pattern, unless that could take too long: what a pattern costs knows its length, not how many states it has. */
export function searching(text: string, pattern: string, context: { walk(count: number): void }): Matcher {
  const compiled = compileRegex(pattern)
  context.walk(Math.ceil((text.length * compiled.programSize()) / STEPS))
  return compiled.matcher(text)
}
