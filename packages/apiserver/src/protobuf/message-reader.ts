import { badRequest } from '@kubetape/apimachinery'

/** How a field's value is held on the wire (protobuf encoding, "Message Structure"). */
const VARINT = 0
const FIXED_64 = 1
const LENGTH_DELIMITED = 2
const FIXED_32 = 5

/** One field of a message: a whole number, eight bytes of a double, or bytes. */
export interface WireValue {
  readonly field: number
  /** Of a varint; a bigint where it is no exact number. */
  readonly number?: number | bigint
  /** Of everything else. */
  readonly bytes?: Buffer
}

/** A place in bytes that moves on as they are read. */
interface Cursor {
  readonly bytes: Buffer
  at: number
}

/**
 * The fields of a protobuf message in the order of its bytes, one at a time: two bytes may be one, and all of them at once would take a hundred times
 * the memory of a body. Throws 400 for bytes that are no message.
 */
export function* readFields(bytes: Buffer): Generator<WireValue> {
  const cursor: Cursor = { bytes, at: 0 }
  while (cursor.at < bytes.length) {
    const tag = Number(varint(cursor))
    const field = Math.floor(tag / 8)
    switch (tag % 8) {
      case VARINT:
        yield { field, number: varint(cursor) }
        break
      case FIXED_64:
        yield { field, bytes: take(cursor, 8) }
        break
      case LENGTH_DELIMITED:
        yield { field, bytes: take(cursor, Number(varint(cursor))) }
        break
      case FIXED_32:
        yield { field, bytes: take(cursor, 4) }
        break
      default:
        throw malformed(`illegal tag ${field} (wire type ${tag % 8})`)
    }
  }
}

/** The numbers of a packed list. */
export function readVarints(bytes: Buffer): (number | bigint)[] {
  const cursor: Cursor = { bytes, at: 0 }
  const numbers: (number | bigint)[] = []
  while (cursor.at < bytes.length) numbers.push(varint(cursor))
  return numbers
}

/** Signed 64 bits. Up to four bytes, which nearly all are, are read without a bigint. */
function varint(cursor: Cursor): number | bigint {
  const { bytes } = cursor
  let value = 0
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = bytes[cursor.at++]
    if (byte === undefined) throw malformed('unexpected EOF')
    value |= (byte & 0x7f) << shift
    if (byte < 0x80) return value
  }
  return longVarint(cursor, BigInt(value))
}

function longVarint(cursor: Cursor, low: bigint): number | bigint {
  let value = low
  for (let shift = 28n; shift < 70n; shift += 7n) {
    const byte = cursor.bytes[cursor.at++]
    if (byte === undefined) throw malformed('unexpected EOF')
    value |= BigInt(byte & 0x7f) << shift
    if (byte < 0x80) {
      const signed = BigInt.asIntN(64, value)
      return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed
    }
  }
  throw malformed('integer overflow')
}

function take(cursor: Cursor, length: number): Buffer {
  if (length < 0 || length > cursor.bytes.length - cursor.at) throw malformed('unexpected EOF')
  cursor.at += length
  return cursor.bytes.subarray(cursor.at - length, cursor.at)
}

/** The refusal of bytes that are not what they say they are. */
export const malformed = (why: string): Error => badRequest(`Cannot read the protobuf body: ${why}`)
