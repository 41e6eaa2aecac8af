import { ExactNumber } from './exact-number.ts'
import { RepeatedFields } from './repeated-fields.ts'

/** A text that is no JSON, in the words of Go's decoder. Terminal. */
export class JsonSyntaxError extends Error {
  readonly code = 'JSON_SYNTAX' as const

  constructor(message: string) {
    super(message)
    this.name = 'JsonSyntaxError'
  }
}

/** Deeper texts are refused: Go's limit is 10,000, which the stack of whoever works on such a value later does not hold. No kind is a tenth as deep. */
export const JSON_DEPTH_MAX = 500
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const PLAIN = /^(?:0|-?[1-9][0-9]{0,14})$/
const LITERALS = { t: { text: 'true', value: true }, f: { text: 'false', value: false }, n: { text: 'null', value: null } } as const

/** Reads JSON keeping what `JSON.parse` loses: repeated keys and the text of numbers. Slow; for bodies that have such things, and for error messages. */
export class ExactReader {
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  /** The one value of the text. Throws a JsonSyntaxError. */
  read(): unknown {
    const value = this.#value('looking for beginning of value')
    this.#blank()
    if (this.#at < this.#text.length) throw this.#unexpected('after top-level value')
    return value
  }

  #value(context: string): unknown {
    this.#blank()
    const head = this.#text[this.#at]
    if (head === undefined) throw this.#ended()
    if (head === '"') return this.#string()
    if (head === '{') return this.#nested(() => this.#object())
    if (head === '[') return this.#nested(() => this.#array())
    if (head === 't' || head === 'f' || head === 'n') return this.#literal(LITERALS[head])
    if (head === '-' || (head >= '0' && head <= '9')) return this.#number()
    throw this.#unexpected(context)
  }

  #nested(read: () => unknown): unknown {
    if (++this.#depth > JSON_DEPTH_MAX) throw new JsonSyntaxError('exceeded max depth')
    const value = read()
    this.#depth--
    return value
  }

  #object(): unknown {
    const entries: [string, unknown][] = []
    const seen = new Set<string>()
    this.#at++
    this.#blank()
    if (this.#text[this.#at] === '}') {
      this.#at++
      return {}
    }
    for (;;) {
      this.#blank()
      if (this.#at >= this.#text.length) throw this.#ended()
      if (this.#text[this.#at] !== '"') throw this.#unexpected('looking for beginning of object key string')
      const key = this.#string()
      this.#blank()
      this.#expect(':', 'after object key')
      entries.push([key, this.#value('looking for beginning of value')])
      seen.add(key)
      this.#blank()
      if (this.#text[this.#at] === ',') this.#at++
      else {
        this.#expect('}', 'after object key:value pair')
        return seen.size < entries.length ? new RepeatedFields(entries) : Object.fromEntries(entries)
      }
    }
  }

  #array(): unknown[] {
    const items: unknown[] = []
    this.#at++
    this.#blank()
    if (this.#text[this.#at] === ']') {
      this.#at++
      return items
    }
    for (;;) {
      items.push(this.#value('looking for beginning of value'))
      this.#blank()
      if (this.#text[this.#at] === ',') this.#at++
      else {
        this.#expect(']', 'after array element')
        return items
      }
    }
  }

  #string(): string {
    const start = this.#at++
    for (; this.#at < this.#text.length; this.#at++) {
      const code = this.#text.charCodeAt(this.#at)
      if (code === 34) {
        const text = this.#text.slice(start, ++this.#at)
        return JSON.parse(text) as string
      }
      if (code < 32) throw this.#unexpected('in string literal')
      if (code === 92) this.#escape()
    }
    throw this.#ended()
  }

  #escape(): void {
    const kind = this.#text[++this.#at]
    if (kind === undefined) throw this.#ended()
    if (!'"\\/bfnrtu'.includes(kind)) throw this.#unexpected('in string escape code')
    for (let digit = 0; kind === 'u' && digit < 4; digit++) {
      const hex = this.#text[++this.#at]
      if (hex === undefined) throw this.#ended()
      if (!/[0-9a-fA-F]/.test(hex)) throw this.#unexpected('in \\u hexadecimal character escape')
    }
  }

  #number(): number | ExactNumber {
    NUMBER.lastIndex = this.#at
    const match = NUMBER.exec(this.#text)
    if (match === null) {
      this.#at++
      throw this.#at >= this.#text.length ? this.#ended() : this.#unexpected('in numeric literal')
    }
    this.#at += match[0].length
    const next = this.#text[this.#at]
    if (next === '.' || next === 'e' || next === 'E') this.#brokenNumber(next)
    return PLAIN.test(match[0]) ? Number(match[0]) : new ExactNumber(match[0])
  }

  /** A number goes on with a dot or an exponent that has no digits. */
  #brokenNumber(next: string): never {
    this.#at++
    if (next !== '.' && /[+-]/.test(this.#text[this.#at] ?? '')) this.#at++
    if (this.#at >= this.#text.length) throw this.#ended()
    throw this.#unexpected(next === '.' ? 'after decimal point in numeric literal' : 'in exponent of numeric literal')
  }

  #literal({ text, value }: { text: string; value: boolean | null }): boolean | null {
    for (let at = 1; at < text.length; at++) {
      const got = this.#text[++this.#at]
      if (got === undefined) throw this.#ended()
      if (got !== text[at]) throw this.#unexpected(`in literal ${text} (expecting '${text[at]}')`)
    }
    this.#at++
    return value
  }

  #expect(what: string, context: string): void {
    if (this.#at >= this.#text.length) throw this.#ended()
    if (this.#text[this.#at] !== what) throw this.#unexpected(context)
    this.#at++
  }

  #blank(): void {
    while (/[ \t\r\n]/.test(this.#text[this.#at] ?? '')) this.#at++
  }

  #ended(): JsonSyntaxError {
    return new JsonSyntaxError('unexpected end of JSON input')
  }

  #unexpected(context: string): JsonSyntaxError {
    const got = this.#text[this.#at]!
    const shown = got === "'" ? "'\\''" : got === '"' ? "'\"'" : `'${JSON.stringify(got).slice(1, -1)}'`
    return new JsonSyntaxError(`invalid character ${shown} ${context}`)
  }
}
