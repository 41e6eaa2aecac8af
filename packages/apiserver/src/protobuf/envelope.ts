import type { KubeObject } from '@kubetape/apimachinery'
import { jsonToMessage } from './json-to-message.ts'
import { newWriter } from './new-writer.ts'

/** Every body begins with these bytes (API concepts, "Kubernetes Protobuf encoding"). */
export const MAGIC = Buffer.from('k8s\0')

/** Tags of runtime.Unknown and of WatchEvent: field numbers with the wire type of bytes. */
const FIRST = (1 << 3) | 2
const SECOND = (2 << 3) | 2
/** The encoding and the media type of the message, both empty, as Go writes them. */
const TAIL = Buffer.from([(3 << 3) | 2, 0, (4 << 3) | 2, 0])
const FRAME_LENGTH_BYTES = 4

/** What stands before the message of an object of one kind: made once, since it is the same for all of them. */
export function envelopeHead(apiVersion: string, kind: string): Uint8Array {
  const head = newWriter().uint32(FIRST).fork().uint32(FIRST).string(apiVersion).uint32(SECOND).string(kind).ldelim().finish()
  return Buffer.concat([MAGIC, head])
}

/** A message, given in pieces, in the envelope (runtime.Unknown) that says what kind it is. */
export function inEnvelope(head: Uint8Array, pieces: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(inEnvelopeParts(head, pieces))
}

/** The same in parts, of which those of the message are the ones that were given. */
export function inEnvelopeParts(head: Uint8Array, pieces: readonly Uint8Array[]): Uint8Array[] {
  const { before, after } = envelopeAround(head, lengthOf(pieces))
  return [before, ...pieces, after]
}

/** What stands around a message of this length in its envelope. */
export function envelopeAround(head: Uint8Array, messageBytes: number): { before: Uint8Array; after: Uint8Array } {
  const length = newWriter().uint32(SECOND).uint32(messageBytes).finish()
  return { before: Buffer.concat([head, length]), after: TAIL }
}

function lengthOf(parts: readonly Uint8Array[]): number {
  let length = 0
  for (const part of parts) length += part.length
  return length
}

/** An object that says its kind, in its envelope. `typeName` is that of its message. */
export function objectInEnvelope(typeName: string, object: KubeObject | object): Uint8Array {
  const { apiVersion = '', kind = '' } = object as { apiVersion?: string; kind?: string }
  return inEnvelope(envelopeHead(apiVersion, kind), [jsonToMessage(typeName, object)])
}

/**
 * One event of a watch: the length of a WatchEvent in four bytes, and the event (API concepts, "Kubernetes Protobuf encoding"). The event itself has no
 * envelope, the object in it has.
 */
export function watchFrame(type: string, enveloped: Uint8Array): Uint8Array {
  return Buffer.concat(watchFrameParts(type, [enveloped]))
}

/** The same in parts, of which those of the object in its envelope are the ones that were given. */
export function watchFrameParts(type: string, enveloped: readonly Uint8Array[]): Uint8Array[] {
  const size = lengthOf(enveloped)
  // WatchEvent { type = 1; RawExtension { raw = 1 } object = 2 }
  const rawLength = newWriter().uint32(FIRST).uint32(size).finish()
  const start = newWriter()
    .uint32(FIRST)
    .string(type)
    .uint32(SECOND)
    .uint32(rawLength.length + size)
    .finish()
  const length = Buffer.alloc(FRAME_LENGTH_BYTES)
  length.writeUInt32BE(start.length + rawLength.length + size)
  return [Buffer.concat([length, start, rawLength]), ...enveloped]
}
