import { describe, expect, test } from '@jest/globals'
import { jobBody, jobRunner } from './testing/job-cases.ts'

const qualified =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"

describe('validatePodFailurePolicy()', () => {
  const codes = (onExitCodes: object = {}): object => ({ action: 'FailJob', onExitCodes: { operator: 'In', values: [1], ...onExitCodes } })
  const condition = (pattern: object): object => ({ action: 'FailJob', onPodConditions: [pattern] })
  const many = (length: number): number[] => Array.from({ length }, (_, i) => i + 1)

  test.each<[string, object[], string[]]>([
    ['both forms', [codes({ containerName: 'main', operator: 'NotIn', values: [0, 2] }), condition({ type: 'DisruptionTarget' })], []],
    ['neither criterion', [{ action: 'FailJob' }], ['[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required']],
    [
      'both criteria',
      [{ ...codes(), onPodConditions: [{ type: 'X' }] }],
      ['[0]: Invalid value: specifying both OnExitCodes and OnPodConditions is not supported'],
    ],
    [
      'no action',
      [{ ...codes(), action: undefined }],
      ['[0].action: Required value: valid values: ["Count" "FailIndex" "FailJob" "Ignore"]'],
    ],
    [
      'an unknown action',
      [codes(), { ...codes(), action: 'Retry' }],
      ['[1].action: Unsupported value: "Retry": supported values: "Count", "FailIndex", "FailJob", "Ignore"'],
    ],
    [
      'failing an index that has no limit',
      [{ ...codes(), action: 'FailIndex' }],
      ['[0].action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set'],
    ],
    [
      'a condition without type',
      [condition({})],
      [
        '[0].onPodConditions[0].type: Invalid value: "": name part must be non-empty',
        `[0].onPodConditions[0].type: Invalid value: "": ${qualified}`,
      ],
    ],
    [
      'an unknown condition status',
      [condition({ type: 'X', status: 'Yes' })],
      ['[0].onPodConditions[0].status: Unsupported value: "Yes": supported values: "False", "True", "Unknown"'],
    ],
    ['no operator', [codes({ operator: undefined })], ['[0].onExitCodes.operator: Required value: valid values: ["In" "NotIn"]']],
    [
      'an unknown operator',
      [codes({ operator: 'Is' })],
      ['[0].onExitCodes.operator: Unsupported value: "Is": supported values: "In", "NotIn"'],
    ],
    [
      'an unknown container',
      [codes({ containerName: 'ghost' })],
      ['[0].onExitCodes.containerName: Invalid value: "ghost": must be one of the container or initContainer names in the pod template'],
    ],
    ['no exit codes', [codes({ values: [] })], ['[0].onExitCodes.values: Invalid value: []: at least one value is required']],
    ['exit codes out of order', [codes({ values: [3, 1] })], ['[0].onExitCodes.values: Invalid value: [3,1]: must be ordered']],
    ['an exit code twice', [codes({ values: [1, 1] })], ['[0].onExitCodes.values[1]: Duplicate value: 1']],
    ['zero with In', [codes({ values: [0, 1] })], ['[0].onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator']],
    ['256 exit codes', [codes({ values: many(256) })], ['[0].onExitCodes.values: Too many: 256: must have at most 255 items']],
    [
      '21 conditions',
      [{ action: 'Count', onPodConditions: many(21).map((n) => ({ type: `T${n}` })) }],
      ['[0].onPodConditions: Too many: 21: must have at most 20 items'],
    ],
    ['21 rules', many(21).map(() => codes()), [': Too many: 21: must have at most 20 items']],
  ])('judges %s', (_, rules, expected) => {
    const { errors } = jobRunner().create(jobBody({ podFailurePolicy: { rules } }))
    expect(errors).toEqual(expected.map((error) => `spec.podFailurePolicy.rules${error}`))
  })
})
