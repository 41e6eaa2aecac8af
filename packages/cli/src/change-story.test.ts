import { describe, expect, test } from '@jest/globals'
import { storyOf } from './change-story.ts'
import type { FieldPath } from './field-path.ts'
import { HandMadeLog } from './testing/hand-made-log.ts'

const KEY = '/configmaps/default/a'
const REF = { group: '', resource: 'configmaps', namespace: 'default', name: 'a' }

const tell = (made: HandMadeLog, field?: FieldPath): unknown[] =>
  [...storyOf(made.log, REF, field)].map(({ entry, fields }) => [entry.revision, entry.operation, fields])

describe('storyOf()', () => {
  test('tells a field from its creation over its deletion to its return', async () => {
    const made = new HandMadeLog()
    await made.append(KEY, 'create', { data: { x: '1' } })
    await made.append(KEY, 'update', { data: { x: '1', y: '2' } })
    await made.append(KEY, 'delete', { data: { x: '1', y: '2' } })
    await made.append(KEY, 'create', { data: { x: '3' } })
    expect(tell(made)).toEqual([
      [1, 'create', []],
      [2, 'update', [{ path: 'data.y', after: '2' }]],
      [3, 'delete', []],
      [4, 'create', []],
    ])
    expect(tell(made, ['data', 'x'])).toEqual([
      [1, 'create', [{ path: 'data.x', after: '1' }]],
      [3, 'delete', [{ path: 'data.x', before: '1' }]],
      [4, 'create', [{ path: 'data.x', after: '3' }]],
    ])
    expect(tell(made, ['data', 'y'])).toHaveLength(2)
  })

  test('does not guess what was erased or compacted away', async () => {
    const made = new HandMadeLog()
    for (const x of ['1', '2', '3', '4']) await made.append(KEY, x === '1' ? 'create' : 'update', { data: { x } })
    made.log.erase([2])
    expect(tell(made)).toEqual([
      [1, 'create', []],
      [2, 'update', undefined],
      [3, 'update', undefined],
      [4, 'update', [{ path: 'data.x', before: '3', after: '4' }]],
    ])
    made.log.compact(3)
    expect(tell(made)).toEqual([
      [3, 'update', undefined],
      [4, 'update', [{ path: 'data.x', before: '3', after: '4' }]],
    ])
  })
})
