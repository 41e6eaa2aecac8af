import { describe, expect, test } from '@jest/globals'
import { ageCell, containerCells, selectorCell } from './table-cells.ts'

describe('ageCell()', () => {
  test('tells an age, or that there is none', () => {
    expect(ageCell('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:05:00Z'))).toBe('5m')
    expect([ageCell(undefined, 0), ageCell(null, 0)]).toEqual(['<unknown>', '<unknown>'])
  })
})

describe('containerCells()', () => {
  test('lists names and images', () => {
    expect(containerCells({ containers: [{ name: 'a', image: 'x' }, { name: 'b' }] })).toEqual(['a,b', 'x,'])
    expect(containerCells(undefined)).toEqual(['', ''])
  })
})

describe('selectorCell()', () => {
  test('prints a selector, none, or that it is malformed', () => {
    expect(selectorCell({ matchLabels: { a: 'b' } })).toBe('a=b')
    expect(selectorCell({})).toBe('<none>')
    expect(selectorCell({ matchExpressions: [{ key: 'a', operator: 'Nonsense' }] })).toBe('<error>')
  })
})
