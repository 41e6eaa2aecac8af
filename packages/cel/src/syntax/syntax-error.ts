import { Environment, ParseError } from '@marcbachmann/cel-js'
import type { SourceError } from './source-error.ts'

const OPERAND = "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"
const TOKEN =
  /(?:[rRbB]{0,2}(?:"""[^]*?"""|'''[^]*?'''|"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*'))|\d+\.\d+(?:[eE][+-]?\d+)?|0[xX][0-9a-fA-F]+[uU]?|\d+(?:[eE][+-]?\d+)?[uU]?|[A-Za-z_][A-Za-z0-9_]*|==|!=|<=|>=|&&|\|\||[-+*/%<>!?:.,()[\]{}]/y
const BLANK = /(?:[ \t\r\n\f]|\/\/[^\n]*)*/y
/** Tokens that begin an operand, beside literals and names. */
const OPENERS = new Set(['[', '{', '(', '.', '-', '!'])
/** More messages than these help nobody. */
const ERRORS_MAX = 100

let known: Environment | undefined

/** Reads what is left of a text once more; made with the first text that needs it. */
const again = (): Environment =>
  (known ??= new Environment({ unlistedVariablesAreDyn: true, enableOptionalTypes: true, homogeneousAggregateLiterals: false }))

/** What upstream's parser says where the library's stopped: at `pos`, with the library's code of the failure. */
export function explainSyntax(text: string, pos: number, code: string): SourceError[] {
  const errors: SourceError[] = []
  let rest = text
  let [at, why] = [pos, code]
  while (errors.length < ERRORS_MAX) {
    const unknown = unrecognized(rest, at, why)
    if (unknown === undefined) {
      errors.push(parserError(rest, at, why))
      break
    }
    errors.push({ pos: at, message: `Syntax error: token recognition error at: '${unknown}'` })
    rest = rest.slice(0, at) + ' '.repeat(unknown.length) + rest.slice(at + unknown.length)
    const failure = firstFailure(rest)
    if (failure === undefined) break
    ;[at, why] = failure
  }
  return errors
}

function firstFailure(text: string): readonly [number, string] | undefined {
  try {
    again().parse(text)
    return undefined
  } catch (error) {
    if (error instanceof ParseError) return [error.range?.start ?? 0, error.code]
    throw error
  }
}

/** What the tokenizer cannot read at this place; it has looked one character ahead where an operator has two. */
function unrecognized(text: string, at: number, code: string): string | undefined {
  if (code === 'unterminated_string' || code === 'unterminated_triple_quoted_string') return text.slice(at)
  if (code === 'newline_in_string') return text.slice(text.lastIndexOf('"', at), at)
  if (at >= text.length || tokenAt(text, at) !== undefined) return undefined
  const char = String.fromCodePoint(text.codePointAt(at)!)
  return '=&|'.includes(char) ? text.slice(at, at + 2) : char
}

function parserError(text: string, at: number, code: string): SourceError {
  const token = tokenAt(text, at)
  const shown = token === undefined ? '<EOF>' : token
  switch (code) {
    case 'reserved_identifier':
      return { pos: at, message: `reserved identifier: ${shown}` }
    case 'invalid_macro_argument':
      return { pos: at, message: 'argument must be a simple name' }
    case 'invalid_integer':
    case 'invalid_hex_integer':
      return { pos: at, message: shown.toLowerCase().endsWith('u') ? 'invalid uint literal' : 'invalid int literal' }
    case 'invalid_number':
      return { pos: at, message: 'invalid double literal' }
  }
  const next = token === undefined ? undefined : tokenAt(text, skipBlank(text, at + token.length))
  const expecting = expectedAt(text, at)
  if (expecting === 'name') {
    if (token === undefined) return { pos: at, message: "Syntax error: no viable alternative at input '.'" }
    return { pos: at, message: `Syntax error: no viable alternative at input '.${shown}'` }
  }
  if (expecting === 'operand') {
    const verb = next !== undefined && startsOperand(next) && !startsOperand(shown) ? 'extraneous' : 'mismatched'
    return { pos: at, message: `Syntax error: ${verb} input '${shown}' expecting ${OPERAND}` }
  }
  const expected = closingOf(tokensBefore(text, at))
  const verb = next !== undefined && expected.tokens.includes(next) ? 'extraneous' : 'mismatched'
  if (expected.tokens.length === 0) {
    const trailing = next === undefined && token !== undefined ? 'extraneous' : 'mismatched'
    return { pos: at, message: `Syntax error: ${trailing} input '${shown}' expecting <EOF>` }
  }
  if (token === undefined && expected.inserted)
    return { pos: at, message: `Syntax error: missing ${printTokens(expected.tokens)} at '<EOF>'` }
  return { pos: at, message: `Syntax error: ${verb} input '${shown}' expecting ${printTokens(expected.tokens)}` }
}

const printTokens = (tokens: readonly string[]): string => {
  const quoted = tokens.map((one) => `'${one}'`)
  return quoted.length === 1 ? quoted[0]! : `{${quoted.join(', ')}}`
}

interface Expected {
  readonly tokens: readonly string[]
  /** The parser goes on as if the token had been there. */
  readonly inserted: boolean
}

const NOTHING: Expected = { tokens: [], inserted: false }

/** What would go on after a complete operand: the rest of a condition, of an entry, or the end of what is open. */
function closingOf(tokens: readonly string[]): Expected {
  const open: { readonly bracket: string; readonly index: boolean; conditions: number; key: boolean }[] = [
    { bracket: '', index: false, conditions: 0, key: false },
  ]
  for (const [at, token] of tokens.entries()) {
    const inner = open.at(-1)!
    if (token === '(' || token === '[' || token === '{') {
      const before = tokens[at - 1]
      const index = before !== undefined && endsOperand(before)
      open.push({ bracket: token, index, conditions: 0, key: token === '{' })
    } else if (token === ')' || token === ']' || token === '}') {
      if (open.length > 1) open.pop()
    } else if (token === '?' && tokens[at - 1] !== '.') inner.conditions++
    else if (token === ':' && inner.conditions > 0) inner.conditions--
    else if (token === ':') inner.key = false
    else if (token === ',') inner.key = inner.bracket === '{'
  }
  const { bracket, index, conditions, key } = open.at(-1)!
  if (conditions > 0 || key) return { tokens: [':'], inserted: false }
  if (bracket === '(') return { tokens: [')'], inserted: true }
  if (bracket === '[') return index ? { tokens: [']'], inserted: true } : { tokens: [']', ','], inserted: false }
  return bracket === '{' ? { tokens: ['}', ','], inserted: false } : NOTHING
}

const endsOperand = (token: string): boolean =>
  token === ')' || token === ']' || token === '}' || (startsOperand(token) && !OPENERS.has(token))

/** From the token before: after an operand something that goes on, after an operator an operand, after a dot a name. */
function expectedAt(text: string, at: number): 'operand' | 'name' | 'more' {
  const before = tokensBefore(text, at).at(-1)
  if (before === undefined) return 'operand'
  if (before === '.') return 'name'
  return endsOperand(before) ? 'more' : 'operand'
}

function tokensBefore(text: string, end: number): string[] {
  const tokens: string[] = []
  for (let at = skipBlank(text, 0); at < end;) {
    const token = tokenAt(text, at)
    if (token === undefined) break
    tokens.push(token)
    at = skipBlank(text, at + token.length)
  }
  return tokens
}

function tokenAt(text: string, at: number): string | undefined {
  TOKEN.lastIndex = at
  return TOKEN.exec(text)?.[0]
}

function skipBlank(text: string, at: number): number {
  BLANK.lastIndex = at
  BLANK.exec(text)
  return BLANK.lastIndex
}

const startsOperand = (token: string): boolean => token !== 'in' && (OPENERS.has(token) || /^[\w"']/.test(token))
