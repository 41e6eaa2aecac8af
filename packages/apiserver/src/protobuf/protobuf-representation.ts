import type { StorageEvent } from '@kubetape/storage'
import type { Body } from '../http/list-body.ts'
import type { BodyResult } from '../request/api-request.ts'
import { bookmarkObject, type Encoded, objectOf, type Representation } from '../http/representation.ts'
import type { WatchEncoding } from '../http/watch-response.ts'
import type { ServedResource } from '../registry/served-resource.ts'
import type { Transformation } from '../table/negotiation.ts'
import { checkTransformation, goTypeOf, partialObjectMetadata } from '../table/partial-object-metadata.ts'
import { watchFrame } from './envelope.ts'
import { encodePartial, encodeStatus, partialListBody, type ProtobufEncoding } from './protobuf-encoding.ts'

export const PROTOBUF = 'application/vnd.kubernetes.protobuf'

/** Answers as protobuf: whole objects where the kind has a message (`encoding`), and metadata only (`as`) of every kind. */
export function protobufRepresentation(
  resource: ServedResource,
  encoding: ProtobufEncoding | undefined,
  as: Transformation | undefined,
): Representation {
  if (as !== undefined || encoding === undefined) return metadataRepresentation(resource, as!)
  return {
    encode: (result) => (result.type === 'list' ? encodedList(encoding.list(result.list)) : encoded(wholeBytes(encoding, result))),
    watch: () => ({
      ...watchBasics(resource, (object) => encoding.object(object)),
      event: ({ type, object }: StorageEvent, keep) => encoding.event(type, object, keep),
      added: (object) => encoding.added(object),
    }),
  }
}

const encoded = (bytes: Uint8Array): Encoded => ({ contentType: PROTOBUF, bytes, end: '' })
const encodedList = (body: Body): Encoded => ({ contentType: PROTOBUF, body })

function wholeBytes(encoding: ProtobufEncoding, result: Exclude<BodyResult, { type: 'list' }>): Uint8Array {
  switch (result.type) {
    case 'stored':
      return encoding.stored(result.stored)
    case 'object':
      return encoding.object(result.object)
    case 'status':
      return encodeStatus(result.status)
  }
}

function metadataRepresentation(resource: ServedResource, as: Transformation): Representation {
  const { version } = as
  return {
    encode: (result) => {
      if (result.type === 'status') return encoded(encodeStatus(result.status))
      checkTransformation(as, result.type === 'list', goTypeOf(resource, result.type === 'list'))
      if (result.type !== 'list') return encoded(encodePartial(partialObjectMetadata(objectOf(result), version)))
      return encodedList(partialListBody(`meta.k8s.io/${version}`, result.list))
    },
    watch: () => ({
      ...watchBasics(resource, (object) => encodePartial(partialObjectMetadata(object, version))),
      event: ({ type, object }) => watchFrame(type, encodePartial(partialObjectMetadata(object.object, version))),
      added: ({ object }) => [watchFrame('ADDED', encodePartial(partialObjectMetadata(object, version)))],
    }),
  }
}

function watchBasics(
  resource: ServedResource,
  encode: (object: ReturnType<typeof bookmarkObject>) => Uint8Array,
): Pick<WatchEncoding, 'contentType' | 'bookmark' | 'error'> {
  return {
    contentType: `${PROTOBUF};stream=watch`,
    bookmark: (revision, initialEventsEnd) => watchFrame('BOOKMARK', encode(bookmarkObject(resource, revision, initialEventsEnd))),
    error: (status) => watchFrame('ERROR', encodeStatus(status)),
  }
}
