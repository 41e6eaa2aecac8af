import { describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@kubetape/apimachinery'
import { customType, type CustomType } from './custom-type.ts'
import type { JsonSchemaProps } from './json-schema-props.ts'

const object = (properties: Record<string, JsonSchemaProps>, rest: JsonSchemaProps = {}): JsonSchemaProps => ({
  type: 'object',
  properties,
  ...rest,
})

function typeOf(spec: JsonSchemaProps, rest: Record<string, JsonSchemaProps> = {}): CustomType {
  return customType({
    group: 'grp.example.com',
    version: 'v1',
    kind: 'Gadget',
    schema: object({ spec, ...rest }),
    preserveUnknownFields: false,
    namespaced: true,
    hasStatus: false,
  })
}

const body = (spec: unknown, metadata: unknown = { name: 'x' }): string =>
  JSON.stringify({ apiVersion: 'grp.example.com/v1', kind: 'Gadget', metadata, spec })

const read = (type: CustomType, text: string): KubeObject => type.readText(text, 'Warn').object

const quiet = { gates: { enabled: () => true }, warn: () => undefined }

function causes(type: CustomType, spec: unknown): string[] {
  return type.validate(read(type, body(spec)), quiet).map(({ field, message }) => `${field}: ${message}`)
}

describe('customType().validate()', () => {
  const text = { type: 'string' }
  const type = typeOf(
    object(
      {
        text: { ...text, minLength: 2, maxLength: 5, pattern: '^[a-z]+$' },
        kind: { ...text, enum: ['A', 'B'] },
        count: { type: 'integer', minimum: 1, maximum: 10 },
        many: { type: 'integer', format: 'int32', multipleOf: 5 },
        ratio: { type: 'number', exclusiveMinimum: true, minimum: 0 },
        flag: { type: 'boolean' },
        list: { type: 'array', minItems: 1, maxItems: 2, items: text },
        port: { 'x-kubernetes-int-or-string': true },
        map: { type: 'object', additionalProperties: { type: 'integer' }, maxProperties: 2 },
        when: { ...text, format: 'date-time' },
        ip: { ...text, format: 'ipv4' },
        inner: object({ a: text, b: text }, { required: ['a'], oneOf: [{ required: ['b'] }, { properties: { a: { enum: ['alone'] } } }] }),
        maybe: { ...text, nullable: true },
        no: object({ x: text }, { not: { required: ['x'] } }),
      },
      { required: ['text'] },
    ),
  )

  test.each<[unknown, string[]]>([
    [{}, ['spec.text: Required value']],
    [{ text: 5 }, ['spec.text: Invalid value: "integer": spec.text in body must be of type string: "integer"']],
    [{ text: 'a' }, ['spec.text: Invalid value: "a": spec.text in body should be at least 2 chars long']],
    [{ text: 'abcdef' }, ['spec.text: Too long: may not be longer than 5']],
    [{ text: 'A-1' }, [`spec.text: Invalid value: "A-1": spec.text in body should match '^[a-z]+$'`]],
    [{ text: 'abc', kind: 'C' }, ['spec.kind: Unsupported value: "C": supported values: "A", "B"']],
    [{ text: 'abc', count: 0 }, ['spec.count: Invalid value: 0: spec.count in body should be greater than or equal to 1']],
    [{ text: 'abc', count: 1.5 }, ['spec.count: Invalid value: "number": spec.count in body must be of type integer: "number"']],
    [{ text: 'abc', many: 7 }, ['spec.many: Invalid value: 7: spec.many in body should be a multiple of 5']],
    [{ text: 'abc', many: 5_000_000_000 }, []],
    [{ text: 'abc', ratio: 0 }, ['spec.ratio: Invalid value: 0: spec.ratio in body should be greater than 0']],
    [{ text: 'abc', list: [] }, ['spec.list: Invalid value: 0: spec.list in body should have at least 1 items']],
    [{ text: 'abc', list: ['a', 'b', 'c'] }, ['spec.list: Too many: 3: must have at most 2 items']],
    [{ text: 'abc', list: ['a', 2] }, ['spec.list[1]: Invalid value: "integer": spec.list[1] in body must be of type string: "integer"']],
    [{ text: 'abc', port: true }, ['spec.port: Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"']],
    [{ text: 'abc', map: { a: 'x' } }, ['spec.map.a: Invalid value: "string": spec.map.a in body must be of type integer: "string"']],
    [{ text: 'abc', map: { a: 1, b: 2, c: 3 } }, ['spec.map: Too many: 3: must have at most 2 items']],
    [{ text: 'abc', when: 'noon' }, ['spec.when: Invalid value: "noon": spec.when in body must be of type date-time: "noon"']],
    [
      { text: 'abc', inner: { b: 'x' } },
      [
        '<nil>: Invalid value: "": "spec.inner" must validate one and only one schema (oneOf). Found 2 valid alternatives',
        'spec.inner.a: Required value',
      ],
    ],
    [
      { text: 'abc', inner: { a: 'x' } },
      [
        '<nil>: Invalid value: "": "spec.inner" must validate one and only one schema (oneOf). Found none valid',
        'spec.inner.a: Unsupported value: "x": supported values: "alone"',
      ],
    ],
    [{ text: 'abc', no: { x: 'y' } }, ['<nil>: Invalid value: "": "spec.no" must not validate the schema (not)']],
    [{ text: 'abc', flag: null }, []],
    ['text', ['spec: Invalid value: "string": spec in body must be of type object: "string"']],
    [{ text: 'abc', maybe: null, no: {}, inner: { a: 'alone' }, when: '2024-01-01T00:00:00Z', ip: '1.2.3.4', port: '80%' }, []],
  ])('judges %j', (spec, expected) => {
    expect(causes(type, spec)).toEqual(expected)
  })
})

describe('customType().readText()', () => {
  const type = typeOf(
    object({
      known: { type: 'string' },
      free: {
        type: 'object',
        'x-kubernetes-preserve-unknown-fields': true,
        properties: { typed: object({ a: { type: 'string' } }) },
      },
      list: { type: 'array', items: object({ a: { type: 'string' } }) },
      map: { type: 'object', additionalProperties: object({ a: { type: 'string' } }) },
      template: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
      n: { 'x-kubernetes-preserve-unknown-fields': true },
    }),
  )

  test('drops what it does not know and says so', () => {
    const { object: made, strictErrors } = type.readText(
      body(
        {
          known: 'k',
          unknown: 'u',
          free: { any: { thing: 1 }, typed: { a: 'x', b: 'y' } },
          list: [{ a: '1', b: '2' }],
          map: { k: { a: '1', b: '2' } },
          template: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x', nope: 'dropped' }, spec: { z: 1 } },
        },
        { name: 'x', unknownMeta: 'x' },
      ),
      'Warn',
    )
    expect(strictErrors).toEqual([
      'unknown field "metadata.unknownMeta"',
      'unknown field "spec.free.typed.b"',
      'unknown field "spec.list[0].b"',
      'unknown field "spec.map.k.b"',
      'unknown field "spec.unknown"',
      'unknown field "spec.template.metadata.nope"',
    ])
    expect(made['spec']).toEqual({
      known: 'k',
      free: { any: { thing: 1 }, typed: { a: 'x' } },
      list: [{ a: '1' }],
      map: { k: { a: '1' } },
      template: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec: { z: 1 } },
    })
  })

  test.each([
    ['9007199254740993', 9007199254740993n],
    ['-9223372036854775808', -9223372036854775808n],
    ['9223372036854775808', 9223372036854775808],
    ['1.0', 1],
    ['1e3', 1000],
    ['-0', 0],
  ])('reads the number %s exactly', (text, value) => {
    const made = read(type, `{"apiVersion":"grp.example.com/v1","kind":"Gadget","spec":{"n":${text}}}`)
    expect((made['spec'] as { n: unknown }).n).toBe(value)
  })

  test.each([
    [
      '{"apiVersion":"grp.example.com/v1","kind":"Gadget","spec":{"known":"a","known":"b"}}',
      'strict decoding error: duplicate field "spec.known"',
    ],
    [
      '{"apiVersion":"grp.example.com/v1","kind":"Gadget","spec":{"n":1e400}}',
      'json: cannot unmarshal number 1e400 into Go value of type float64',
    ],
    [body({}, { labels: { a: 5 } }), 'json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string'],
    [body({}, { labels: 'x' }), 'json: cannot unmarshal string into Go struct field ObjectMeta.labels of type map[string]string'],
  ])('refuses %s', (text, detail) => {
    expect(() => type.readText(text, 'Strict')).toThrow(`Gadget in version "v1" cannot be handled as a Gadget: ${detail}`)
  })

  test('refuses a body without a kind and one of another version', () => {
    expect(() => read(type, '{"a":1}')).toThrow(
      `the object provided is unrecognized (must be of type Gadget): Object 'Kind' is missing in '{"a":1}' ({"a":1})`,
    )
    expect(() => read(type, '{"apiVersion":"grp.example.com/v2","kind":"Gadget"}')).toThrow(
      'the API version in the data (grp.example.com/v2) does not match the expected API version (grp.example.com/v1)',
    )
  })

  test('keeps names that mean something to JavaScript as names', () => {
    const made = read(
      type,
      body({ free: JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}') as unknown }),
    )
    const { free } = made['spec'] as { free: object }
    expect(Object.keys(free)).toEqual(['__proto__', 'constructor'])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  test('fills in defaults', () => {
    const defaulted = typeOf(
      object(
        {
          size: { type: 'integer', default: 3 },
          mode: { type: 'string', default: 'auto', nullable: true },
          strict: { type: 'string', default: 's' },
          nested: object({ a: { type: 'string', default: 'A' } }, { default: {} }),
          bare: object({ b: { type: 'string', default: 'B' } }),
          list: { type: 'array', items: object({ c: { type: 'string', default: 'C' } }) },
        },
        { default: {} },
      ),
    )
    expect(read(defaulted, body(undefined))['spec']).toEqual({ size: 3, mode: 'auto', strict: 's', nested: { a: 'A' } })
    expect(read(defaulted, body({ size: 1, mode: null, strict: null, bare: {}, list: [{}, { c: 'x' }] }))['spec']).toEqual({
      size: 1,
      mode: null,
      strict: 's',
      nested: { a: 'A' },
      bare: { b: 'B' },
      list: [{ c: 'C' }, { c: 'x' }],
    })
  })
})

describe('customType().schema.decodeMerged()', () => {
  const text = { type: 'string' }
  const { schema } = typeOf(object({ plain: text, filled: { ...text, default: 'd' }, maybe: { ...text, nullable: true } }))
  const merged = {
    apiVersion: 'grp.example.com/v1',
    kind: 'Gadget',
    metadata: { name: 'x' },
    spec: { plain: null, filled: null, maybe: null },
  }

  test('keeps the nulls that a body would lose, but for those that have a default', () => {
    expect(schema.decodeMerged!(merged)['spec']).toEqual({ plain: null, filled: 'd', maybe: null })
    expect(schema.decode(merged, 'Ignore').object['spec']).toEqual({ filled: 'd', maybe: null })
  })
})
