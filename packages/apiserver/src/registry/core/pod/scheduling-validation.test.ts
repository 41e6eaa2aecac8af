import { describe, expect, test } from '@jest/globals'
import { FieldPath } from '@kubetape/apimachinery'
import type { Affinity, NodeSelectorTerm, PodAffinityTerm, Toleration } from '@kubetape/api/types/core/v1'
import { validateAffinity } from './affinity-validation.ts'
import { validateSchedulingGates, validateSpreadConstraints, validateTolerations } from './scheduling-validation.ts'
import { gatesWith, podWith, texts } from './testing/pod-fixture.ts'
import { podValidationOptions } from './validation-options.ts'

const options = podValidationOptions(undefined, gatesWith(), true)
const NAME_PART =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"

describe('validateAffinity()', () => {
  const judge = (affinity: object): string[] => texts(validateAffinity(affinity, FieldPath.of('a'), options))
  const node = (...terms: object[]): string[] =>
    judge({ nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms as NodeSelectorTerm[] } } }).map(
      (text) => text.replace('a.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms', 'terms'),
    )
  const expression = (key: string, operator: string, ...values: string[]): object => ({ matchExpressions: [{ key, operator, values }] })
  const term = (fields: Partial<PodAffinityTerm>): string[] =>
    judge({ podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'z', ...fields }] } }).map((text) =>
      text.replace('a.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution', 'terms'),
    )

  test.each<[string, string[], string[]]>([
    ['no terms', node(), ['terms: Required value: must have at least one node selector term']],
    ['an empty term', node({}), []],
    [
      'In without values',
      node(expression('a', 'In')),
      ["terms[0].matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'"],
    ],
    [
      'Exists with values',
      node(expression('a', 'Exists', 'b')),
      ["terms[0].matchExpressions[0].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'"],
    ],
    [
      'Gt with two values',
      node(expression('a', 'Gt', '1', '2')),
      ["terms[0].matchExpressions[0].values: Required value: must be specified single value when `operator` is 'Lt' or 'Gt'"],
    ],
    [
      'another operator and a bad key',
      node(expression('a b', 'Is', 'x')),
      [
        'terms[0].matchExpressions[0].operator: Invalid value: "Is": not a valid selector operator',
        `terms[0].matchExpressions[0].key: Invalid value: "a b": ${NAME_PART}`,
      ],
    ],
    [
      'a field that is not the name',
      node({ matchFields: [{ key: 'metadata.uid', operator: 'Exists' }] }),
      [
        'terms[0].matchFields[0].operator: Invalid value: "Exists": not a valid selector operator',
        'terms[0].matchFields[0].key: Invalid value: "metadata.uid": not a valid field selector key',
      ],
    ],
    [
      'a field of two names',
      node({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a', 'b'] }] }),
      ["terms[0].matchFields[0].values: Required value: must be only one value when `operator` is 'In' or 'NotIn' for node field selector"],
    ],
  ])('judges %s of nodes', (_, errors, expected) => {
    expect(errors).toEqual(expected)
  })

  test('wants weights from 1 to 100', () => {
    const preferred = (weight: number): object => ({
      nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight, preference: {} }] },
      podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight, podAffinityTerm: { topologyKey: 'z' } }] },
    })
    expect(judge(preferred(101))).toEqual([
      'a.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 101: must be in the range 1-100',
      'a.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 101: must be in the range 1-100',
    ])
    expect(judge(preferred(1))).toEqual([])
  })

  test.each<[string, string[], string[]]>([
    [
      'no topology key',
      term({ topologyKey: '' }),
      [
        'terms[0].topologyKey: Required value: can not be empty',
        'terms[0].topologyKey: Invalid value: "": name part must be non-empty',
        `terms[0].topologyKey: Invalid value: "": ${NAME_PART}`,
      ],
    ],
    [
      'label keys without selector',
      term({ matchLabelKeys: ['a'], mismatchLabelKeys: ['b'] }),
      ['matchLabelKeys', 'mismatchLabelKeys'].map(
        (field) => `terms[0].${field}: Forbidden: must not be specified when labelSelector is not set`,
      ),
    ],
    [
      'a bad label key',
      term({ labelSelector: {}, matchLabelKeys: ['a b'] }),
      [`terms[0].matchLabelKeys[0]: Invalid value: "a b": ${NAME_PART}`],
    ],
    [
      'a label key in both lists',
      term({ labelSelector: {}, matchLabelKeys: ['a'], mismatchLabelKeys: ['a'] }),
      ['terms[0].matchLabelKeys[0]: Invalid value: "a": exists in both matchLabelKeys and mismatchLabelKeys'],
    ],
    [
      'a merged label key that was there',
      term({
        labelSelector: { matchLabels: { a: 'x' }, matchExpressions: [{ key: 'a', operator: 'In', values: ['x'] }] },
        matchLabelKeys: ['a'],
      }),
      ['terms[0][0]: Invalid value: "a": exists in both matchLabelKeys and labelSelector'],
    ],
    [
      'a merged label key',
      term({ labelSelector: { matchExpressions: [{ key: 'a', operator: 'In', values: ['x'] }] }, matchLabelKeys: ['a'] }),
      [],
    ],
  ])('judges %s of Pod terms', (_, errors, expected) => {
    expect(errors).toEqual(expected)
  })

  test('lets bad values of selectors stay when they were stored', () => {
    const affinity: Affinity = {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: 'z', labelSelector: { matchExpressions: [{ key: 'a', operator: 'In', values: ['b c'] }] } },
        ],
      },
    }
    const stored = podWith(({ spec }) => (spec.affinity = affinity))
    expect(texts(validateAffinity(affinity, FieldPath.of('a'), podValidationOptions(stored, gatesWith(), true)))).toEqual([])
    expect(judge(affinity)).toHaveLength(1)
  })
})

describe('validateTolerations()', () => {
  test.each<[string, object, string[]]>([
    ['everything', { operator: 'Exists' }, []],
    [
      'no key',
      { value: 'b' },
      ['t[0].operator: Invalid value: "": operator must be Exists when `key` is empty, which means "match all values and all keys"'],
    ],
    [
      'a value for Exists',
      { key: 'a', operator: 'Exists', value: 'b' },
      ['t[0].operator: Invalid value: {"key":"a","operator":"Exists","value":"b"}: value must be empty when `operator` is \'Exists\''],
    ],
    ['an unknown operator', { key: 'a', operator: 'In' }, ['t[0].operator: Unsupported value: "In": supported values: "Equal", "Exists"']],
    [
      'an unknown effect',
      { key: 'a', effect: 'Evict' },
      ['t[0].effect: Unsupported value: "Evict": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"'],
    ],
    [
      'seconds of another effect',
      { key: 'a', effect: 'NoSchedule', tolerationSeconds: 1 },
      ['t[0].effect: Invalid value: "NoSchedule": effect must be \'NoExecute\' when `tolerationSeconds` is set'],
    ],
  ])('judges a toleration of %s', (_, toleration, expected) => {
    expect(texts(validateTolerations([toleration as Toleration], FieldPath.of('t')))).toEqual(expected)
  })
})

describe('validateSpreadConstraints()', () => {
  const judge = (...list: object[]): string[] =>
    texts(
      validateSpreadConstraints(
        list.map((one) => ({ maxSkew: 1, topologyKey: 'z', whenUnsatisfiable: 'DoNotSchedule', ...one })),
        FieldPath.of('s'),
        options,
      ),
    )

  test.each<[string, object, string[]]>([
    ['no skew', { maxSkew: 0 }, ['s[0].maxSkew: Invalid value: 0: must be greater than zero']],
    ['no key', { topologyKey: '' }, ['s[0].topologyKey: Required value: can not be empty']],
    [
      'an unknown action',
      { whenUnsatisfiable: 'Evict' },
      ['s[0].whenUnsatisfiable: Unsupported value: "Evict": supported values: "DoNotSchedule", "ScheduleAnyway"'],
    ],
    [
      'domains of a soft rule',
      { minDomains: 2, whenUnsatisfiable: 'ScheduleAnyway' },
      ['s[0].minDomains: Invalid value: 2: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway'],
    ],
    [
      'an unknown policy',
      { nodeTaintsPolicy: 'Maybe' },
      ['s[0].nodeTaintsPolicy: Unsupported value: "Maybe": supported values: "Honor", "Ignore"'],
    ],
    [
      'label keys in the selector',
      { matchLabelKeys: ['a'], labelSelector: { matchLabels: { a: 'b' } } },
      ['s[0].matchLabelKeys[0]: Invalid value: "a": exists in both matchLabelKeys and labelSelector'],
    ],
    [
      'label keys without selector',
      { matchLabelKeys: ['a'] },
      ['s[0].matchLabelKeys: Forbidden: must not be specified when labelSelector is not set'],
    ],
  ])('judges a constraint with %s', (_, constraint, expected) => {
    expect(judge(constraint)).toEqual(expected)
  })

  test('wants each pair of key and action once', () => {
    expect(judge({}, { maxSkew: 2 }, { whenUnsatisfiable: 'ScheduleAnyway' })).toEqual([
      's[0].{topologyKey, whenUnsatisfiable}: Duplicate value: "{z, DoNotSchedule}"',
    ])
  })
})

test('`validateSchedulingGates()` wants qualified names, each once', () => {
  expect(texts(validateSchedulingGates([{ name: 'a/b' }, { name: 'a/b' }, { name: 'a b' }], FieldPath.of('g')))).toEqual([
    'g[1]: Duplicate value: "a/b"',
    `g[2]: Invalid value: "a b": ${NAME_PART}`,
  ])
})
