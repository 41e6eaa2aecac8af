import { parseExactJson } from '@kubetape/apimachinery'
import { ExactReader, JSON_DEPTH_MAX, JsonSyntaxError } from './exact-reader.ts'

/**
 * A JSON text with what `JSON.parse` does not tell. Reading is cheap: the text is parsed natively and skimmed once, from string to string,
 * for the number of its keys and for numbers that need their text. Only where those matter is it read again, exactly.
 */
export class JsonText {
  readonly text: string
  /** Parsed natively; of repeated keys the last one won, and integers beyond 2^53 are bigints. */
  readonly value: unknown
  /** How many keys all objects of the text have together, repeated ones counted each time. */
  readonly keyCount: number
  /** No number needs more than a JavaScript number. */
  readonly plainNumbers: boolean

  private constructor(text: string, value: unknown, keyCount: number, plainNumbers: boolean) {
    this.text = text
    this.value = value
    this.keyCount = keyCount
    this.plainNumbers = plainNumbers
  }

  /** Reads a text. Throws a JsonSyntaxError with upstream's words when it is no JSON. */
  static read(given: string): JsonText {
    const text = wellFormed(given)
    let value: unknown
    try {
      value = parseExactJson(text)
    } catch (cause) {
      // Upstream's words come from our own reader; what only the native parser refuses stays an error of its own.
      new ExactReader(text).read()
      throw cause
    }
    const { keyCount, plainNumbers } = skim(text)
    return new JsonText(text, value, keyCount, plainNumbers)
  }

  /** The value with ExactNumber and RepeatedFields where they are needed. */
  exact(): unknown {
    return new ExactReader(this.text).read()
  }
}

/** An escape of half a character: with its other half, or alone. Other escapes are passed over whole. */
const ESCAPES = /\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|[^])/g
const HALF = /\\u[dD][89a-fA-F]/
const HALF_LENGTH = 6

/** Halves of characters become U+FFFD, as Go's decoder has it: nothing that is stored or sent could hold them. */
function wellFormed(text: string): string {
  if (!HALF.test(text)) return text
  return text.replace(ESCAPES, (escape) => (escape.length === HALF_LENGTH ? '\\ufffd' : escape))
}

const BACKSLASH = 92
const COLON = 58
const OPEN_BRACE = 123
const CLOSE_BRACE = 125
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
const PLAIN_DIGITS_MAX = 15

/** Counts keys and looks at numbers; `text` is valid JSON. */
function skim(text: string): { keyCount: number; plainNumbers: boolean } {
  let keyCount = 0
  let depth = 0
  let plainNumbers = true
  let at = 0
  while (at < text.length) {
    const quote = text.indexOf('"', at)
    const end = quote < 0 ? text.length : quote
    depth += depthBetween(text, at, end, depth)
    if (end - at > 1 && plainNumbers) plainNumbers = plainBetween(text, at, end)
    if (quote < 0) break
    let close = text.indexOf('"', quote + 1)
    while (text.charCodeAt(close - 1) === BACKSLASH && escaped(text, close)) close = text.indexOf('"', close + 1)
    at = close + 1
    let next = text.charCodeAt(at)
    while (next === 32 || next === 10 || next === 13 || next === 9) next = text.charCodeAt(++at)
    if (next === COLON) {
      keyCount++
      at++
    }
  }
  return { keyCount, plainNumbers }
}

/** Whether the quote at `at` follows an odd number of backslashes. */
function escaped(text: string, at: number): boolean {
  let slashes = 0
  while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++
  return slashes % 2 === 1
}

/** How much deeper a text is at `to` than at `from`, between two strings. Throws where it is too deep on its way. */
function depthBetween(text: string, from: number, to: number, before: number): number {
  let depth = before
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (++depth > JSON_DEPTH_MAX) throw new JsonSyntaxError('exceeded max depth')
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--
  }
  return depth - before
}

/** Whether the numbers between two strings are short integers. */
function plainBetween(text: string, from: number, to: number): boolean {
  let digits = 0
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    if (code >= 48 && code <= 57) {
      // A leading zero after a minus sign is -0, which has no place in a JavaScript integer.
      if (++digits > PLAIN_DIGITS_MAX || (digits === 1 && code === 48 && text.charCodeAt(at - 1) === 45)) return false
    } else if (digits > 0 && (code === 46 || code === 101 || code === 69)) return false
    else digits = 0
  }
  return true
}
