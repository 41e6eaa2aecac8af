const METADATA = Buffer.from('"metadata":{')
const QUOTE = 34
const COMMA = 44
const COLON = 58
const BACKSLASH = 92
const OPEN_BRACKET = 91
const OPEN_BRACE = 123
const CLOSE_BRACE = 125

/**
 * The labels of an object, read from its bytes without parsing the rest: they come before everything that is large or that users may write freely.
 * An object without any when there are none; undefined for bytes that are not as the API server writes them.
 */
export function labelsInBytes(bytes: Uint8Array): Record<string, string> | undefined {
  const text = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = text.indexOf(METADATA)
  if (at < 0) return undefined
  at += METADATA.length
  while (text[at] === QUOTE) {
    const end = text.indexOf(QUOTE, at + 1)
    if (end < 0 || text[end + 1] !== COLON) return undefined
    const value = end + 2
    const first = text[value]
    if (first === OPEN_BRACE || first === OPEN_BRACKET) return isLabels(text, at, end) ? labelsAt(text, value) : NONE
    const next = first === QUOTE ? afterString(text, value) : afterScalar(text, value)
    if (text[next] !== COMMA) return text[next] === CLOSE_BRACE ? NONE : undefined
    at = next + 1
  }
  return text[at] === CLOSE_BRACE ? NONE : undefined
}

const NONE: Record<string, string> = Object.freeze({})

const isLabels = (text: Buffer, from: number, to: number): boolean => text.toString('latin1', from + 1, to) === 'labels'

/** Neither keys nor values of labels can have a brace in them. */
function labelsAt(text: Buffer, at: number): Record<string, string> | undefined {
  const end = text.indexOf(CLOSE_BRACE, at)
  try {
    return Object.freeze(JSON.parse(text.toString('utf8', at, end + 1)) as Record<string, string>)
  } catch {
    return undefined
  }
}

function afterString(text: Buffer, at: number): number {
  for (let next = at + 1; next < text.length; next++) {
    const byte = text[next]
    if (byte === BACKSLASH) next++
    else if (byte === QUOTE) return next + 1
  }
  return text.length
}

function afterScalar(text: Buffer, at: number): number {
  let next = at
  while (next < text.length && text[next] !== COMMA && text[next] !== CLOSE_BRACE) next++
  return next
}
