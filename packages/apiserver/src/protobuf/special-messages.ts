import { formatTime, parseExactJson, printExactJson } from '@kubetape/apimachinery'
import { malformed } from './message-reader.ts'

type Json = Readonly<Record<string, unknown>>

/** A type whose JSON is no object of its message's fields: what its message's fields are, and what its JSON is. */
export interface SpecialMessage {
  toFields(value: unknown): Json
  /** Undefined stands for a value that JSON leaves out. */
  toJson(fields: Json): unknown
}

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1.'
const EXTENSIONS = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.'

/** The last second that a Time can be: of the year 9999 (RFC 3339). */
const SECONDS_MAX = 253_402_300_799
const SECONDS_MIN = -62_167_219_200

function textOf(seconds: unknown): string {
  const value = Number(seconds)
  if (value < SECONDS_MIN || value > SECONDS_MAX) throw malformed('Time is out of range')
  return formatTime(value * 1000)
}

const time: SpecialMessage = {
  toFields: (value) => ({ seconds: Math.floor(Date.parse(value as string) / 1000) }),
  toJson: ({ seconds }) => (seconds === undefined ? undefined : textOf(seconds)),
}

const microTime: SpecialMessage = {
  toFields: (value) => {
    const [, fraction = '0'] = /\.(\d{1,9})/.exec(value as string) ?? []
    return { ...time.toFields(value), nanos: Number(fraction.padEnd(9, '0')) }
  },
  toJson: ({ seconds, nanos }) => {
    if (seconds === undefined) return undefined
    const micros = String(Math.floor(Number(nanos ?? 0) / 1000)).padStart(6, '0')
    return textOf(seconds).replace('Z', `.${micros}Z`)
  },
}

const list: SpecialMessage = { toFields: (items) => ({ items }), toJson: ({ items }) => items ?? [] }

const quantity: SpecialMessage = { toFields: (value) => ({ string: String(value) }), toJson: ({ string }) => string ?? '0' }

const intOrString: SpecialMessage = {
  toFields: (value) => (typeof value === 'number' ? { type: 0, intVal: value } : { type: 1, strVal: value }),
  toJson: ({ type, intVal, strVal }) => (type === 1 ? (strVal ?? '') : (intVal ?? 0)),
}

/** JSON that travels as bytes inside of a message. */
function embedded(field: string): SpecialMessage {
  return {
    // The writer takes bytes as JSON has them.
    toFields: (value) => ({ [field]: Buffer.from(printExactJson(value), 'utf8').toString('base64') }),
    toJson: ({ [field]: base64 }) => {
      if (typeof base64 !== 'string' || base64 === '') return undefined
      try {
        return parseExactJson(Buffer.from(base64, 'base64').toString('utf8'))
      } catch (error) {
        throw malformed((error as Error).message)
      }
    },
  }
}

const isList = Array.isArray

const schemaOrList: SpecialMessage = {
  toFields: (value) => (isList(value) ? { jSONSchemas: value } : { schema: value }),
  toJson: ({ schema, jSONSchemas }) => jSONSchemas ?? schema ?? [],
}

const schemaOrBool: SpecialMessage = {
  // Upstream's decoder wants the flag beside a schema too.
  toFields: (value) => (typeof value === 'boolean' ? { allows: value } : { allows: true, schema: value }),
  toJson: ({ allows, schema }) => schema ?? allows ?? false,
}

const schemaOrTexts: SpecialMessage = {
  toFields: (value) => (isList(value) ? { property: value } : { schema: value }),
  toJson: ({ schema, property }) => property ?? schema ?? [],
}

const SPECIAL: ReadonlyMap<string, SpecialMessage> = new Map([
  [`${META}Time`, time],
  [`${META}MicroTime`, microTime],
  [`${META}FieldsV1`, embedded('Raw')],
  [`${META}Verbs`, list],
  ['io.k8s.apimachinery.pkg.runtime.RawExtension', embedded('raw')],
  ['io.k8s.apimachinery.pkg.api.resource.Quantity', quantity],
  ['io.k8s.apimachinery.pkg.util.intstr.IntOrString', intOrString],
  [`${EXTENSIONS}JSON`, embedded('raw')],
  [`${EXTENSIONS}JSONSchemaPropsOrArray`, schemaOrList],
  [`${EXTENSIONS}JSONSchemaPropsOrBool`, schemaOrBool],
  [`${EXTENSIONS}JSONSchemaPropsOrStringArray`, schemaOrTexts],
  ...['certificates', 'authorization', 'authentication'].map((group) => [`io.k8s.api.${group}.v1.ExtraValue`, list] as const),
])

/** How a type's JSON differs from its message; undefined for one that does not. */
export const specialMessage = (typeName: string): SpecialMessage | undefined => SPECIAL.get(typeName)
