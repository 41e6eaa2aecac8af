import { type KubeObject, parseExactJson, printExactJson, type Status } from '@kubetape/apimachinery'
import type { ListResult, StorageEvent } from '@kubetape/storage'
import type { BodyResult, RequestOptions } from '../request/api-request.ts'
import type { ServedResource } from '../registry/served-resource.ts'
import { encodeStatus, ProtobufEncoding } from '../protobuf/protobuf-encoding.ts'
import { PROTOBUF, protobufRepresentation } from '../protobuf/protobuf-representation.ts'
import { mediaTypeOfRefusal, type Negotiated, negotiate, type Transformation } from '../table/negotiation.ts'
import { checkTransformation, goTypeOf, partialObjectMetadata, partialObjectMetadataList } from '../table/partial-object-metadata.ts'
import { SCALE_COLUMNS, scaleRow } from '../table/scale-table.ts'
import { parseIncludeObject, rowOf, tableOf, tableOfObject, type TableOptions, WatchTables } from '../table/table.ts'
import { yamlLibrary } from '../yaml-library.ts'
import { encodeJson, encodeJsonLine, encodeResult, listBody, listMetadata } from './encode.ts'
import type { Body } from './list-body.ts'
import { transformedListBody } from './transformed-list-body.ts'
import type { WatchEncoding } from './watch-response.ts'

/** An answer as it is sent: whole, or a list, which is put together while it is sent. */
export type Encoded = EncodedBytes | { readonly contentType: string; readonly body: Body }

export interface EncodedBytes {
  readonly contentType: string
  readonly bytes: Uint8Array
  /** What follows the bytes, which may be shared and are not copied for it: JSON on one line ends with a line feed. */
  readonly end: '\n' | ''
  readonly body?: undefined
}

/** The form that a client asked for: how results and watch events become bytes. */
export interface Representation {
  encode(result: BodyResult): Encoded
  watch(): WatchEncoding
}

/** What the form of an answer depends on. */
export interface Wanted {
  readonly accept: string | undefined
  readonly userAgent: string | undefined
  readonly isWatch: boolean
  readonly options: RequestOptions
  readonly includeObject: string | null
  readonly nowMs: () => number
}

/** Reads the Accept header; throws 406 when nothing in it can be served. */
export function chooseRepresentation(resource: ServedResource, wanted: Wanted): Representation {
  const protobuf = ProtobufEncoding.of(resource)
  const form = negotiate({
    accept: wanted.accept,
    protobuf: protobuf === undefined ? 'metadata' : 'all',
    watch: wanted.isWatch,
    pretty: wanted.options.pretty,
    userAgent: wanted.userAgent,
  })
  if (form.mediaType === PROTOBUF) return protobufRepresentation(resource, protobuf, form.as)
  const transform = form.as === undefined ? undefined : transformer(resource, form.as, wanted)
  return {
    encode: (result) => {
      if (result.type === 'list' && form.mediaType === 'application/json' && !form.pretty) {
        const body = transform === undefined ? listBody(resource, result.list, '\n') : transform.large(result.list)
        if (body !== undefined) return { contentType: 'application/json', body }
      }
      if (transform === undefined || result.type === 'status') return write(form, () => encodeResult(resource, result))
      return write(form, () => encodeJson(transform.whole(result)))
    },
    watch: () => (transform === undefined ? jsonWatch(resource) : transformedWatch(resource, transform.one())),
  }
}

/** A refusal in the form that the client takes. */
export function encodeRefusal(status: Status, { accept, pretty }: { accept: string | undefined; pretty: boolean }): EncodedBytes {
  const mediaType = mediaTypeOfRefusal(accept)
  if (mediaType === PROTOBUF) return { contentType: PROTOBUF, bytes: encodeStatus(status), end: '' }
  return write({ mediaType, as: undefined, pretty }, () => encodeJson(status))
}

interface Transformer {
  whole(result: Exclude<BodyResult, { type: 'status' }>): object
  /** Of a list that is too large to be built whole; undefined for others. */
  large(list: ListResult): Body | undefined
  /** Makes the transformer of a watch's objects, one after the other. */
  one(): (object: Readonly<KubeObject>) => object
}

function transformer(resource: ServedResource, as: Transformation, wanted: Wanted): Transformer {
  if (as.kind !== 'Table') return metadataOnly(resource, as)
  const { columns, strategy, custom } = resource
  const includeObject = parseIncludeObject(wanted.includeObject)
  const form = (): Pick<TableOptions, 'nowMs' | 'version' | 'includeObject'> => ({
    nowMs: wanted.nowMs(),
    version: as.version,
    includeObject,
  })
  const options = (): TableOptions => ({
    columns: strategy.tableRow === undefined ? undefined : columns,
    cellsOf: strategy.tableRow?.bind(strategy),
    conditionsOf: strategy.tableRowConditions?.bind(strategy),
    ...form(),
  })
  // A subresource may answer an object of another kind, which the rows of its parent cannot tell; those of custom resources follow paths.
  const optionsFor = ({ kind }: Readonly<KubeObject>): TableOptions =>
    custom || kind === resource.info.kind
      ? options()
      : kind === 'Scale'
        ? { columns: SCALE_COLUMNS, cellsOf: scaleRow, ...form() }
        : { columns: undefined, ...form() }
  return {
    whole: (result) =>
      result.type === 'list'
        ? tableOf(
            result.list.items.map((one) => one.object),
            listMetadata(result.list),
            options(),
          )
        : tableOfObject(objectOf(result), optionsFor(objectOf(result))),
    large: (list) => {
      const made = options()
      return transformedListBody(list, tableOf([], listMetadata(list), made), 'rows', ({ object }) => rowOf(object, made))
    },
    one: () => {
      const tables = new WatchTables()
      return (object) => tables.next(object, options())
    },
  }
}

function metadataOnly(resource: ServedResource, as: Transformation): Transformer {
  return {
    whole: (result) => {
      checkTransformation(as, result.type === 'list', goTypeOf(resource, result.type === 'list'))
      if (result.type !== 'list') return partialObjectMetadata(objectOf(result), as.version)
      return partialObjectMetadataList(
        result.list.items.map((one) => one.object),
        listMetadata(result.list),
        as.version,
      )
    },
    large: (list) => {
      checkTransformation(as, true, goTypeOf(resource, true))
      const empty = partialObjectMetadataList([], listMetadata(list), as.version)
      return transformedListBody(list, empty, 'items', ({ object }) => partialObjectMetadata(object, as.version))
    },
    one: () => (object) => partialObjectMetadata(object, as.version),
  }
}

/** The object of an answer that is one. */
export function objectOf(result: Extract<BodyResult, { type: 'stored' | 'object' }>): Readonly<KubeObject> {
  return result.type === 'stored' ? result.stored.object : result.object
}

function write(form: Negotiated, encode: () => Uint8Array): EncodedBytes {
  const bytes = encode()
  if (form.mediaType === 'application/yaml') return { contentType: 'application/yaml', bytes: yamlOf(bytes), end: '' }
  if (form.pretty) return { contentType: 'application/json', bytes: Buffer.from(printExactJson(parsed(bytes), 2), 'utf8'), end: '' }
  return { contentType: 'application/json', bytes, end: '\n' }
}

/** YAML with the members of objects in the order of their names, and lists not indented, as Go writes it. */
function yamlOf(bytes: Uint8Array): Uint8Array {
  return Buffer.from(
    yamlLibrary().stringify(parsed(bytes), { version: '1.1', sortMapEntries: true, indentSeq: false, lineWidth: 0 }),
    'utf8',
  )
}

const parsed = (bytes: Uint8Array): unknown => parseExactJson(Buffer.from(bytes).toString('utf8'))

/** Events as lines of JSON around the stored bytes; the frame of a change is made once for all watchers, of what a watch begins with there is none. */
function jsonWatch(resource: ServedResource): WatchEncoding {
  return {
    ...watchBasics(resource, (object) => object),
    event({ type, object }: StorageEvent, keep) {
      if (object.frame?.type === type) return object.frame.bytes
      const bytes = Buffer.concat([Buffer.from(`{"type":"${type}","object":`), object.bytes, END])
      if (keep) object.frame = { type, bytes }
      return bytes
    },
    added: ({ bytes }) => [ADDED, bytes, END],
  }
}

const ADDED = Buffer.from('{"type":"ADDED","object":')
const END = Buffer.from('}\n')

function transformedWatch(resource: ServedResource, transform: (object: Readonly<KubeObject>) => object): WatchEncoding {
  return {
    ...watchBasics(resource, transform),
    event: ({ type, object }) => encodeJsonLine({ type, object: transform(object.object) }),
    added: ({ object }) => [encodeJsonLine({ type: 'ADDED', object: transform(object) })],
  }
}

function watchBasics(
  resource: ServedResource,
  transform: (object: KubeObject) => object,
): Pick<WatchEncoding, 'contentType' | 'bookmark' | 'error'> {
  return {
    contentType: 'application/json',
    bookmark: (revision, initialEventsEnd) =>
      encodeJsonLine({ type: 'BOOKMARK', object: transform(bookmarkObject(resource, revision, initialEventsEnd)) }),
    error: (status: Status) => encodeJsonLine({ type: 'ERROR', object: status }),
  }
}

/** The object of a bookmark: it has nothing but how far the watch has come. */
export function bookmarkObject(resource: ServedResource, revision: number, initialEventsEnd: boolean): KubeObject {
  return {
    kind: resource.info.kind,
    apiVersion: resource.apiVersion,
    metadata: {
      resourceVersion: String(revision),
      // Custom resources show nothing that they do not have.
      ...(resource.custom ? {} : { creationTimestamp: null }),
      ...(initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
    },
  }
}
