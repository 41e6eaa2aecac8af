import { describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@kubetape/apimachinery'
import { changedFields } from './field-changes.ts'

const object = (fields: object, metadata: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name: 'x', ...metadata },
  ...fields,
})

describe('changedFields()', () => {
  test('goes down to the fields that differ', () => {
    expect(
      changedFields(object({ spec: { a: 1, b: { c: 2 }, same: [1] } }), object({ spec: { a: 2, b: { c: 2, d: true }, same: [1] } })),
    ).toEqual([
      { path: 'spec.a', before: 1, after: 2 },
      { path: 'spec.b.d', after: true },
    ])
  })

  test('leaves out what every write counts up', () => {
    const [before, after] = [
      object({}, { resourceVersion: '1', managedFields: [], generation: 1 }),
      object({}, { resourceVersion: '2', managedFields: [{ manager: 'x' }], generation: 2 }),
    ]
    expect(changedFields(before, after)).toEqual([{ path: 'metadata.generation', before: 1, after: 2 }])
  })

  test('holds list items against each other by what tells them apart, wherever they stand', () => {
    const before = object({
      status: {
        conditions: [
          { type: 'Ready', status: 'False' },
          { type: 'Old', status: 'True' },
        ],
      },
    })
    const after = object({
      status: {
        conditions: [
          { type: 'New', status: 'True' },
          { type: 'Ready', status: 'True' },
        ],
      },
    })
    expect(changedFields(before, after)).toEqual([
      { path: 'status.conditions[Ready].status', before: 'False', after: 'True' },
      { path: 'status.conditions[Old]', before: { type: 'Old', status: 'True' } },
      { path: 'status.conditions[New]', after: { type: 'New', status: 'True' } },
    ])
  })

  test('tells each item of a list that is new', () => {
    expect(changedFields(object({}), object({ ports: [{ name: 'a' }, { name: 'b' }] }))).toEqual([
      { path: 'ports[a]', after: { name: 'a' } },
      { path: 'ports[b]', after: { name: 'b' } },
    ])
  })

  test('takes other lists whole', () => {
    expect(changedFields(object({ finalizers: ['a'] }), object({ finalizers: ['a', 'b'] }))).toEqual([
      { path: 'finalizers', before: ['a'], after: ['a', 'b'] },
    ])
    expect(changedFields(object({}), object({ list: [] }))).toEqual([{ path: 'list', after: [] }])
  })

  test('stays within the field that was asked for', () => {
    const [before, after] = [object({ spec: { a: 1 }, status: { failed: 1 } }), object({ spec: { a: 2 }, status: { failed: 2 } })]
    expect(changedFields(before, after, ['status', 'failed'])).toEqual([{ path: 'status.failed', before: 1, after: 2 }])
    expect(changedFields(undefined, after, ['status', 'failed'])).toEqual([{ path: 'status.failed', after: 2 }])
    expect(changedFields(before, after, ['status', 'active'])).toEqual([])
  })
})
