import { expect, test } from '@jest/globals'
import { lowerBound } from './sorted-keys.ts'

test.each([
  [[], 'a', 0],
  [['b', 'd'], 'a', 0],
  [['b', 'd'], 'b', 0],
  [['b', 'd'], 'c', 1],
  [['b', 'd', 'f'], 'd', 1],
  [['b', 'd', 'f'], 'g', 3],
])('lowerBound() of %j and %j is %i', (sorted, key, expected) => {
  expect(lowerBound(sorted, key)).toBe(expected)
})

test('lowerBound() asks for the keys of what stands in their order', () => {
  const sorted = [{ name: 'b' }, { name: 'd' }, { name: 'f' }]
  expect(lowerBound(sorted, 'c', ({ name }) => name)).toBe(1)
  expect(lowerBound(sorted, 'g', ({ name }) => name)).toBe(3)
})
