import { describe, expect, test } from '@jest/globals'
import type { SuccessPolicyRule } from '@kubetape/api/types/batch/v1'
import { IndexIntervals } from './index-intervals.ts'
import { successPolicyMet } from './success-policy.ts'

describe('successPolicyMet()', () => {
  test.each<{ when: string; rules: SuccessPolicyRule[]; succeeded: string; at: number | undefined }>([
    { when: 'nothing has succeeded', rules: [{ succeededCount: 0 }], succeeded: '', at: undefined },
    { when: 'the count is reached', rules: [{ succeededCount: 2 }], succeeded: '0,4', at: 0 },
    { when: 'the count is not reached', rules: [{ succeededCount: 3 }], succeeded: '0,4', at: undefined },
    { when: 'all indexes have succeeded', rules: [{ succeededIndexes: '1-3' }], succeeded: '0-4', at: 0 },
    { when: 'an index is missing', rules: [{ succeededIndexes: '1-3' }], succeeded: '0-2,4', at: undefined },
    { when: 'enough of the indexes have succeeded', rules: [{ succeededIndexes: '1-3', succeededCount: 2 }], succeeded: '1,3', at: 0 },
    { when: 'others have succeeded instead', rules: [{ succeededIndexes: '1-3', succeededCount: 2 }], succeeded: '0,1,4', at: undefined },
    { when: 'only the second rule is met', rules: [{ succeededIndexes: '4' }, { succeededCount: 2 }], succeeded: '1,2', at: 1 },
    { when: 'a rule wants no index', rules: [{ succeededIndexes: '' }, { succeededIndexes: 'x' }], succeeded: '0-4', at: undefined },
  ])('answers right when $when', ({ rules, succeeded, at }) => {
    const expected = at === undefined ? undefined : `Matched rules at index ${at}`
    expect(successPolicyMet({ rules }, IndexIntervals.parse(succeeded, 5), 5)).toBe(expected)
  })

  test('is not met when there is no policy', () => {
    expect(successPolicyMet(undefined, IndexIntervals.parse('0', 5), 5)).toBeUndefined()
  })
})
