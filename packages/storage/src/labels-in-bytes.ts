/** Label sets that many objects have are kept once; so many different ones are remembered before that begins anew. */
const SHARED_MAX = 4096
const TYPE_FIELDS = [Buffer.from('"kind":"'), Buffer.from('"apiVersion":"')]
const METADATA = Buffer.from('"metadata":{')
/** With one of them begins all metadata that has its fields in the order of the wire, in which labels are the first of those that hold others. */
const FIRST_FIELDS = [Buffer.from('"name":'), Buffer.from('"generateName":')]
const LABELS = Buffer.from('"labels"')
const QUOTE = 34
const COMMA = 44
const COLON = 58
const BACKSLASH = 92
const OPEN_BRACKET = 91
const OPEN_BRACE = 123
const CLOSE_BRACE = 125

/**
 * The labels of an object, read from its bytes without parsing the rest: they come before everything that is large or that users may write freely.
 * An object without any when there are none; undefined for bytes that are not as the API server writes them. Equal labels are mostly the same object.
 *
 * NOTE: selectors read those of every object that they look at for the first time, so no call here leaves JavaScript before the labels are found.
 */
export function labelsInBytes(bytes: Uint8Array): Readonly<Record<string, string>> | undefined {
  let at = startOfMetadata(bytes)
  if (bytes[at] === QUOTE && !FIRST_FIELDS.some((field) => isAt(bytes, field, at))) return undefined
  while (bytes[at] === QUOTE) {
    const end = indexOf(bytes, QUOTE, at + 1)
    if (bytes[end + 1] !== COLON) return undefined
    const value = end + 2
    const first = bytes[value]
    if (first === OPEN_BRACE || first === OPEN_BRACKET) return isAt(bytes, LABELS, at) ? labelsAt(bytes, value) : NONE
    const next = first === QUOTE ? afterString(bytes, value) : afterScalar(bytes, value)
    if (bytes[next] !== COMMA) return bytes[next] === CLOSE_BRACE ? NONE : undefined
    at = next + 1
  }
  return bytes[at] === CLOSE_BRACE ? NONE : undefined
}

const NONE: Readonly<Record<string, string>> = Object.freeze({})

/**
 * Behind the brace; behind the end where anything but the type comes before it, in which others might be (recordings of other clusters have custom
 * resources in the order of the names of their fields).
 */
function startOfMetadata(bytes: Uint8Array): number {
  for (let at = 1; ;) {
    if (isAt(bytes, METADATA, at)) return at + METADATA.length
    const field = TYPE_FIELDS.find((one) => isAt(bytes, one, at))
    if (field === undefined) return bytes.length
    at = afterString(bytes, at + field.length - 1) + 1
  }
}

function isAt(bytes: Uint8Array, text: Uint8Array, at: number): boolean {
  for (let index = 0; index < text.length; index++) if (bytes[at + index] !== text[index]) return false
  return true
}

const shared = new Map<string, Readonly<Record<string, string>>>()

/** Neither keys nor values of labels can have a brace in them. */
function labelsAt(bytes: Uint8Array, at: number): Readonly<Record<string, string>> | undefined {
  const end = indexOf(bytes, CLOSE_BRACE, at)
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const text = buffer.toString('utf8', at, end + 1)
  const known = shared.get(text)
  if (known !== undefined) return known
  try {
    const labels = Object.freeze(JSON.parse(text) as Record<string, string>)
    if (shared.size === SHARED_MAX) shared.clear()
    shared.set(text, labels)
    return labels
  } catch {
    return undefined
  }
}

function indexOf(bytes: Uint8Array, byte: number, from: number): number {
  let at = from
  while (at < bytes.length && bytes[at] !== byte) at++
  return at
}

function afterString(bytes: Uint8Array, at: number): number {
  for (let next = at + 1; next < bytes.length; next++) {
    const byte = bytes[next]
    if (byte === BACKSLASH) next++
    else if (byte === QUOTE) return next + 1
  }
  return bytes.length
}

function afterScalar(bytes: Uint8Array, at: number): number {
  let next = at
  while (next < bytes.length && bytes[next] !== COMMA && bytes[next] !== CLOSE_BRACE) next++
  return next
}
