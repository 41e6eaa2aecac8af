/** What stands for a value that goes on after the bytes that are there. */
export const CUT = -1

export const [QUOTE, BACKSLASH, OPEN, CLOSE, OPEN_LIST, CLOSE_LIST, COMMA, COLON] = [0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d, 0x2c, 0x3a]
/** Braces and brackets differ in this bit only. */
const BRACKET_BIT = 0x20

/** Asked where a key begins and ends within a value; answers where to go on: at `end`, or behind the key's value. */
export type KeySkipper = (start: number, end: number) => number

/**
 * Where the JSON value that begins at `at` ends, seen from its quotes and brackets alone; `CUT` when it does not end before `end`. What is between
 * them is for the parser to judge. `skip` is shown every string.
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

const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

/** Written for speed: most bytes of every answer pass through here once. */
function endOfStructure(bytes: Uint8Array, at: number, end: number): number {
  let depth = 0
  for (; at < end; at++) {
    const byte = bytes[at]!
    if (byte === QUOTE) {
      for (at++; at < end; at++) {
        const inside = bytes[at]!
        if (inside === QUOTE) break
        if (inside === BACKSLASH) at++
      }
    } else {
      const bracket = byte | BRACKET_BIT
      if (bracket === OPEN) depth++
      else if (bracket === CLOSE && --depth === 0) return at + 1
    }
  }
  return CUT
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
