import { describe, expect, test } from '@jest/globals'
import { conditionText, valueText } from './value-text.ts'

describe('valueText()', () => {
  test.each([
    ['plain', 'plain'],
    ['', '""'],
    ['two\nlines', '"two\\nlines"'],
    [3, '3'],
    [null, 'null'],
    [{ a: 1, b: ['x', true] }, '{a: 1, b: [x, true]}'],
  ])('writes %j', (value, text) => {
    expect(valueText(value)).toBe(text)
  })

  test('shortens', () => {
    expect(valueText('abcdefgh', 5)).toBe('abcd…')
    expect(valueText('abcde', 5)).toBe('abcde')
  })
})

describe('conditionText()', () => {
  const condition = { type: 'Ready', status: 'False', lastTransitionTime: '2024-08-13T00:00:00Z' }

  test('says status, reason and message', () => {
    expect(conditionText({ ...condition, reason: 'Down', message: 'it is off' })).toBe('False Down: it is off')
    expect(conditionText(condition)).toBe('False')
  })

  test('answers undefined for anything else', () => {
    expect(conditionText({ type: 'ClusterIP', status: 'x' })).toBeUndefined()
    expect(conditionText('Ready')).toBeUndefined()
  })
})
