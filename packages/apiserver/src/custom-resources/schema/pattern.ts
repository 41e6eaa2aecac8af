import { RE2JS } from 're2js'

/** Answers whether some part of a text matches. */
export type Pattern = (text: string) => boolean

/** A pattern that RE2 does not accept; the message is upstream's. */
export class PatternError extends Error {
  readonly code = 'PATTERN_SYNTAX'

  constructor(message: string) {
    super(message)
    this.name = 'PatternError'
  }
}

/** Compiles a pattern of a schema in RE2's syntax, which matches in linear time whatever the pattern is. Throws a PatternError. */
export function compilePattern(pattern: string): Pattern {
  try {
    const compiled = RE2JS.compile(pattern)
    return (text) => compiled.test(text)
  } catch (error) {
    throw new PatternError(error instanceof Error ? error.message : String(error))
  }
}
