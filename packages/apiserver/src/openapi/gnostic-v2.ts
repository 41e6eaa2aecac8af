import type { DocumentV2 } from './document-v2.ts'
import { ProtobufWriter } from './protobuf-writer.ts'
import { yamlLibrary } from '../yaml-library.ts'

/** The media types under which clients ask for the document in this form: the second is the first made a well-formed one. */
export const GNOSTIC_V2_ACCEPTED = [
  'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
  'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
] as const
/** The Content-Type of the answer; kubectl's parser does not get past the `@` of the other. */
export const GNOSTIC_V2_CONTENT_TYPE = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'

interface JsonObject {
  readonly [name: string]: unknown
}

/** A Swagger 2.0 document in the protobuf form of gnostic's `openapi.v2.Document`, as kubectl reads it. The numbers are that format's field numbers. */
export function encodeGnosticV2(document: DocumentV2): Buffer {
  return new ProtobufWriter()
    .string(1, document.swagger)
    .message(2, (info) => info.string(1, document.info.title).string(2, document.info.version))
    .message(8, (paths) => named(paths, 2, document.paths, writePathItem))
    .message(9, (definitions) => named(definitions, 1, document.definitions, writeSchema))
    .finish()
}

/** A map, as a repeated pair of name (1) and value (2). */
function named(
  writer: ProtobufWriter,
  field: number,
  entries: JsonObject,
  write: (writer: ProtobufWriter, value: JsonObject) => void,
): void {
  for (const [name, value] of Object.entries(entries)) {
    writer.message(field, (pair) => pair.string(1, name).message(2, (inner) => write(inner, value as JsonObject)))
  }
}

const METHODS = { get: 2, put: 3, post: 4, delete: 5, patch: 8 } as const

function writePathItem(writer: ProtobufWriter, item: JsonObject): void {
  for (const [method, field] of Object.entries(METHODS)) {
    const operation = item[method]
    if (operation !== undefined) writer.message(field, (inner) => writeOperation(inner, operation as JsonObject))
  }
  writeParameters(writer, 9, item['parameters'])
}

function writeOperation(writer: ProtobufWriter, operation: JsonObject): void {
  writer.strings(1, operation['tags'] as string[]).string(5, operation['operationId'] as string)
  writer.strings(6, operation['produces'] as string[]).strings(7, operation['consumes'] as string[])
  writeParameters(writer, 8, operation['parameters'])
  writer.message(9, (responses) => named(responses, 1, operation['responses'] as JsonObject, writeResponse))
  writer.strings(10, operation['schemes'] as string[])
  writeExtensions(writer, 13, operation)
}

/** The item, the response itself, its schema item and the schema are four messages in each other. */
function writeResponse(writer: ProtobufWriter, response: JsonObject): void {
  const { schema } = response
  writer.message(1, (inner) => {
    inner.string(1, response['description'] as string)
    if (schema !== undefined) inner.message(2, (item) => item.message(1, (one) => writeSchema(one, schema as JsonObject)))
  })
}

function writeParameters(writer: ProtobufWriter, field: number, parameters: unknown): void {
  for (const parameter of (parameters as JsonObject[] | undefined) ?? []) {
    writer.message(field, (item) => item.message(1, (one) => writeParameter(one, parameter)))
  }
}

function writeParameter(writer: ProtobufWriter, parameter: JsonObject): void {
  const name = parameter['name'] as string
  const required = parameter['required'] as boolean | undefined
  switch (parameter['in']) {
    case 'body':
      writer.message(1, (body) => {
        body.string(2, name).string(3, 'body').bool(4, required)
        body.message(5, (schema) => writeSchema(schema, parameter['schema'] as JsonObject))
      })
      break
    case 'path':
      writer.message(2, (other) =>
        other.message(4, (one) =>
          one
            .bool(1, required)
            .string(2, 'path')
            .string(4, name)
            .string(5, parameter['type'] as string)
            .bool(19, true),
        ),
      )
      break
    default:
      writer.message(2, (other) =>
        other.message(3, (one) =>
          one
            .bool(1, required)
            .string(2, 'query')
            .string(4, name)
            .string(6, parameter['type'] as string)
            .bool(20, true),
        ),
      )
  }
}

function writeSchema(writer: ProtobufWriter, schema: JsonObject): void {
  writer
    .string(1, schema['$ref'] as string | undefined)
    .string(2, schema['format'] as string | undefined)
    .string(4, schema['description'] as string | undefined)
  if ('default' in schema) writeAny(writer, 5, schema['default'])
  writer.string(13, schema['pattern'] as string | undefined).strings(19, schema['required'] as string[] | undefined)
  for (const one of (schema['enum'] as unknown[] | undefined) ?? []) writeAny(writer, 20, one)
  const { additionalProperties, items, properties, type } = schema
  if (typeof additionalProperties === 'boolean') writer.message(21, (item) => item.bool(2, additionalProperties))
  else if (additionalProperties !== undefined)
    writer.message(21, (item) => item.message(1, (one) => writeSchema(one, additionalProperties as JsonObject)))
  if (type !== undefined) writer.message(22, (item) => item.strings(1, [type as string]))
  if (items !== undefined) writer.message(23, (item) => item.message(1, (one) => writeSchema(one, items as JsonObject)))
  if (properties !== undefined) writer.message(25, (item) => named(item, 1, properties as JsonObject, writeSchema))
  writeExtensions(writer, 31, schema)
}

/** Keywords that begin with `x-`. */
function writeExtensions(writer: ProtobufWriter, field: number, object: JsonObject): void {
  for (const [name, value] of Object.entries(object)) {
    if (name.startsWith('x-')) writer.message(field, (pair) => void writeAny(pair.string(1, name), 2, value))
  }
}

/** A value of any kind is written as YAML text. */
function writeAny(writer: ProtobufWriter, field: number, value: unknown): void {
  writer.message(field, (any) => any.string(2, yamlLibrary().stringify(value)))
}
