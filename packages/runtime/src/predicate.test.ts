import { describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@kubetape/apimachinery'
import type { StoreChange } from '@kubetape/informers'
import { and, annotationsChanged, generationChanged, keepingDeletions, labelsChanged, or } from './predicate.ts'

type Metadata = NonNullable<KubeObject['metadata']>
const updated = (previous: Metadata, metadata: Metadata): StoreChange<KubeObject> => ({
  type: 'updated',
  object: { metadata },
  previous: { metadata: previous },
  initial: false,
})
const never = (): boolean => false
const always = (): boolean => true

describe('predicates', () => {
  test('see what they are named after', () => {
    expect(generationChanged(updated({ generation: 1 }, { generation: 2 }))).toBe(true)
    expect(generationChanged(updated({ generation: 1, labels: { a: 'b' } }, { generation: 1 }))).toBe(false)
    expect(labelsChanged(updated({ labels: { a: 'b' } }, { labels: { a: 'c' } }))).toBe(true)
    expect(labelsChanged(updated({}, { labels: {} }))).toBe(false)
    expect(annotationsChanged(updated({ annotations: { a: 'b' } }, {}))).toBe(true)
    expect(annotationsChanged(updated({ labels: {} }, { labels: { a: 'b' } }))).toBe(false)
  })

  test('`or()` and `and()` combine', () => {
    const change = updated({}, {})
    expect([or(never, always)(change), or(never, never)(change), and(always, never)(change), and(always, always)(change)]).toEqual([
      true,
      false,
      false,
      true,
    ])
    expect([or()(change), and()(change)]).toEqual([false, true])
  })

  test('`keepingDeletions()` lets through what a predicate must not swallow', () => {
    const kept = keepingDeletions(never)
    const object = { metadata: {} }
    expect(kept({ type: 'added', object, previous: undefined, initial: true })).toBe(true)
    expect(kept({ type: 'deleted', object, previous: object, initial: false })).toBe(true)
    expect(kept(updated({}, { deletionTimestamp: '2024-08-13T00:00:00Z' }))).toBe(true)
    expect(kept(updated({ deletionTimestamp: '2024-08-13T00:00:00Z' }, { deletionTimestamp: '2024-08-13T00:00:00Z' }))).toBe(false)
    expect(kept(updated({}, {}))).toBe(false)
    expect(keepingDeletions(always)(updated({}, {}))).toBe(true)
  })
})
