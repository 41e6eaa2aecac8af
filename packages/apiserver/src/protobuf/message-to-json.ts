import { type ProtobufField, protobufMessage } from '@kubetape/api'
import { malformed, readFields, readVarints, type WireValue } from './message-reader.ts'
import { specialMessage } from './special-messages.ts'

type Json = Record<string, unknown>

/** Deeper messages are refused: no kind needs as many, and each level costs a piece of the stack. */
const DEPTH_MAX = 500

const fieldsByNumber = new Map<string, ReadonlyMap<number, ProtobufField>>()

/** A message of a built-in type as the JSON value that says the same. Throws 400 for bytes that are no such message. */
export function messageToJson(typeName: string, bytes: Buffer, depth = 0): unknown {
  if (depth > DEPTH_MAX) throw malformed(`exceeded max depth ${DEPTH_MAX}`)
  const fields = fieldsOf(typeName, bytes, depth)
  const special = specialMessage(typeName)
  return special === undefined ? fields : special.toJson(fields)
}

function fieldsOf(typeName: string, bytes: Buffer, depth: number): Json {
  const numbers = numbersOf(typeName)
  const object: Json = {}
  for (const value of readFields(bytes)) {
    const field = numbers.get(value.field)
    // Newer clients may send fields that this release does not know.
    if (field !== undefined) addField(object, field, value, depth)
  }
  return object
}

function numbersOf(typeName: string): ReadonlyMap<number, ProtobufField> {
  let numbers = fieldsByNumber.get(typeName)
  if (numbers === undefined) {
    const message = protobufMessage(typeName)
    if (message === undefined) throw malformed(`there is no message ${typeName}`)
    fieldsByNumber.set(typeName, (numbers = new Map(message.map((field) => [field[0], field]))))
  }
  return numbers
}

function addField(object: Json, [, name, type, form]: ProtobufField, value: WireValue, depth: number): void {
  switch (form) {
    case 'inline':
      Object.assign(object, messageToJson(type, bytesOf(value), depth + 1))
      return
    case 'list': {
      const list = (object[name] ??= []) as unknown[]
      if (value.bytes !== undefined && NUMBERS.has(type))
        for (const number of readVarints(value.bytes)) list.push(safe(number, value.field))
      else list.push(valueOf(type, value, depth))
      return
    }
    case 'map': {
      const [key, entry] = entryOf(type, bytesOf(value), depth)
      const map = (object[name] ??= {}) as Json
      Object.defineProperty(map, key, { value: entry, enumerable: true, writable: true, configurable: true })
      return
    }
    case '': {
      const json = valueOf(type, value, depth)
      if (json !== undefined) object[name] = json
    }
  }
}

/** Lists of these may come packed into one field, as newer encoders write them. */
const NUMBERS = new Set(['int32', 'int64'])

/** An entry of a map is a message of a key and a value. */
function entryOf(type: string, bytes: Buffer, depth: number): [string, unknown] {
  let key = ''
  let entry: WireValue = { field: 2, bytes: Buffer.alloc(0) }
  for (const value of readFields(bytes)) {
    if (value.field === 1) key = bytesOf(value).toString('utf8')
    else if (value.field === 2) entry = value
  }
  return [key, valueOf(type, entry, depth)]
}

function valueOf(type: string, value: WireValue, depth: number): unknown {
  switch (type) {
    case 'string':
      return bytesOf(value).toString('utf8')
    case 'bytes':
      return bytesOf(value).toString('base64')
    case 'bool':
      return numberOf(value) !== 0
    case 'int32':
    case 'int64':
      return numberOf(value)
    case 'double': {
      const bytes = bytesOf(value)
      if (bytes.length !== 8) throw malformed(`field ${value.field} is no double`)
      return bytes.readDoubleLE()
    }
    default:
      return messageToJson(type, bytesOf(value), depth + 1)
  }
}

function bytesOf({ bytes, field }: WireValue): Buffer {
  if (bytes === undefined) throw malformed(`field ${field} is a number`)
  return bytes
}

function numberOf({ number, field }: WireValue): number {
  if (number === undefined) throw malformed(`field ${field} is no number`)
  return safe(number, field)
}

function safe(number: number | bigint, field: number): number {
  if (!Number.isSafeInteger(Number(number))) throw malformed(`field ${field} is out of range: ${number}`)
  return Number(number)
}
