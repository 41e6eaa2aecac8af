import { protobufData } from './generated/protobuf-data.ts'

/** A field of a message: its number, its name in JSON, its scalar type or the OpenAPI name of its message, and how it is held. */
export type ProtobufField = readonly [
  number: number,
  name: string,
  type: string,
  /** '' one value, 'list', 'map' of strings to values, 'inline': its fields are the parent's in JSON. */
  form: '' | 'list' | 'map' | 'inline',
]

let messages: Readonly<Record<string, readonly ProtobufField[]>> | undefined

/** The fields of a built-in type as `application/vnd.kubernetes.protobuf` has them, by OpenAPI name; undefined for a type that has no message. */
export function protobufMessage(typeName: string): readonly ProtobufField[] | undefined {
  messages ??= JSON.parse(protobufData) as Record<string, readonly ProtobufField[]>
  return messages[typeName]
}
