import { expect, test } from '@jest/globals'
import type { KubeObject } from '@kubetape/apimachinery'
import { guardedIndexes } from './guarded-indexes.ts'

test('`guardedIndexes()` files an object under nothing when its function throws, and tells of it', () => {
  const problems: unknown[] = []
  const boom = new Error('boom')
  const functions = guardedIndexes(
    {
      good: ({ metadata }) => [metadata?.name ?? ''],
      bad: () => {
        throw boom
      },
    },
    (...problem) => problems.push(problem),
  )
  const object: KubeObject = { metadata: { namespace: 'a', name: 'one' } }
  expect([functions['good']!(object), functions['bad']!(object)]).toEqual([['one'], []])
  expect(problems).toEqual([['bad', 'a/one', boom]])
})
