import { describe, expect, test } from '@jest/globals'
import { FieldPath, type KubeObject } from '@kubetape/apimachinery'
import { customType, type CustomType } from './custom-type.ts'
import type { JsonSchemaProps } from './json-schema-props.ts'
import { stringFormat } from './string-formats.ts'
import { ERRORS_MAX } from './validation-run.ts'
import { validateSchema } from './validate-schema.ts'

/** Work that grows faster than its input would not end within this time; what there is takes a hundredth of it. */
const PATIENCE_MS = 5_000
const LONG = 100_000

function typeOf(spec: JsonSchemaProps): CustomType {
  return customType({
    group: 'grp.example.com',
    version: 'v1',
    kind: 'Gadget',
    schema: { type: 'object', properties: { spec } },
    preserveUnknownFields: false,
    namespaced: true,
    hasStatus: false,
  })
}

const context = { gates: { enabled: () => true }, warn: () => undefined }
const gadget = (spec: unknown): KubeObject => ({ apiVersion: 'grp.example.com/v1', kind: 'Gadget', metadata: { name: 'x' }, spec })

const errors = (schema: JsonSchemaProps): string[] =>
  validateSchema({ type: 'object', properties: { a: schema } }, FieldPath.of('schema'), { hasStatus: false, old: [] }).map(
    ({ message }) => message,
  )

/** A value, or a schema, in so many objects. */
function within<T>(levels: number, innermost: T, wrap: (inner: T) => T): T {
  let value = innermost
  for (let at = 0; at < levels; at++) value = wrap(value)
  return value
}

describe('patterns', () => {
  test.each(['^(a+)+$', '^(a|aa)+$', '(x+x+)+y', '^(([a-z])+.)+[A-Z]([a-z])+$', '^(.*?,){20}P'])(
    'are matched in linear time: %s',
    (pattern) => {
      const type = typeOf({ type: 'string', pattern })
      expect(type.validate(gadget(`${'a'.repeat(LONG)}!`), context)).toHaveLength(1)
      expect(type.validate(gadget('x'.repeat(LONG)), context)).toHaveLength(1)
    },
    PATIENCE_MS,
  )

  test('are refused where they would become too large', () => {
    expect(errors({ type: 'string', pattern: '(((a{1,100}){1,100}){1,100}){1,100}' })).toEqual([
      expect.stringContaining("must be a valid regular expression, but isn't: error parsing regexp: "),
    ])
  })

  test(
    'in formats take linear time too',
    () => {
      const formats = ['uri', 'email', 'hostname', 'cidr', 'mac', 'creditcard', 'byte', 'duration', 'date-time', 'isbn', 'rgbcolor']
      const texts = ['1', 'a', 'a.', 'a@', '-', ':', 'http://a', '1h', '"', '<a'].map((one) => `${one.repeat(LONG / 4)}!`)
      for (const name of formats)
        for (const text of texts) expect(stringFormat(name)!(text)).toBe(name === 'uri' && text.startsWith('http://'))
    },
    PATIENCE_MS,
  )
})

describe('large and deep schemas', () => {
  test(
    'with many values and many properties are compiled and checked in time',
    () => {
      const properties = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`p${at}`, { type: 'string' }]))
      const type = typeOf({
        type: 'object',
        properties: { ...properties, e: { type: 'string', enum: Array.from({ length: LONG }, (_, at) => `v${at}`) } },
      })
      for (let at = 0; at < 1000; at++) expect(type.validate(gadget({ e: `v${at * 99}`, p1: 'x', p19999: 'y' }), context)).toEqual([])
    },
    PATIENCE_MS,
  )

  test(
    'of alternatives in alternatives are judged once each',
    () => {
      const nested = within<JsonSchemaProps>(200, { minLength: 5 }, (inner) => ({ anyOf: [inner] }))
      expect(typeOf({ type: 'string', ...nested }).validate(gadget('abc'), context)).toHaveLength(2)
    },
    PATIENCE_MS,
  )

  test('are followed as deep as a body may be', () => {
    const schema = within<JsonSchemaProps>(950, { type: 'string' }, (inner) => ({ type: 'object', properties: { a: inner } }))
    expect(errors(schema)).toEqual([])
    const deep = within<unknown>(950, 5, (inner) => ({ a: inner }))
    expect(typeOf(schema).validate(gadget(deep), context)).toHaveLength(1)
  })

  test('refuse values that patches have made deeper than that', () => {
    const deep = within<unknown>(100_000, 5, (inner) => ({ a: inner }))
    expect(() => typeOf({ type: 'object' }).schema.decode(gadget(deep), 'Ignore')).toThrow('exceeded max depth')
  })
})

describe('names that mean something to JavaScript', () => {
  const properties = JSON.parse(
    '{"__proto__":{"type":"string"},"constructor":{"type":"integer","default":3},"hasOwnProperty":{"type":"string","maxLength":2}}',
  ) as Record<string, JsonSchemaProps>
  const type = typeOf({ type: 'object', properties, required: ['toString'] })

  test('are properties like any others', () => {
    const text = JSON.stringify(gadget({})).replace('"spec":{}', '"spec":{"__proto__":"a","hasOwnProperty":"long","valueOf":1}')
    const { object, strictErrors } = type.readText(text, 'Warn')
    expect(strictErrors).toEqual(['unknown field "spec.valueOf"'])
    expect(Object.entries(object['spec'] as object)).toEqual([
      ['__proto__', 'a'],
      ['hasOwnProperty', 'long'],
      ['constructor', 3],
    ])
    expect(type.validate(object, context).map(({ field, message }) => `${field}: ${message}`)).toEqual([
      'spec.hasOwnProperty: Too long: may not be longer than 2',
      'spec.toString: Required value',
    ])
    type.schema.complete(object)
    expect(Object.keys(object['spec'] as object)).toEqual(['__proto__', 'constructor', 'hasOwnProperty'])
    expect(({} as Record<string, unknown>)['a']).toBeUndefined()
  })
})

describe('objects that are wrong everywhere', () => {
  const wrong = Array.from({ length: LONG }, (_, at) => at)
  test.each<[string, JsonSchemaProps]>([
    ['types', { type: 'array', items: { type: 'string' } }],
    ['limits', { type: 'array', items: { type: 'integer', maximum: -1 } }],
    ['rules', { type: 'array', items: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self < 0' }] } }],
  ])('are answered with no more errors than one can read, and told that there are more: %s', (_, schema) => {
    const found = typeOf(schema).validate(gadget(wrong), context)
    expect(found).toHaveLength(ERRORS_MAX + 1)
    expect(found.at(-1)!.message).toContain('there are more errors than the 10000 that are shown')
    const few = typeOf(schema).validate(gadget(wrong.slice(0, 50)), context)
    expect(few).toHaveLength(50)
  })

  test('are refused by name for no more unknown fields than that', () => {
    const spec = Object.fromEntries(wrong.map((n) => [`u${n}`, n]))
    const text = JSON.stringify({ ...gadget(spec) })
    let why = ''
    try {
      typeOf({ type: 'object', properties: {} }).readText(text, 'Strict')
    } catch (error) {
      why = (error as Error).message
    }
    expect(why.match(/unknown field/g)).toHaveLength(ERRORS_MAX)
  })
})
