import { describe, expect, test } from '@jest/globals'
import type { ManagedFieldsEntry } from '@kubetape/apimachinery'
import { type Conflict, conflictError, withoutAllowed } from './apply-conflicts.ts'

const applier = (manager: string, subresource?: string): ManagedFieldsEntry => ({
  manager,
  operation: 'Apply',
  apiVersion: 'v1',
  ...(subresource === undefined ? {} : { subresource }),
})
const updater = (manager: string): ManagedFieldsEntry => ({
  manager,
  operation: 'Update',
  apiVersion: 'apps/v1',
  time: '2024-01-01T00:00:00Z',
})

describe('conflictError()', () => {
  test('names one field with its owner, and an updater with its version', () => {
    const error = conflictError([{ owner: updater('u'), fields: { 'f:spec': { 'f:replicas': {} } } }])
    expect(error.message).toBe('Apply failed with 1 conflict: conflict with "u" using apps/v1: .spec.replicas')
    expect(error.status.details).toEqual({
      causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "u" using apps/v1', field: '.spec.replicas' }],
    })
  })

  test('gathers fields by owner: those of a level before those below it, items by their keys', () => {
    const fields = {
      'f:spec': { 'f:list': { 'k:{"name":"b","port":80}': { 'f:x': {} }, 'k:{"name":"b","port":9}': { '.': {}, 'f:x': {} } }, 'f:z': {} },
      'f:set': { 'v:"a"': {} },
      'f:a': {},
    }
    const conflicts: Conflict[] = [
      { owner: applier('b', 'status'), fields: { 'f:b': {} } },
      { owner: applier('a'), fields },
    ]
    expect(conflictError(conflicts).message.split('\n')).toEqual([
      'Apply failed with 7 conflicts: conflicts with "a":',
      '- .a',
      '- .set[="a"]',
      '- .spec.z',
      '- .spec.list[name="b",port=9]',
      '- .spec.list[name="b",port=9].x',
      '- .spec.list[name="b",port=80].x',
      'conflicts with "b" with subresource "status":',
      '- .b',
    ])
  })
})

describe('withoutAllowed()', () => {
  test('drops the allowed fields, and conflicts that have no others', () => {
    const conflicts: Conflict[] = [
      { owner: applier('a'), fields: { 'f:a': {}, 'f:b': {} } },
      { owner: applier('b'), fields: { 'f:a': {} } },
    ]
    expect(withoutAllowed(conflicts, { 'f:a': {} })).toEqual([{ owner: applier('a'), fields: { 'f:b': {} } }])
  })
})
