import { describe, expect, test } from '@jest/globals'
import { type ConditionLike, findCondition, hasCondition, removeCondition, setCondition } from './conditions.ts'
import { deepFreeze } from './json-value.ts'

const NOW = Date.UTC(2024, 0, 2, 3, 4, 5, 678)
const EARLIER = '2024-01-01T00:00:00Z'
const conditions: readonly ConditionLike[] = deepFreeze([
  { type: 'Ready', status: 'False', reason: 'Starting', message: 'm', lastTransitionTime: EARLIER },
  { type: 'Other', status: 'Unknown', lastTransitionTime: EARLIER },
])

describe('setCondition()', () => {
  test('appends a new condition with the time of now', () => {
    const after = setCondition(conditions, { type: 'New', status: 'True' }, NOW)
    expect(after.slice(0, 2)).toEqual(conditions)
    expect(after[2]).toEqual({ type: 'New', status: 'True', lastTransitionTime: '2024-01-02T03:04:05Z' })
    expect(setCondition(undefined, { type: 'New', status: 'True', lastTransitionTime: EARLIER }, NOW)[0]?.lastTransitionTime).toBe(EARLIER)
  })

  test('keeps the time while the status stays', () => {
    const after = setCondition(conditions, { type: 'Ready', status: 'False', reason: 'Waiting' }, NOW)
    expect(after[0]).toEqual({ type: 'Ready', status: 'False', reason: 'Waiting', message: 'm', lastTransitionTime: EARLIER })
    expect(after[1]).toBe(conditions[1])
  })

  test('takes the given time, or now, when the status changes', () => {
    expect(setCondition(conditions, { type: 'Ready', status: 'True' }, NOW)[0]?.lastTransitionTime).toBe('2024-01-02T03:04:05Z')
    const given = { type: 'Ready', status: 'True', lastTransitionTime: '2023-01-01T00:00:00Z' }
    expect(setCondition(conditions, given, NOW)[0]?.lastTransitionTime).toBe('2023-01-01T00:00:00Z')
  })

  test('answers the same list when nothing changes', () => {
    expect(setCondition(conditions, { type: 'Ready', status: 'False', reason: 'Starting' }, NOW)).toBe(conditions)
    expect(setCondition(conditions, { type: 'Ready', status: 'False', lastTransitionTime: '2023-01-01T00:00:00Z' }, NOW)).toBe(conditions)
  })
})

test('findCondition() and hasCondition() look by type', () => {
  expect(findCondition(conditions, 'Ready')).toBe(conditions[0])
  expect(findCondition(undefined, 'Ready')).toBeUndefined()
  expect([hasCondition(conditions, 'Ready'), hasCondition(conditions, 'Ready', 'False'), hasCondition(conditions, 'None')]).toEqual([
    false,
    true,
    false,
  ])
})

test('removeCondition() takes out one type and otherwise nothing', () => {
  expect(removeCondition(conditions, 'Ready')).toEqual([conditions[1]])
  expect(removeCondition(conditions, 'None')).toBe(conditions)
  expect(removeCondition(undefined, 'None')).toEqual([])
})
