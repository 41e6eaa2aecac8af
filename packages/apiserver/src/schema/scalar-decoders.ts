import { canonicalMicroTime, canonicalTime, quantityOf, StatusError, type TypeSchema } from '@kubetape/apimachinery'
import { type DecodeContext, DecodeError } from './decode-context.ts'
import { type Decoder, jsonKindOf } from './decoder.ts'
import { ExactNumber, isInt64 } from './exact-number.ts'
import { shortTypeName } from './wire-field.ts'

/** The decoder of a scalar schema. `goType` is what errors call it; `keepsZero` keeps `''`, 0 and false, which are undefined otherwise. */
export function scalarDecoder(schema: TypeSchema, goType: string, keepsZero: boolean): Decoder {
  switch (schema.type) {
    case 'string':
      return schema.format === 'byte' ? bytesDecoder(goType) : stringDecoder(goType, keepsZero)
    case 'boolean':
      return booleanDecoder(goType, keepsZero)
    case 'integer':
      return integerDecoder(goType, keepsZero, schema.format === 'int32')
    case 'number':
      return numberDecoder(goType)
    default:
      throw new Error(`Cannot decode a value of type "${schema.type}": not a scalar`)
  }
}

function stringDecoder(goType: string, keepsZero: boolean): Decoder {
  return (value, context) => {
    if (typeof value !== 'string') throw context.mismatch(jsonKindOf(value), goType)
    return value === '' && !keepsZero ? undefined : value
  }
}

function booleanDecoder(goType: string, keepsZero: boolean): Decoder {
  return (value, context) => {
    if (typeof value !== 'boolean') throw context.mismatch(jsonKindOf(value), goType)
    return value || keepsZero ? value : undefined
  }
}

function integerDecoder(goType: string, keepsZero: boolean, is32: boolean): Decoder {
  return (value, context) => {
    if (typeof value === 'number' && (value | 0) === value) return value !== 0 || keepsZero ? value : undefined
    return integerOf(value, goType, is32, context)
  }
}

/** An integer that is not obviously one of 32 bits. */
function integerOf(value: unknown, goType: string, is32: boolean, context: DecodeContext): number {
  if (value instanceof ExactNumber || typeof value === 'number' || typeof value === 'bigint') {
    const text = String(value)
    // `-0` is an integer to the API.
    if (!isInt64(text) || (is32 && (Number(text) | 0) !== Number(text))) throw context.mismatch(`number ${text}`, goType)
    return Number(text) + 0
  }
  throw context.mismatch(jsonKindOf(value), goType)
}

function numberDecoder(goType: string): Decoder {
  return (value, context) => {
    if (typeof value === 'number') return value
    if (!(value instanceof ExactNumber)) throw context.mismatch(jsonKindOf(value), goType)
    if (!Number.isFinite(value.valueOf())) throw context.mismatch(`number ${value.text}`, goType)
    return value.valueOf()
  }
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

function bytesDecoder(goType: string): Decoder {
  return (value, context) => {
    if (typeof value !== 'string') throw context.mismatch(jsonKindOf(value), goType)
    if (BASE64.test(value)) return canonicalPadding(value)
    // The decoder of Go skips line breaks, and the answer has none.
    const unbroken = value.replace(/[\r\n]/g, '')
    if (!BASE64.test(unbroken)) throw new DecodeError(`illegal base64 data at input byte ${badByteOf(value)}`)
    return canonicalPadding(unbroken)
  }
}

/** Bits beyond the last byte are not kept: `YR==` comes back as `YQ==`. */
function canonicalPadding(text: string): string {
  return text.endsWith('=') ? Buffer.from(text, 'base64').toString('base64') : text
}

/** Where Go's decoder gives up on a text: at the first character that cannot stand there, or after a group that is not full. */
function badByteOf(text: string): number {
  let place = 0
  let at = 0
  for (; at < text.length; at++) {
    const character = text[at]!
    if (character === '\n' || character === '\r') continue
    if (/[A-Za-z0-9+/]/.test(character)) place = (place + 1) % 4
    else return character === '=' && place >= 2 ? badPaddingOf(text, at, place) : at
  }
  return text.replace(/[\r\n]+$/, '').length - place
}

function badPaddingOf(text: string, first: number, place: number): number {
  let at = first
  if (place === 2) {
    at++
    while (text[at] === '\n' || text[at] === '\r') at++
    if (at >= text.length) return text.length
    if (text[at] !== '=') return at - 1
  }
  at++
  while (text[at] === '\n' || text[at] === '\r') at++
  return at
}

/** The decoder of a type with a format of its own (times, quantities, ports by number or name); undefined for any other type. */
export function formatDecoder(typeName: string): Decoder | undefined {
  switch (shortTypeName(typeName)) {
    case 'Time':
      return timeDecoder(canonicalTime)
    case 'MicroTime':
      return timeDecoder(canonicalMicroTime)
    case 'IntOrString':
      return decodeIntOrString
    case 'Quantity':
      return quantityDecoder((text) => quantityOf(text).toString())
    default:
      return undefined
  }
}

/** The decoder of the amounts of a ResourceList, which upstream rounds up to thousandths. */
export const resourceAmountDecoder = (): Decoder => quantityDecoder((text) => quantityOf(text).roundUp(3).toString())

/** Runs a format of `@kubetape/apimachinery`; what it refuses is refused as a body is. */
function inFormat<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw error instanceof StatusError ? new DecodeError(error.message) : error
  }
}

function timeDecoder(canonical: (text: string) => string | null): Decoder {
  return (value, context) => {
    if (typeof value !== 'string') throw context.mismatch(jsonKindOf(value), 'string')
    return inFormat(() => canonical(value)) ?? undefined
  }
}

const decodeIntOrString: Decoder = (value, context) => (typeof value === 'string' ? value : integerOf(value, 'int32', true, context))

/** The same few amounts are sent again and again; this many are remembered. */
const REMEMBERED_MAX = 1000

function quantityDecoder(canonical: (text: string) => string): Decoder {
  const remembered = new Map<string, string>()
  return (value) => {
    const text =
      typeof value === 'string'
        ? value
        : typeof value === 'number' || typeof value === 'bigint' || value instanceof ExactNumber
          ? String(value)
          : JSON.stringify(value)
    const known = remembered.get(text)
    if (known !== undefined) return known
    const answer = inFormat(() => canonical(text))
    if (remembered.size >= REMEMBERED_MAX) remembered.clear()
    remembered.set(text, answer)
    return answer
  }
}
