import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { ListReader } from './list-reader.ts'
import { ObjectReader } from './object-reader.ts'
import { SharedFields } from './shared-fields.ts'

const HEAD = { kind: 'Thing', apiVersion: 'example.com/v1' }
const thing = (at: number, size: number) => ({ ...HEAD, metadata: { name: `größe-${at}` }, spec: { text: 'x'.repeat(size), at } })
const listOf = (items: unknown[]) => ({ kind: 'ThingList', apiVersion: 'example.com/v1', metadata: { resourceVersion: '7' }, items })

/** What is read when the bytes of the text come in pieces of these sizes, again and again. */
function read(text: string, sizes: readonly number[] = []): unknown {
  const bytes = Buffer.from(text)
  const reader = new ListReader(new ObjectReader(new SharedFields()), HEAD)
  for (let at = 0, piece = 0; at < bytes.length; piece++) {
    const size = sizes[piece % sizes.length] ?? bytes.length
    reader.push(bytes.subarray(at, at + size))
    at += size
  }
  return reader.end()
}

describe('ListReader', () => {
  test('reads what would have been parsed, however it is cut', () => {
    const list = listOf([...Array.from({ length: 200 }, (_, at) => thing(at, (at * 37) % 5000)), null, 3, [thing(1, 1)]])
    const text = JSON.stringify(list)
    expect(JSON.stringify(read(text))).toBe(text)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 500, max: 300_000 }), { minLength: 1, maxLength: 5 }), (sizes) => {
        expect(JSON.stringify(read(text, sizes))).toBe(text)
      }),
      { numRuns: 30 },
    )
    expect(JSON.stringify(read(JSON.stringify(list, undefined, 2), [7001]))).toBe(text)
  })

  test('reads items that are longer than all of its blocks', () => {
    const text = JSON.stringify(listOf([thing(1, 3_000_000), thing(2, 10), thing(3, 700_000)]))
    expect(JSON.stringify(read(text, [16_384]))).toBe(text)
  })

  test.each<[string, unknown]>([
    ['no items', listOf([])],
    ['null for its items', { kind: 'ThingList', items: null }],
    ['something behind its items', { items: [thing(1, 1)], metadata: { resourceVersion: '1' } }],
    ['no items at all', { kind: 'Status', status: 'Success' }],
    ['members of odd names', { __proto__: 1, 'a"b': 2, items: [] }],
  ])('reads a list that has %s', (_, list) => {
    expect(read(JSON.stringify(list))).toEqual(list)
    expect(read(` ${JSON.stringify(list)}\n`, [1])).toEqual(list)
  })

  test('says that a list is cut, wherever it is cut', () => {
    const text = JSON.stringify(listOf([thing(1, 300), 1]))
    for (let end = 0; end < text.length; end++) expect(() => read(text.slice(0, end))).toThrow(SyntaxError)
  })

  test.each(['', '[]', 'null', '{"items":[{} {}]}', '{"items":[{}]} x', '{"items":[,]}', '404 page not found'])('refuses %j', (text) => {
    expect(() => read(text)).toThrow(SyntaxError)
  })
})
