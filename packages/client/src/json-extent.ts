import { BACKSLASH, BRACKET_BIT, CLOSE, CLOSE_LIST, COMMA, CUT, isSpace, OPEN, OPEN_LIST, QUOTE } from './json-bytes.ts'
import { endOfStructure } from './json-check.ts'

/** Asked where a key begins and ends within a value; answers where to go on: at `end`, or behind the key's value. */
export type KeySkipper = (start: number, end: number) => number

/**
 * Where the JSON value that begins at `at` ends, `CUT` when it does not end before `end`. Objects and lists are checked: throws a
 * SyntaxError when they are no JSON. With `skip`, which is shown every string, and of anything else only the end is looked for.
 */
export function endOfValue(bytes: Uint8Array, at: number, end: number, skip?: KeySkipper): number {
  if (at >= end) return CUT
  const first = bytes[at]!
  if (first === QUOTE) return endOfString(bytes, at, end)
  if (first === OPEN || first === OPEN_LIST) return skip === undefined ? endOfStructure(bytes, at, end) : endOfSkipped(bytes, at, end, skip)
  for (let next = at; next < end; next++) {
    const byte = bytes[next]!
    if (byte === COMMA || byte === CLOSE || byte === CLOSE_LIST || isSpace(byte)) return next
  }
  return CUT
}

/** Where the string that begins with the quote at `at` ends. */
export function endOfString(bytes: Uint8Array, at: number, end: number): number {
  for (let next = at + 1; next < end; next++) {
    const byte = bytes[next]!
    if (byte === QUOTE) return next + 1
    if (byte === BACKSLASH) next++
  }
  return CUT
}

/** Behind the space at `at`, if there is any. */
export function behindSpace(bytes: Uint8Array, at: number, end: number): number {
  while (at < end && isSpace(bytes[at]!)) at++
  return at
}

function endOfSkipped(bytes: Uint8Array, at: number, end: number, skip: KeySkipper): number {
  for (let depth = 0; at < end;) {
    const byte = bytes[at]!
    if (byte === QUOTE) {
      const behind = endOfString(bytes, at, end)
      if (behind === CUT) return CUT
      at = skip(at, behind)
      if (at === CUT) return CUT
      continue
    }
    at++
    const bracket = byte | BRACKET_BIT
    if (bracket === OPEN) depth++
    else if (bracket === CLOSE && --depth === 0) return at
  }
  return CUT
}
