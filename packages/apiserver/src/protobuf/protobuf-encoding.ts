import { typeNameOfKind } from '@kubetape/api'
import type { KubeObject, ListMeta, Status } from '@kubetape/apimachinery'
import type { ListResult, StoredObject } from '@kubetape/storage'
import { listMetadata } from '../http/encode.ts'
import { type Body, ListBody, listLength, TAGS_AND_LENGTHS } from '../http/list-body.ts'
import type { ServedResource } from '../registry/served-resource.ts'
import { envelopeAround, envelopeHead, inEnvelope, inEnvelopeParts, objectInEnvelope, watchFrame, watchFrameParts } from './envelope.ts'
import { hasMessage, jsonToMessage } from './json-to-message.ts'
import { newWriter } from './new-writer.ts'

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1.'
/** Of every list, metadata is field 1. */
const METADATA_TAG = (1 << 3) | 2

/** Objects of one resource as protobuf. A stored object is encoded once for each of its revisions, and those bytes are in lists and watches. */
export class ProtobufEncoding {
  readonly #typeName: string
  readonly #head: Uint8Array
  readonly #listHead: Uint8Array

  private constructor(resource: ServedResource, typeName: string) {
    this.#typeName = typeName
    this.#head = envelopeHead(resource.apiVersion, resource.info.kind)
    this.#listHead = envelopeHead(resource.apiVersion, `${resource.info.kind}List`)
  }

  /** Undefined for a resource without a message: a custom one. */
  static of(resource: ServedResource): ProtobufEncoding | undefined {
    const known = encodings.get(resource)
    if (known !== undefined) return known
    const typeName = resource.custom ? undefined : typeNameOfKind(resource.gvk)
    if (typeName === undefined || !hasMessage(typeName)) return undefined
    const encoding = new ProtobufEncoding(resource, typeName)
    encodings.set(resource, encoding)
    return encoding
  }

  stored(stored: StoredObject): Uint8Array {
    return inEnvelope(this.#head, [this.#messageOf(stored)])
  }

  /** Any built-in object by the kind that it says, so that the answers of subresources can be sent too. */
  object(object: Readonly<KubeObject>): Uint8Array {
    const { apiVersion = '', kind = '' } = object
    const at = apiVersion.lastIndexOf('/')
    const typeName = typeNameOfKind({ group: at < 0 ? '' : apiVersion.slice(0, at), version: apiVersion.slice(at + 1), kind })
    return objectInEnvelope(typeName ?? this.#typeName, object)
  }

  list(list: ListResult): Body {
    return listInEnvelope(
      this.#listHead,
      listMetadata(list),
      list.items.map((one) => this.#messageOf(one)),
    )
  }

  /** The frame of an event. `keep`: others are about to ask for the same. */
  event(type: string, stored: StoredObject, keep: boolean): Uint8Array {
    const known = stored.alternate?.frame
    if (known?.type === type) return known.bytes
    const bytes = watchFrame(type, this.stored(stored))
    if (keep) stored.alternate = { ...stored.alternate, frame: { type, bytes } }
    return bytes
  }

  /** The frame of the event that says that an object is there, around the message that all who ask for it share. */
  added(stored: StoredObject): readonly Uint8Array[] {
    const message = this.#messageOf(stored)
    return watchFrameParts('ADDED', inEnvelopeParts(this.#head, [message]))
  }

  #messageOf(stored: StoredObject): Uint8Array {
    const known = stored.alternate?.bytes
    if (known !== undefined) return known
    const bytes = lasting(jsonToMessage(this.#typeName, stored.object))
    stored.alternate = { ...stored.alternate, bytes }
    return bytes
  }
}

const encodings = new WeakMap<ServedResource, ProtobufEncoding>()

/** The Status of a refusal, or of a deletion. */
export function encodeStatus(status: Status): Uint8Array {
  return objectInEnvelope(`${META}Status`, status)
}

/** An object that has only its metadata: of every kind, custom ones included. */
export function encodePartial(object: KubeObject): Uint8Array {
  return inEnvelope(envelopeHead(object.apiVersion ?? '', object.kind ?? ''), [partialMessage(object)])
}

/** A list of such objects. */
export function partialListBody(apiVersion: string, list: ListResult): Body {
  return listInEnvelope(envelopeHead(apiVersion, 'PartialObjectMetadataList'), listMetadata(list), list.items.map(storedPartialMessage))
}

/** Made once for each revision, as whole messages are. */
function storedPartialMessage(stored: StoredObject): Uint8Array {
  const known = stored.alternate?.metadata
  if (known !== undefined) return known
  const metadata = lasting(partialMessage(stored.object))
  stored.alternate = { ...stored.alternate, metadata }
  return metadata
}

/** With memory of their own: small ones are cut off a pool, of which each that stays would keep a whole piece. */
function lasting(bytes: Uint8Array): Uint8Array {
  if (bytes.buffer.byteLength === bytes.length) return bytes
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  copy.set(bytes)
  return copy
}

/** PartialObjectMetadata { ObjectMeta metadata = 1 }: no built-in kind is made of it, so the API's data does not have it. */
function partialMessage({ metadata = {} }: Readonly<KubeObject>): Uint8Array {
  return newWriter()
    .uint32(METADATA_TAG)
    .bytes(jsonToMessage(`${META}ObjectMeta`, metadata))
    .finish()
}

/** The messages are shared with all lists that have them, and copied only while they are sent. */
function listInEnvelope(head: Uint8Array, metadata: ListMeta, messages: readonly Uint8Array[]): Body {
  const listMeta = newWriter()
    .uint32(METADATA_TAG)
    .bytes(jsonToMessage(`${META}ListMeta`, metadata))
    .finish()
  const sizes = messages.map(({ length }) => length)
  const list = { head: listMeta, tail: NOTHING, separator: TAGS_AND_LENGTHS }
  const { before, after } = envelopeAround(head, listLength(list, sizes))
  const enveloped = { ...list, head: Buffer.concat([before, listMeta]), tail: after }
  return new ListBody({
    ...enveloped,
    count: messages.length,
    item: (index) => messages[index]!,
    length: listLength(enveloped, sizes),
  })
}

const NOTHING = Buffer.alloc(0)
