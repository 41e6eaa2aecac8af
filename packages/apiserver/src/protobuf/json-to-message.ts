import { type ProtobufField, protobufMessage } from '@kubetape/api'
import type { Writer } from 'protobufjs/minimal.js'
import { specialMessage } from './special-messages.ts'
import { newWriter } from './new-writer.ts'

type Json = Readonly<Record<string, unknown>>

/** Writes one field's value, its tag included. */
type FieldWriter = (writer: Writer, value: unknown) => void

interface PlannedField {
  readonly name: string
  readonly write: FieldWriter
  /** Is given the whole object, whether it has a member of this name or not. */
  readonly ofParent: boolean
}

/** A message type, ready to write: its fields in the order of their numbers. */
interface MessagePlan {
  readonly fields: readonly PlannedField[]
}

/** Held on the wire as a tag and a length before the bytes (protobuf encoding, "Message Structure"). */
const DELIMITED = 2
const FIXED_64 = 1

/** Types of which Go's encoder writes also what is empty, so that the bytes of a refusal are the same as upstream's. */
const WRITES_EMPTY = new Set(
  ['Status', 'StatusDetails', 'StatusCause', 'ListMeta'].map((name) => `io.k8s.apimachinery.pkg.apis.meta.v1.${name}`),
)
const ZEROS: Readonly<Record<string, unknown>> = { string: '', int32: 0 }

const plans = new Map<string, MessagePlan>()

/**
 * An object of a built-in type as the message that says the same, without an envelope. `kind` and `apiVersion` are no part of it. Throws for a type
 * that has no message: ask `hasMessage` first.
 */
export function jsonToMessage(typeName: string, object: object): Uint8Array {
  const writer = newWriter()
  writeMessage(typeName, writer, object)
  return writer.finish()
}

/** Whether objects of this type can be sent as protobuf. */
export function hasMessage(typeName: string): boolean {
  return protobufMessage(typeName) !== undefined
}

function writeMessage(typeName: string, writer: Writer, value: unknown): void {
  const special = specialMessage(typeName)
  if (special === undefined) writeFields(planOf(typeName), writer, value as Json)
  else writeFields(planOf(typeName), writer, special.toFields(value))
}

function writeFields({ fields }: MessagePlan, writer: Writer, object: Json): void {
  for (const { name, write, ofParent } of fields) {
    if (ofParent) {
      write(writer, object)
      continue
    }
    const value = object[name]
    if (value !== undefined && value !== null) write(writer, value)
  }
}

function planOf(typeName: string): MessagePlan {
  let plan = plans.get(typeName)
  if (plan === undefined) {
    const message = protobufMessage(typeName)
    if (message === undefined) throw new Error(`Cannot write ${typeName} as protobuf: it has no message`)
    const fields: PlannedField[] = []
    // Set before its fields are planned: types refer to themselves.
    plans.set(typeName, (plan = { fields }))
    const sorted = [...message].sort(([a], [b]) => a - b)
    for (const field of sorted) fields.push(plannedField(field, WRITES_EMPTY.has(typeName)))
  }
  return plan
}

function plannedField([number, name, type, form]: ProtobufField, writesEmpty: boolean): PlannedField {
  const one = valueWriter(number, type)
  const zero = ZEROS[type]
  switch (form) {
    case 'list':
      return { name, ofParent: false, write: (writer, list) => (list as unknown[]).forEach((value) => one(writer, value)) }
    case 'map':
      return { name, ofParent: false, write: mapWriter(number, type) }
    case 'inline':
      return { name, ofParent: true, write: one }
    case '':
      if (!writesEmpty || zero === undefined) return { name, ofParent: false, write: one }
      return { name, ofParent: true, write: (writer, object) => one(writer, (object as Json)[name] ?? zero) }
  }
}

/** Entries are messages of a key and a value, in the order of their keys, so that the same object has the same bytes. */
function mapWriter(number: number, type: string): FieldWriter {
  const tag = tagOf(number, DELIMITED)
  const value = valueWriter(2, type)
  return (writer, map) => {
    for (const key of Object.keys(map as Json).sort()) {
      writer.uint32(tag).fork().uint32(tagOf(1, DELIMITED)).string(key)
      value(writer, (map as Json)[key])
      writer.ldelim()
    }
  }
}

const tagOf = (field: number, wireType: number): number => (field << 3) | wireType

function valueWriter(number: number, type: string): FieldWriter {
  const delimited = tagOf(number, DELIMITED)
  const varint = tagOf(number, 0)
  switch (type) {
    case 'string':
      return (writer, value) => void writer.uint32(delimited).string(value as string)
    case 'bytes':
      return (writer, value) => void writer.uint32(delimited).bytes(Buffer.from(value as string, 'base64'))
    case 'bool':
      return (writer, value) => void writer.uint32(varint).bool(value as boolean)
    case 'int32':
      return (writer, value) => void writer.uint32(varint).int32(Number(value))
    case 'int64':
      return (writer, value) => void writer.uint32(varint).int64(Number(value))
    case 'double':
      return (writer, value) => void writer.uint32(tagOf(number, FIXED_64)).double(Number(value))
    default:
      return (writer, value) => {
        writer.uint32(delimited).fork()
        writeMessage(type, writer, value)
        writer.ldelim()
      }
  }
}
