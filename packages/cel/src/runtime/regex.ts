import { type Matcher, RE2JS } from 're2js'
import { CelEvaluationError } from '../cel-program.ts'

/** Instructions of the patterns that are kept compiled, all together: values may be patterns, and small ones become large programs. */
const KEPT_INSTRUCTIONS_MAX = 1_000_000
const kept = new Map<string, RE2JS>()
let instructions = 0

/** What making an instruction of a program takes, in units of what may be walked through. */
const INSTRUCTION_WALK = 8

/**
 * The compiled pattern. RE2 takes time in proportion to the text, whatever the pattern; making a program of it is counted in `context`. Throws a
 * CelEvaluationError.
 */
export function compileRegex(pattern: string, context?: { walk(count: number): void }): RE2JS {
  let compiled = kept.get(pattern)
  if (compiled !== undefined) return compiled
  try {
    compiled = RE2JS.compile(pattern)
  } catch (error) {
    throw new CelEvaluationError(
      `error parsing regexp: ${error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : String(error)}`,
    )
  }
  keep(pattern, compiled)
  context?.walk(compiled.programSize() * INSTRUCTION_WALK)
  return compiled
}

/** How many patterns are kept compiled. */
export const keptPatterns = (): number => kept.size

/** What was kept first makes room. */
function keep(pattern: string, compiled: RE2JS): void {
  // The text of the pattern is kept too.
  const size = (one: RE2JS, text: string): number => one.programSize() + text.length
  const own = size(compiled, pattern)
  if (own > KEPT_INSTRUCTIONS_MAX) return
  for (const [oldest, program] of kept) {
    if (instructions + own <= KEPT_INSTRUCTIONS_MAX) break
    kept.delete(oldest)
    instructions -= size(program, oldest)
  }
  kept.set(pattern, compiled)
  instructions += own
}

/** Steps of a match for one unit of what may be walked through: a step for each state and character at the worst. */
const STEPS = 4

/** Searches a text for a pattern, unless that could take too long: what a pattern costs knows its length, not how many states it has. */
export function searching(text: string, pattern: string, context: { walk(count: number): void }): Matcher {
  const compiled = compileRegex(pattern, context)
  context.walk(Math.ceil((text.length * compiled.programSize()) / STEPS))
  return compiled.matcher(text)
}
