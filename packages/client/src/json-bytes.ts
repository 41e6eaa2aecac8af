/** What stands for a value that goes on after the bytes that are there. */
export const CUT = -1

export const QUOTE = 0x22
export const BACKSLASH = 0x5c
export const OPEN = 0x7b
export const CLOSE = 0x7d
export const OPEN_LIST = 0x5b
export const CLOSE_LIST = 0x5d
export const COMMA = 0x2c
export const COLON = 0x3a
/** Braces and brackets differ in this bit only. */
export const BRACKET_BIT = 0x20

/** Whether the byte is space between the parts of JSON. */
export const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

/** Whether the bytes from `from` to `to` are this ASCII text. */
export function isText(bytes: Uint8Array, from: number, to: number, text: string): boolean {
  if (to - from !== text.length) return false
  for (let at = 0; at < text.length; at++) if (bytes[from + at] !== text.charCodeAt(at)) return false
  return true
}

/** What is thrown where JSON has something else than it must have. */
export function unexpected(bytes: Uint8Array, at: number): SyntaxError {
  const found = Buffer.from(bytes.subarray(at, at + 20)).toString('utf8')
  return new SyntaxError(`Cannot read JSON: unexpected ${JSON.stringify(found)} at byte ${at}`)
}
