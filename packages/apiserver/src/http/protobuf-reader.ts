import { badRequest } from '@kubetape/apimachinery'

/** How a field's value is held on the wire (protobuf encoding, "Message Structure"). */
const VARINT = 0
const FIXED_64 = 1
const LENGTH_DELIMITED = 2
const FIXED_32 = 5

/** One field of a message: a whole number, eight bytes of a double, or bytes. */
export interface WireValue {
  readonly field: number
  /** Of a varint; as signed 64 bits. */
  readonly number?: bigint
  /** Of everything else. */
  readonly bytes?: Buffer
}

/** The fields of a protobuf message in the order of its bytes. Throws 400 for bytes that are no message. */
export function* readFields(bytes: Buffer): Generator<WireValue> {
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++]
      if (byte === undefined) throw malformed('unexpected EOF')
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    throw malformed('integer overflow')
  }
  const take = (length: number): Buffer => {
    if (length > bytes.length - at) throw malformed('unexpected EOF')
    at += length
    return bytes.subarray(at - length, at)
  }
  while (at < bytes.length) {
    const tag = Number(varint())
    const field = tag >>> 3
    switch (tag & 7) {
      case VARINT:
        yield { field, number: BigInt.asIntN(64, varint()) }
        break
      case FIXED_64:
        yield { field, bytes: take(8) }
        break
      case LENGTH_DELIMITED:
        yield { field, bytes: take(Number(varint())) }
        break
      case FIXED_32:
        yield { field, bytes: take(4) }
        break
      default:
        throw malformed(`illegal tag ${field} (wire type ${tag & 7})`)
    }
  }
}

/** The refusal of bytes that are not what they say they are. */
export const malformed = (why: string): Error => badRequest(`Cannot read the protobuf body: ${why}`)
