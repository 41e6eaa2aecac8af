import { describe, expect, test } from '@jest/globals'
import { SharedFields } from './shared-fields.ts'

const FIELDS = { 'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } }, 'f:spec': { 'k:{"name":"a}\\"{"}': { '.': {} } } }
const managed = (name: string, ...fields: unknown[]) => ({
  metadata: { name, managedFields: fields.map((fieldsV1) => ({ manager: 'm', fieldsV1, subresource: 'status' })) },
})
const items = (document: unknown): readonly unknown[] => (document as { items: unknown[] }).items
const only = (document: unknown): readonly unknown[] => [document]

describe('SharedFields.parse()', () => {
  test('reads what it would have read anyway, and shares what is the same', () => {
    const list = { items: [managed('a', FIELDS, {}), managed('b', { other: {} }, FIELDS), { metadata: {} }, managed('c')] }
    const shared = new SharedFields()
    const read = shared.parse(JSON.stringify(list), items) as typeof list
    expect(read).toEqual(list)
    expect(JSON.stringify(read)).toBe(JSON.stringify(list))
    const of = (at: number, entry: number): unknown =>
      (read.items[at] as ReturnType<typeof managed>).metadata.managedFields[entry]!.fieldsV1
    expect(of(0, 0)).toBe(of(1, 1))
    expect(Object.isFrozen(of(0, 0)) && !Object.isFrozen(read.items[0])).toBe(true)
    const again = shared.parse(JSON.stringify(managed('d', FIELDS)), only) as ReturnType<typeof managed>
    expect(again.metadata.managedFields[0]!.fieldsV1).toBe(of(0, 0))
  })

  test('tells statements apart that begin alike, and one that goes on after the other ends', () => {
    const long = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`f:${at}`, {}]))
    const statements = [long, { ...long, 'f:39': { '.': {} } }, { ...long, more: {} }, {}]
    const shared = new SharedFields()
    for (const one of [...statements, ...statements])
      expect(shared.parse(JSON.stringify(managed('a', one)), only)).toEqual(managed('a', one))
  })

  test.each<[string, unknown]>([
    ['in another member', { ...managed('a', FIELDS), spec: { fieldsV1: { a: 1 } } }],
    ['before the metadata', { data: { fieldsV1: { a: 1 } }, ...managed('a', FIELDS) }],
    ['with a number', managed('a', 0)],
    ['with null', managed('a', null)],
    ['with a number beside one with fields', managed('a', 1, FIELDS)],
    ['in a text', { ...managed('a', FIELDS), data: { applied: JSON.stringify(managed('b', FIELDS)) } }],
    ['at the end of a key', { ...managed('a', FIELDS), data: { 'x"fieldsV1': { a: 1 }, '\\"fieldsV1': { b: 1 } } }],
    ['with an integer that a number cannot hold', managed('a', FIELDS, { a: 'x' })],
    ['nowhere', { metadata: { name: 'a' } }],
  ])('reads right what has the word %s', (_, value) => {
    expect(new SharedFields().parse(JSON.stringify(value), only)).toEqual(value)
  })

  test('keeps integers exact', () => {
    const text = JSON.stringify(managed('a', FIELDS)).replace('"name":"a"', '"n":9007199254740993')
    expect(new SharedFields().parse(text, only)).toMatchObject({ metadata: { n: 9007199254740993n } })
  })

  test.each(['{"metadata":{"managedFields":[{"fieldsV1":{"a":', '{"metadata":{"managedFields":[{"fieldsV1":{}', '{"fieldsV1":{"a"}}'])(
    'refuses %s',
    (text) => {
      expect(() => new SharedFields().parse(text, only)).toThrow(SyntaxError)
    },
  )

  test('forgets before it remembers too much', () => {
    const shared = new SharedFields()
    for (let at = 0; at < 2500; at++) {
      const one = managed('a', { [`f:${at}`]: {} })
      expect(shared.parse(JSON.stringify(one), only)).toEqual(one)
    }
  })
})
