import { type ProtobufField, protobufMessage } from '@kubetape/api'
import { formatTime } from '@kubetape/apimachinery'
import { malformed, readFields, type WireValue } from './protobuf-reader.ts'

type Json = Record<string, unknown>

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1.'
const NANOS_PER_SECOND = 1e9

/** Types whose JSON is no object of their message's fields. Undefined stands for a value that JSON leaves out. */
const SPECIAL: Readonly<Record<string, (fields: Json) => unknown>> = {
  [`${META}Time`]: ({ seconds }) => (seconds === undefined ? undefined : formatTime(Number(seconds) * 1000)),
  [`${META}MicroTime`]: ({ seconds, nanos }) => (seconds === undefined ? undefined : microTime(Number(seconds), Number(nanos ?? 0))),
  [`${META}Duration`]: ({ duration }) => `${Number(duration ?? 0) / NANOS_PER_SECOND}s`,
  [`${META}FieldsV1`]: ({ Raw }) => embedded(Raw),
  [`${META}Verbs`]: ({ items }) => items ?? [],
  'io.k8s.apimachinery.pkg.runtime.RawExtension': ({ raw }) => embedded(raw),
  'io.k8s.apimachinery.pkg.api.resource.Quantity': ({ string }) => string ?? '0',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': ({ type, intVal, strVal }) => (type === 1 ? (strVal ?? '') : (intVal ?? 0)),
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON': ({ raw }) => embedded(raw),
}
/** Lists that are messages of their own because they are the values of a map. */
const LIST_TYPE = /\.ExtraValue$/

/** A message of a built-in type as the JSON value that says the same. Throws 400 for bytes that are no such message. */
export function messageToJson(typeName: string, bytes: Buffer): unknown {
  const fields = fieldsOf(typeName, bytes)
  const special = SPECIAL[typeName]
  if (special !== undefined) return special(fields)
  return LIST_TYPE.test(typeName) ? (fields['items'] ?? []) : fields
}

function fieldsOf(typeName: string, bytes: Buffer): Json {
  const message = protobufMessage(typeName)
  if (message === undefined) throw malformed(`there is no message ${typeName}`)
  const object: Json = {}
  for (const value of readFields(bytes)) {
    const field = message.find(([number]) => number === value.field)
    // Newer clients may send fields that this release does not know.
    if (field !== undefined) addField(object, field, value)
  }
  return object
}

function addField(object: Json, [, name, type, form]: ProtobufField, value: WireValue): void {
  switch (form) {
    case 'inline':
      Object.assign(object, messageToJson(type, bytesOf(value)))
      return
    case 'list': {
      const list = (object[name] ??= []) as unknown[]
      list.push(valueOf(type, value))
      return
    }
    case 'map': {
      const [key, entry] = entryOf(type, bytesOf(value))
      const map = (object[name] ??= {}) as Json
      Object.defineProperty(map, key, { value: entry, enumerable: true, writable: true, configurable: true })
      return
    }
    case '': {
      const json = valueOf(type, value)
      if (json !== undefined) object[name] = json
    }
  }
}

/** An entry of a map is a message of a key and a value. */
function entryOf(type: string, bytes: Buffer): [string, unknown] {
  let key = ''
  let entry: WireValue = { field: 2, bytes: Buffer.alloc(0) }
  for (const value of readFields(bytes)) {
    if (value.field === 1) key = bytesOf(value).toString('utf8')
    else if (value.field === 2) entry = value
  }
  return [key, valueOf(type, entry)]
}

function valueOf(type: string, value: WireValue): unknown {
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
    case 'double':
      return bytesOf(value).readDoubleLE()
    default:
      return messageToJson(type, bytesOf(value))
  }
}

function bytesOf({ bytes, field }: WireValue): Buffer {
  if (bytes === undefined) throw malformed(`field ${field} is a number`)
  return bytes
}

function numberOf({ number, field }: WireValue): number {
  if (number === undefined) throw malformed(`field ${field} is no number`)
  if (!Number.isSafeInteger(Number(number))) throw malformed(`field ${field} is out of range: ${number}`)
  return Number(number)
}

/** JSON that travels as bytes inside of a message. */
function embedded(base64: unknown): unknown {
  if (typeof base64 !== 'string' || base64 === '') return undefined
  try {
    return JSON.parse(Buffer.from(base64, 'base64').toString('utf8'))
  } catch (error) {
    throw malformed((error as Error).message)
  }
}

/** `2024-01-02T03:04:05.000006Z` */
function microTime(seconds: number, nanos: number): string {
  const micros = String(Math.floor(nanos / 1000)).padStart(6, '0')
  return formatTime(seconds * 1000).replace('Z', `.${micros}Z`)
}
