import { describe, expect, test } from '@jest/globals'
import { labelsInBytes } from './labels-in-bytes.ts'
import { encodeObject } from './stored-object.ts'

const read = (metadata: object, more: object = {}): unknown =>
  labelsInBytes(encodeObject({ kind: 'Pod', apiVersion: 'v1', metadata, ...more }))

describe('labelsInBytes()', () => {
  test.each([
    [
      { name: 'a', labels: { app: 'x', 'example.com/part': '' } },
      { app: 'x', 'example.com/part': '' },
    ],
    [{ name: 'a', generation: 2, deletionGracePeriodSeconds: 0, labels: { a: 'b' }, annotations: { labels: '{}' } }, { a: 'b' }],
    [{ name: 'a', uid: 'x"\\', annotations: { c: '"labels":{"no":"no"}' } }, {}],
    [{ name: 'a', ownerReferences: [{ name: 'labels' }] }, {}],
    [{ name: 'a', generation: 1 }, {}],
    [{}, {}],
  ])('reads those of %j', (metadata, labels) => expect(read(metadata, { spec: { labels: { not: 'these' } } })).toEqual(labels))

  test('answers equal ones as one object', () => {
    expect(read({ name: 'a', labels: { app: 'x' } })).toBe(read({ name: 'b', labels: { app: 'x' } }))
  })

  test('does not know of bytes that have another form', () => {
    expect(labelsInBytes(Buffer.from('{"kind":"Pod"}'))).toBeUndefined()
    expect(labelsInBytes(Buffer.from('{"metadata":{ "labels":{"a":"b"}}}'))).toBeUndefined()
    expect(labelsInBytes(Buffer.from('{"kind":"Pod","metadata":{"name":"a","uid":"'))).toBeUndefined()
  })

  test.each([
    [
      'other labels come first',
      '{"apiVersion":"v1","kind":"C","data":{"metadata":{"name":"b","labels":{"no":"no"}}},"metadata":{"name":"a"}}',
    ],
    [
      'fields are sorted by name',
      '{"apiVersion":"v1","kind":"C","metadata":{"annotations":{"c":"d"},"creationTimestamp":"t","labels":{"a":"b"},"name":"a"}}',
    ],
  ])('does not say what they are where %s', (_why, text) => expect(labelsInBytes(Buffer.from(text))).toBeUndefined())

  test('reads bytes that are no Buffer', () => {
    const bytes = new TextEncoder().encode('{"metadata":{"name":"a","labels":{"a":"b"}}}')
    expect(labelsInBytes(bytes)).toEqual({ a: 'b' })
  })
})
