import { describe, expect, test } from '@jest/globals'
import { parseExactJson, printExactJson } from '@kubetape/apimachinery'
import fc from 'fast-check'
import { ObjectReader } from './object-reader.ts'
import { SharedFields } from './shared-fields.ts'

const HEAD = { kind: 'Thing', apiVersion: 'example.com/v1' }
const FIELDS = { 'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } }, 'f:spec': { 'k:{"name":"a}\\"{"}': { '.': {} } } }
const managed = (name: string, ...fields: unknown[]) => ({
  ...HEAD,
  metadata: { name, managedFields: fields.map((fieldsV1) => ({ manager: 'm', fieldsV1, subresource: 'status' })) },
})
const LONG = { text: 'x'.repeat(300), list: [1, 2, { deep: true }] }

/** What is read of a text, which may stand amid other bytes. */
function read(text: string, { reader = new ObjectReader(new SharedFields()), before = '', behind = '' } = {}): unknown {
  const bytes = Buffer.from(before + text + behind)
  const at = Buffer.byteLength(before)
  const object = reader.read(bytes, at, bytes.length, HEAD)
  if (object !== undefined) expect(reader.end).toBe(at + Buffer.byteLength(text))
  return object
}

describe('ObjectReader.read()', () => {
  test('reads what would have been parsed, wherever it stands, and shares the statements that are the same', () => {
    const objects = [managed('a', FIELDS, {}), managed('b', { other: {} }, FIELDS), { ...HEAD, metadata: {} }, managed('c')]
    const reader = new ObjectReader(new SharedFields())
    const seen = objects.map((object) => {
      const value = read(JSON.stringify(object), { reader, before: '[{"ä":1},', behind: ',{}]' }) as ReturnType<typeof managed>
      expect(value).toEqual(object)
      expect(JSON.stringify(value)).toBe(JSON.stringify(object))
      return value
    })
    const statement = seen[0]!.metadata.managedFields[0]!.fieldsV1
    expect(seen[1]!.metadata.managedFields[1]!.fieldsV1).toBe(statement)
    expect(Object.isFrozen(statement)).toBe(true)
    expect(Object.isFrozen(seen[0])).toBe(false)
  })

  test('reads any object that JSON can say, on its own and after others', () => {
    const reader = new ObjectReader(new SharedFields())
    const members = fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('metadata', 'spec', 'status', 'kind', '__proto__')), fc.jsonValue())
    fc.assert(
      fc.property(members, fc.constantFrom(undefined, 1), fc.boolean(), (value, indent, long) => {
        const object = long ? { ...value, spec: { ...LONG, value } } : value
        const text = JSON.stringify(object, undefined, indent)
        const parsed = parseExactJson(text) as object
        const whole = Object.hasOwn(parsed, 'kind') && Object.hasOwn(parsed, 'apiVersion') ? parsed : { ...HEAD, ...parsed }
        expect(printExactJson(read(text, { reader }))).toBe(printExactJson(whole))
      }),
    )
  })

  test('says that an object is cut, wherever it is cut', () => {
    const text = JSON.stringify({ ...managed('ä', FIELDS), spec: LONG, more: 12 })
    const reader = new ObjectReader(new SharedFields())
    const bytes = Buffer.from(text)
    expect(read(text, { reader })).toBeDefined()
    for (let end = 0; end < bytes.length; end++) expect(reader.read(bytes, 0, end, HEAD)).toBeUndefined()
  })

  test('gives kind and version to an object that has not both', () => {
    expect(Object.entries(read('{"metadata":{}}') as object)).toEqual([...Object.entries(HEAD), ['metadata', {}]])
    expect(read('{"kind":"Other"}')).toEqual({ ...HEAD, kind: 'Other' })
    expect(read('{"kind":"Other","apiVersion":"v1"}')).toEqual({ kind: 'Other', apiVersion: 'v1' })
    expect(read('{}')).toEqual(HEAD)
  })

  test.each<[string, unknown]>([
    ['in another member', { ...managed('a', FIELDS), spec: { fieldsV1: { a: 1 } } }],
    ['before the metadata', { data: { fieldsV1: { a: 1 } }, ...managed('a', FIELDS) }],
    ['elsewhere in the metadata', { ...HEAD, metadata: { fieldsV1: { a: 1 }, ...managed('a', FIELDS).metadata } }],
    ['with a number', managed('a', 0)],
    ['with null', managed('a', null)],
    ['with a number beside one with fields', managed('a', 1, FIELDS)],
    ['in a text', { ...managed('a', FIELDS), data: { applied: JSON.stringify(managed('b', FIELDS)) } }],
    ['at the end of a key', { ...managed('a', FIELDS), data: { 'x"fieldsV1': { a: 1 }, '\\"fieldsV1': { b: 1 } } }],
    ['beyond ASCII', managed('ä', { 'f:metadata': { 'f:labels': { 'f:größe': {} } } })],
    ['nowhere', { ...HEAD, metadata: { name: 'a' } }],
  ])('reads right what has the word fieldsV1 %s', (_, value) => {
    expect(read(JSON.stringify(value))).toEqual({ ...HEAD, ...(value as object) })
  })

  test('keeps integers exact, whether read at once or later', () => {
    const text = JSON.stringify({ ...managed('a', FIELDS), spec: { ...LONG, n: 7 } })
    const exact = text.replace('"name":"a"', '"n":9007199254740993').replace('"n":7', '"n":9007199254740995')
    expect(read(exact)).toMatchObject({ metadata: { n: 9007199254740993n }, spec: { n: 9007199254740995n } })
  })

  test('takes the last of members of the same name, as the parser does', () => {
    expect(read(`{"spec":1,"metadata":{"name":"a"},"spec":${JSON.stringify(LONG)}}`)).toEqual({
      ...HEAD,
      spec: LONG,
      metadata: { name: 'a' },
    })
    expect(read('{"sp\\u0065c":1}')).toEqual({ ...HEAD, spec: 1 })
  })

  test.each([
    '{"metadata":{"managedFields":[{"fieldsV1":{"a"}}]}}',
    '{"a" 1}',
    '{,}',
    '{"a":1 "b":2}',
    '{"a":x}',
    '[]',
    '{"metadata":{"a":]}}',
    `{"metadata":{},"spec":{"text":"${'x'.repeat(300)}","a":tru}}`,
    `{"metadata":{},"spec":["${'x'.repeat(300)}",[}]}`,
  ])('refuses %s', (text) => {
    expect(() => read(text)).toThrow(SyntaxError)
  })
})
