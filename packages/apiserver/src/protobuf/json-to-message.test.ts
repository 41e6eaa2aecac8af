import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { builtinSchemas, type ProtobufField, protobufMessage, schemaTypes } from '@kubetape/api'
import { formatTime } from '@kubetape/apimachinery'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import protobuf from 'protobufjs'
import { hasMessage, jsonToMessage } from './json-to-message.ts'
import { messageToJson } from './message-to-json.ts'

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1.'
const EXTENSIONS = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.'
/** The same messages as their own descriptor, read by another implementation. */
const descriptor = protobuf.Root.fromJSON(
  JSON.parse(readFileSync(join(import.meta.dirname, '../../../api/schema/protobuf-v1.31.json'), 'utf8')) as protobuf.INamespace,
)

const KINDS = Object.keys(schemaTypes()).filter(
  (name) => builtinSchemas.type(name)?.['x-kubernetes-group-version-kind'] !== undefined && hasMessage(name),
)

const seconds = fc.integer({ min: 1, max: 4_000_000_000 })
const time = seconds.map((one) => formatTime(one * 1000))
const json = fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.oneof(fc.string(), fc.integer(), fc.boolean()), { minKeys: 1 })
const texts = fc.array(fc.string(), { minLength: 1, maxLength: 2 })

/** JSON values of types whose JSON is not an object of their fields. */
const SPECIAL: Readonly<Record<string, (depth: number) => fc.Arbitrary<unknown>>> = {
  [`${META}Time`]: () => time,
  [`${META}MicroTime`]: () =>
    fc.tuple(time, fc.integer({ min: 0, max: 999_999 })).map(([at, micros]) => at.replace('Z', `.${String(micros).padStart(6, '0')}Z`)),
  [`${META}FieldsV1`]: () => json,
  [`${META}Verbs`]: () => texts,
  'io.k8s.apimachinery.pkg.runtime.RawExtension': () => json,
  'io.k8s.apimachinery.pkg.api.resource.Quantity': () => fc.constantFrom('0', '100m', '1Gi', '1e3'),
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': () => fc.oneof(fc.integer({ min: -5, max: 70_000 }), fc.string()),
  [`${EXTENSIONS}JSON`]: () => fc.oneof(json, fc.string(), fc.integer(), fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }), texts),
  [`${EXTENSIONS}JSONSchemaPropsOrArray`]: (depth) => valueOf(`${EXTENSIONS}JSONSchemaProps`, depth),
  [`${EXTENSIONS}JSONSchemaPropsOrBool`]: (depth) => fc.oneof(fc.boolean(), valueOf(`${EXTENSIONS}JSONSchemaProps`, depth)),
  [`${EXTENSIONS}JSONSchemaPropsOrStringArray`]: () => texts,
  'io.k8s.api.certificates.v1.ExtraValue': () => texts,
  'io.k8s.api.authorization.v1.ExtraValue': () => texts,
  'io.k8s.api.authentication.v1.ExtraValue': () => texts,
}

const SCALARS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  string: fc.string({ unit: 'grapheme', maxLength: 6 }),
  bytes: fc.uint8Array({ maxLength: 5 }).map((bytes) => Buffer.from(bytes).toString('base64')),
  bool: fc.boolean(),
  int32: fc.integer(),
  int64: fc.maxSafeInteger(),
  double: fc.double({ noNaN: true, noDefaultInfinity: true }).map((one) => one + 0),
}

function valueOf(type: string, depth: number): fc.Arbitrary<unknown> {
  return SCALARS[type] ?? SPECIAL[type]?.(depth) ?? messageOf(type, depth)
}

/** Some fields of a message; deep ones have none. */
function messageOf(typeName: string, depth: number): fc.Arbitrary<Record<string, unknown>> {
  if (depth > 5) return fc.constant({})
  const fields = protobufMessage(typeName)!.filter(([, , type]) => depth < 5 || type in SCALARS)
  return fc
    .subarray([...fields], { maxLength: Math.min(depth === 0 ? 8 : 5, fields.length) })
    .chain((chosen) => fc.tuple(...chosen.map((field) => fieldOf(field, depth))))
    .map((parts) => Object.assign({}, ...parts) as Record<string, unknown>)
}

function fieldOf([, name, type, form]: ProtobufField, depth: number): fc.Arbitrary<Record<string, unknown>> {
  if (form === 'inline') return messageOf(type, depth + 1)
  const value = valueOf(type, depth + 1)
  if (form === 'list') return fc.array(value, { minLength: 1, maxLength: 3 }).map((list) => ({ [name]: list }))
  if (form === 'map')
    return fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), value, { minKeys: 1, maxKeys: 3 }).map((map) => ({ [name]: map }))
  return value.map((one) => ({ [name]: one }))
}

/** What the descriptor calls a type. */
const descriptorName = (typeName: string): string =>
  typeName
    .replace(/^io\.k8s\./, 'k8s.io.')
    .replace('.apiextensions-apiserver.', '.apiextensions_apiserver.')
    .replace('.kube-aggregator.', '.kube_aggregator.')

describe('jsonToMessage()', () => {
  test('knows the kinds of v1.31', () => expect(KINDS.length).toBeGreaterThan(150))

  test.each(KINDS)('writes %s so that `messageToJson()` reads the same, and so does the descriptor', (kind) => {
    const type = descriptor.lookupType(descriptorName(kind))
    fc.assert(
      fc.property(messageOf(kind, 0), (object) => {
        const bytes = Buffer.from(jsonToMessage(kind, object))
        expect(messageToJson(kind, bytes)).toEqual(withoutEmpty(kind, object))
        // The other implementation leaves zero values out.
        const again = Buffer.from(type.encode(type.decode(bytes)).finish())
        expect(withoutZeros(messageToJson(kind, again))).toEqual(withoutZeros(object))
      }),
      { numRuns: 10, seed: 1 },
    )
  })

  test('writes what is empty in a Status, as Go does', () => {
    const status = { metadata: {}, status: 'Failure', message: 'm', reason: 'NotFound', code: 404 }
    expect(Buffer.from(jsonToMessage(`${META}Status`, status)).toString('latin1')).toBe(
      '\n\x06\n\x00\x12\x00\x1a\x00\x12\x07Failure\x1a\x01m"\x08NotFound0\x94\x03',
    )
  })
})

/** Types of which empty texts and zeros are written come back with them. */
function withoutEmpty(kind: string, object: Record<string, unknown>): unknown {
  if (kind !== `${META}Status` && !('metadata' in object && kind.endsWith('List'))) return object
  return expect.objectContaining(kind === `${META}Status` ? shallow(object) : without(object, 'metadata'))
}

const without = (object: Record<string, unknown>, name: string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(object).filter(([key]) => key !== name))
/** Without empty texts, zeros and false, at any depth. */
function withoutZeros(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutZeros)
  if (typeof value !== 'object' || value === null) return value
  const rest = Object.entries(value).filter(([, one]) => one !== '' && one !== 0 && one !== false)
  return Object.fromEntries(rest.map(([key, one]) => [key, withoutZeros(one)]))
}

const shallow = (object: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => typeof value !== 'object'))
