import { describe, expect, test } from '@jest/globals'
import { jobBody, jobRunner } from './testing/job-cases.ts'

describe('validateSuccessPolicy()', () => {
  const parsing = (text: string, why: string): string =>
    `spec.successPolicy.rules[0].succeededIndexes: Invalid value: ${JSON.stringify(text)}: error parsing succeededIndexes: ${why}`

  test.each<[string, object[], string[]]>([
    ['both criteria', [{ succeededIndexes: '0,2-3', succeededCount: 3 }], []],
    ['no index at all', [{ succeededIndexes: '' }], []],
    [
      'no rules',
      [],
      ['spec.successPolicy.rules: Required value: at least one rules must be specified when the successPolicy is specified'],
    ],
    [
      'an empty rule',
      [{}],
      ['spec.successPolicy.rules[0]: Required value: at least one of succeededCount or succeededIndexes must be specified'],
    ],
    [
      'a negative count',
      [{ succeededCount: -1 }],
      ['spec.successPolicy.rules[0].succeededCount: Invalid value: -1: must be greater than or equal to 0'],
    ],
    [
      'a count above completions',
      [{ succeededCount: 6 }],
      [
        'spec.successPolicy.rules[0].succeededCount: Invalid value: 6: must be less than or equal to 5 (the number of specified completions)',
      ],
    ],
    [
      'a count above its indexes',
      [{ succeededCount: 3, succeededIndexes: '0-1' }],
      [
        'spec.successPolicy.rules[0].succeededCount: Invalid value: 3: must be less than or equal to 2 (the number of indexes in the specified succeededIndexes field)',
      ],
    ],
    ['an index that is too large', [{ succeededIndexes: '5' }], [parsing('5', 'too large index: "5"')]],
    ['an interval that ends too late', [{ succeededIndexes: '3-5' }], [parsing('3-5', 'too large index: "5"')]],
    ['a reversed interval', [{ succeededIndexes: '3-1' }], [parsing('3-1', 'non-increasing order, previous: 3, current: 1')]],
    ['overlapping intervals', [{ succeededIndexes: '0-2,1-3' }], [parsing('0-2,1-3', 'non-increasing order, previous: 2, current: 1')]],
    ['a blank', [{ succeededIndexes: '0, 1' }], [parsing('0, 1', 'cannot convert string to integer for index: " 1"')]],
    ['a trailing comma', [{ succeededIndexes: '1,' }], [parsing('1,', 'cannot convert string to integer for index: ""')]],
    [
      'three parts',
      [{ succeededIndexes: '1-2-3' }],
      [
        parsing(
          '1-2-3',
          `the fragment "1-2-3" violates the requirement that an index interval can have at most two parts separated by '-'`,
        ),
      ],
    ],
    [
      '21 rules',
      Array.from({ length: 21 }, () => ({ succeededCount: 1 })),
      ['spec.successPolicy.rules: Too many: 21: must have at most 20 items'],
    ],
  ])('judges %s', (_, rules, expected) => {
    expect(jobRunner().create(jobBody({ completionMode: 'Indexed', completions: 5, successPolicy: { rules } })).errors).toEqual(expected)
  })

  test('refuses a policy of a Job without indexes', () => {
    const { errors } = jobRunner().create(jobBody({ successPolicy: { rules: [{ succeededCount: 1 }] } }))
    expect(errors).toEqual([
      'spec.successPolicy: Invalid value: batch.SuccessPolicy{"rules":[{"succeededCount":1}]}: requires indexed completion mode',
    ])
  })
})
