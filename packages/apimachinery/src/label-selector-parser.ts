import { checkedRequirement, labelKeyError, type LabelOperator, type LabelRequirement } from './label-requirement.ts'

/** Reads selectors in their text form (API concepts, "Labels and Selectors"): `a=b,c!=d,e in (x,y),!f,g notin (z),h>1`. */

const OPERATORS: Readonly<Record<string, LabelOperator>> = {
  in: 'in',
  notin: 'notin',
  '=': '=',
  '==': '==',
  '!=': '!=',
  '>': 'gt',
  '<': 'lt',
}
const SYMBOL = /(?:==|!=|[=!(),<>])/y
const WORD = /[^=!(),<> \t\r\n\0]+/y
const BLANKS = /[ \t\r\n]*/y

/** `word` is a key, a value, `in` or `notin`; `symbol` is one of the operators and separators; `end` has an empty text. */
interface Token {
  readonly kind: 'word' | 'symbol' | 'end'
  readonly text: string
}

/** The requirements of a selector in the order of the text. Throws an Error with the API server's words. */
export function parseLabelRequirements(text: string): LabelRequirement[] {
  return new Parser(tokens(text)).requirements()
}

function tokens(text: string): Token[] {
  const list: Token[] = []
  let at = 0
  const next = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    if (found !== undefined) at = pattern.lastIndex
    return found
  }
  for (;;) {
    next(BLANKS)
    const symbol = next(SYMBOL)
    if (symbol !== undefined) {
      list.push({ kind: 'symbol', text: symbol })
      continue
    }
    const word = next(WORD)
    if (word === undefined) break
    list.push({ kind: 'word', text: word })
  }
  list.push({ kind: 'end', text: '' })
  return list
}

class Parser {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(list: readonly Token[]) {
    this.#tokens = list
  }

  requirements(): LabelRequirement[] {
    const requirements: LabelRequirement[] = []
    if (this.#peek().kind === 'end') return requirements
    if (!this.#startsRequirement()) throw new Error(`found '${this.#peek().text}', expected: !, identifier, or 'end of string'`)
    for (;;) {
      requirements.push(this.#requirement())
      const after = this.#take()
      if (after.kind === 'end') return requirements
      if (after.text !== ',' || after.kind !== 'symbol') throw new Error(`found '${after.text}', expected: ',' or 'end of string'`)
      if (!this.#startsRequirement()) throw new Error(`found '${this.#peek().text}', expected: identifier after ','`)
    }
  }

  #requirement(): LabelRequirement {
    try {
      return this.#uncaughtRequirement()
    } catch (error) {
      throw new Error(`unable to parse requirement: ${(error as Error).message}`)
    }
  }

  #uncaughtRequirement(): LabelRequirement {
    const negated = this.#isSymbol('!')
    if (negated) this.#take()
    const key = this.#take()
    if (key.kind !== 'word') throw new Error(`found '${key.text}', expected: identifier`)
    // The API server has no path to name here and says so.
    const wrong = labelKeyError(key.text, '<nil>')
    if (wrong !== undefined) throw new Error(wrong)
    if (negated) return checkedRequirement(key.text, '!', [])
    if (this.#peek().kind === 'end' || this.#isSymbol(',')) return checkedRequirement(key.text, 'exists', [])
    const operator = this.#operator()
    const values = operator === 'in' || operator === 'notin' ? this.#values() : [this.#value()]
    return checkedRequirement(key.text, operator, values)
  }

  #operator(): LabelOperator {
    const { kind, text } = this.#take()
    const operator = kind === 'end' || !Object.hasOwn(OPERATORS, text) ? undefined : OPERATORS[text]
    if (operator === undefined) throw new Error(`found '${text}', expected: in, notin, =, ==, !=, gt, lt`)
    return operator
  }

  /** What follows `=`, `!=`, `>` and the like; nothing is the empty value. */
  #value(): string {
    if (this.#peek().kind === 'end' || this.#isSymbol(',')) return ''
    const token = this.#take()
    if (token.kind !== 'word') throw new Error(`found '${token.text}', expected: identifier`)
    return token.text
  }

  /** `(x,y)`, where values may be left out and then are empty; sorted and without duplicates. */
  #values(): string[] {
    const open = this.#take()
    if (open.kind !== 'symbol' || open.text !== '(') throw new Error(`found '${open.text}' expected: '('`)
    const first = this.#peek()
    if (first.kind !== 'word' && !this.#isSymbol(',') && !this.#isSymbol(')')) {
      throw new Error(`found '${first.text}', expected: ',', ')' or identifier`)
    }
    const values = this.#isSymbol(')') ? new Set(['']) : this.#list()
    this.#take()
    return [...values].sort()
  }

  #list(): Set<string> {
    const values = new Set<string>()
    for (;;) {
      const token = this.#take()
      if (token.kind === 'word') {
        values.add(token.text)
        if (this.#isSymbol(')')) return values
        if (!this.#isSymbol(',')) throw new Error(`found '${this.#peek().text}', expected: ',' or ')'`)
      } else if (token.kind === 'symbol' && token.text === ',') {
        if (values.size === 0) values.add('')
        if (this.#isSymbol(',') || this.#isSymbol(')')) values.add('')
        if (this.#isSymbol(')')) return values
      } else throw new Error(`found '${token.text}', expected: ',', or identifier`)
    }
  }

  #peek(): Token {
    return this.#tokens[this.#at]!
  }

  #take(): Token {
    const token = this.#peek()
    if (token.kind !== 'end') this.#at++
    return token
  }

  #isSymbol(text: string): boolean {
    const token = this.#peek()
    return token.kind === 'symbol' && token.text === text
  }

  #startsRequirement(): boolean {
    return this.#peek().kind === 'word' || this.#isSymbol('!')
  }
}
