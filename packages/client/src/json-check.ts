import { BACKSLASH, CLOSE, CLOSE_LIST, COLON, COMMA, CUT, isSpace, isText, OPEN, OPEN_LIST, QUOTE, unexpected } from './json-bytes.ts'

/** Deeper values are refused, as by Go's encoding/json. */
export const DEPTH_MAX = 10_000

/** What may come next; a closing bracket too where the first of something may. */
const FIRST_KEY = 0
const KEY = 1
const NAME_END = 2
const FIRST_ITEM = 3
const VALUE = 4
const VALUE_END = 5

const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/
const ESCAPED = new Set(Buffer.from('"\\/bfnrt'))
const SPACE = 0x20
/** What stands in strings for itself. */
const ORDINARY = Uint8Array.from({ length: 256 }, (_, byte) => (byte < SPACE || byte === QUOTE || byte === BACKSLASH ? 0 : 1))
const LETTER_U = 0x75
const [ZERO, NINE] = [0x30, 0x39]

/**
 * Where the object or list that begins at `at` ends; `CUT` when it does not end before `end`. Throws a SyntaxError where `JSON.parse` would, and
 * when it is deeper than `DEPTH_MAX`: what is not parsed now must not turn out to be no JSON later. Written for speed: most bytes of every answer pass
 * through here once.
 */
export function endOfStructure(bytes: Uint8Array, at: number, end: number): number {
  const outer: boolean[] = []
  let inList: boolean = bytes[at] === OPEN_LIST
  let next: number = inList ? FIRST_ITEM : FIRST_KEY
  for (at++; at < end; at++) {
    const byte = bytes[at]!
    if (byte === QUOTE) {
      if (next === NAME_END || next === VALUE_END) throw unexpected(bytes, at)
      at = closingQuote(bytes, at, end)
      if (at === CUT) return CUT
      next = next <= KEY ? NAME_END : VALUE_END
    } else if (byte === COLON) {
      if (next !== NAME_END) throw unexpected(bytes, at)
      next = VALUE
    } else if (byte === COMMA) {
      if (next !== VALUE_END) throw unexpected(bytes, at)
      next = inList ? VALUE : KEY
    } else if (byte === OPEN || byte === OPEN_LIST) {
      if ((next !== VALUE && next !== FIRST_ITEM) || outer.length >= DEPTH_MAX) throw unexpected(bytes, at)
      outer.push(inList)
      inList = byte === OPEN_LIST
      next = inList ? FIRST_ITEM : FIRST_KEY
    } else if (byte === CLOSE || byte === CLOSE_LIST) {
      if (inList !== (byte === CLOSE_LIST) || (next !== VALUE_END && next !== FIRST_ITEM && next !== FIRST_KEY)) throw unexpected(bytes, at)
      if (outer.length === 0) return at + 1
      inList = outer.pop()!
      next = VALUE_END
    } else if (!isSpace(byte)) {
      if (next !== VALUE && next !== FIRST_ITEM) throw unexpected(bytes, at)
      const behind = endOfScalar(bytes, at, end)
      if (behind === CUT) return CUT
      at = behind - 1
      next = VALUE_END
    }
  }
  return CUT
}

/** Where the string that begins with the quote at `at` has its other quote; `CUT` when that is not there. Throws a SyntaxError where `JSON.parse` would. */
export function closingQuote(bytes: Uint8Array, at: number, end: number): number {
  for (at++; at < end; at++) {
    const byte = bytes[at]!
    if (ORDINARY[byte] === 1) continue
    if (byte === QUOTE) return at
    if (byte < SPACE) throw unexpected(bytes, at)
    if (++at >= end) return CUT
    if (bytes[at] === LETTER_U) {
      for (const last = at + 4; at < last;) {
        if (++at >= end) return CUT
        if (!isHex(bytes[at]!)) throw unexpected(bytes, at)
      }
    } else if (!ESCAPED.has(bytes[at]!)) throw unexpected(bytes, at)
  }
  return CUT
}

const isHex = (byte: number): boolean => /[0-9A-Fa-f]/.test(String.fromCharCode(byte))

/** Where the number, `true`, `false` or `null` at `at` ends. */
function endOfScalar(bytes: Uint8Array, at: number, end: number): number {
  let behind = at
  let isDigits = bytes[at] !== ZERO
  for (; ; behind++) {
    if (behind >= end) return CUT
    const byte = bytes[behind]!
    if (byte === COMMA || byte === CLOSE || byte === CLOSE_LIST || isSpace(byte)) break
    isDigits &&= byte >= ZERO && byte <= NINE
  }
  if (isDigits || isText(bytes, at, behind, 'true') || isText(bytes, at, behind, 'false') || isText(bytes, at, behind, 'null'))
    return behind
  if (!NUMBER.test(Buffer.from(bytes.subarray(at, behind)).toString('latin1'))) throw unexpected(bytes, at)
  return behind
}
