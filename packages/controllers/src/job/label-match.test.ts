import { describe, expect, test } from '@jest/globals'
import type { LabelSelector } from '@kubetape/api/types/meta/v1'
import { selectorMatches } from './label-match.ts'

describe('selectorMatches()', () => {
  const labels = { app: 'web', tier: 'front' }
  const expression = (key: string, operator: string, values?: string[]): LabelSelector => ({
    matchExpressions: [{ key, operator, ...(values ? { values } : {}) }],
  })
  test.each<[string, LabelSelector | undefined, boolean]>([
    ['no selector', undefined, false],
    ['an empty selector', {}, true],
    ['an equal label', { matchLabels: { app: 'web' } }, true],
    ['another value', { matchLabels: { app: 'api' } }, false],
    ['an absent label', { matchLabels: { zone: 'a' } }, false],
    ['In with the value', expression('app', 'In', ['web', 'api']), true],
    ['In without the value', expression('app', 'In', ['api']), false],
    ['NotIn with the value', expression('app', 'NotIn', ['web']), false],
    ['NotIn and an absent label', expression('zone', 'NotIn', ['a']), true],
    ['Exists', expression('tier', 'Exists'), true],
    ['Exists and an absent label', expression('zone', 'Exists'), false],
    ['DoesNotExist', expression('zone', 'DoesNotExist'), true],
    ['labels and expressions of which one fails', { matchLabels: { app: 'web' }, ...expression('tier', 'DoesNotExist') }, false],
  ])('answers for %s', (_, selector, expected) => {
    expect(selectorMatches(selector, labels)).toBe(expected)
  })

  test('throws when an operator is unknown', () => {
    expect(() => selectorMatches(expression('app', 'Like', ['web']), labels)).toThrow('not a valid label selector operator')
  })

  test('takes absent labels as none', () => {
    expect(selectorMatches({ matchLabels: { app: 'web' } }, undefined)).toBe(false)
  })
})
