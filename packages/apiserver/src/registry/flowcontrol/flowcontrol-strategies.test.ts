import { describe, expect, test } from '@jest/globals'
import type { FlowSchema, PriorityLevelConfiguration } from '@kubetape/api/types/flowcontrol/v1'
import { StrategyRunner } from '../testing/strategy-runner.ts'
import { flowSchemaStrategy } from './flow-schema-strategy.ts'
import { priorityLevelStrategy } from './priority-level-strategy.ts'

const group = 'flowcontrol.apiserver.k8s.io'
const schemas = new StrategyRunner<FlowSchema>({ group, version: 'v1', kind: 'FlowSchema' }, flowSchemaStrategy, { namespace: '' })
const levels = new StrategyRunner<PriorityLevelConfiguration>(
  { group, version: 'v1', kind: 'PriorityLevelConfiguration' },
  priorityLevelStrategy,
  { namespace: '' },
)

const rule = {
  subjects: [{ kind: 'User', user: { name: 'a' } }],
  resourceRules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'], namespaces: ['*'] }],
}
const schema = (spec: object, name = 'one'): string[] => [
  ...schemas.create({ metadata: { name }, spec: { priorityLevelConfiguration: { name: 'l' }, rules: [rule], ...spec } }).errors,
]
const level = (spec: object, name = 'one'): string[] => [...levels.create({ metadata: { name }, spec }).errors]
const limited = (more: object = {}): object => ({ type: 'Limited', limited: { limitResponse: { type: 'Reject' }, ...more } })

describe('flowSchemaStrategy', () => {
  test('fills in a precedence', () => {
    const { object } = schemas.create({ metadata: { name: 'one' }, spec: { priorityLevelConfiguration: { name: 'l' } } })
    expect(object.spec.matchingPrecedence).toBe(1000)
  })

  test.each([
    [{ matchingPrecedence: -1 }, 'spec.matchingPrecedence: Invalid value: -1: must be a positive value'],
    [{ matchingPrecedence: 10_001 }, 'spec.matchingPrecedence: Invalid value: 10001: must not be greater than 10000'],
    [{ matchingPrecedence: 1 }, "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1"],
    [{ priorityLevelConfiguration: { name: '' } }, 'spec.priorityLevelConfiguration.name: Required value: must reference a priority level'],
    [
      { rules: [{ subjects: [], nonResourceRules: [] }] },
      'spec.rules[0].subjects: Required value: subjects must contain at least one value',
    ],
    [
      { rules: [{ ...rule, subjects: [{ kind: 'User', user: { name: 'a' }, group: { name: 'b' } }] }] },
      "spec.rules[0].subjects[0].group: Forbidden: group is forbidden when subject kind is not 'Group'",
    ],
    [
      { rules: [{ ...rule, resourceRules: [{ verbs: ['*', 'get'], apiGroups: [''], resources: ['pods'], namespaces: ['*'] }] }] },
      `spec.rules[0].resourceRules[0].verbs: Invalid value: []string{"*", "get"}: if '*' is present, must not specify other verbs`,
    ],
    [
      { rules: [{ ...rule, resourceRules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }] }] },
      'spec.rules[0].resourceRules[0].namespaces: Required value: resource rules that are not cluster scoped must supply at least one namespace',
    ],
    [
      { rules: [{ subjects: rule.subjects, nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/a*'] }] }] },
      'spec.rules[0].nonResourceRules[0].nonResourceURLs[0]: Invalid value: "/a*": wildcard can only do suffix matching',
    ],
  ])('refuses %j', (spec, error) => expect(schema(spec)).toContain(error))

  test('keeps the mandatory ones what they are', () => {
    expect(schema({ matchingPrecedence: 9999 }, 'catch-all')[0]).toContain("spec of 'catch-all' must equal the fixed value")
  })
})

describe('priorityLevelStrategy', () => {
  test('fills in shares and queues', () => {
    const queue = { limitResponse: { type: 'Queue', queuing: {} } }
    const { object, errors } = levels.create({ metadata: { name: 'one' }, spec: { type: 'Limited', limited: queue } })
    expect(errors).toEqual([])
    expect(object.spec.limited).toEqual({
      nominalConcurrencyShares: 30,
      lendablePercent: 0,
      limitResponse: { type: 'Queue', queuing: { queues: 64, handSize: 8, queueLengthLimit: 50 } },
    })
  })

  test.each([
    [{ type: 'Exempt' }, "spec.type: Invalid value: \"Exempt\": type must be 'Exempt' if and only if name is 'exempt'"],
    [{ type: 'Limited' }, 'spec.limited: Required value: must not be empty when type is Limited'],
    [limited({ nominalConcurrencyShares: -1 }), 'spec.limited.nominalConcurrencyShares: Invalid value: -1: must be a non-negative integer'],
    [limited({ lendablePercent: 101 }), 'spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive'],
    [
      limited({ borrowingLimitPercent: -1 }),
      'spec.limited.borrowingLimitPercent: Invalid value: -1: if specified, must be a non-negative integer',
    ],
    [
      limited({ limitResponse: { type: 'Queue' } }),
      'spec.limited.limitResponse.queuing: Required value: must not be empty if limited.limitResponse.type is Limited',
    ],
    [
      limited({ limitResponse: { type: 'Queue', queuing: { queues: 4, handSize: 5 } } }),
      'spec.limited.limitResponse.queuing.handSize: Invalid value: 5: should not be greater than queues (4)',
    ],
    [
      limited({ limitResponse: { type: 'Queue', queuing: { queues: 512, handSize: 8 } } }),
      'spec.limited.limitResponse.queuing.handSize: Invalid value: 8: required entropy bits of deckSize 512 and handSize 8 should not be greater than 60',
    ],
  ])('refuses %j', (spec, error) => expect(level(spec)).toContain(error))

  test('lets the numbers of the exempt level be changed, but nothing else of it', () => {
    expect(level({ type: 'Exempt', exempt: { lendablePercent: 50 } }, 'exempt')).toEqual([])
    expect(level(limited(), 'catch-all').at(-1)).toContain("spec of 'catch-all' must equal the fixed value")
  })
})
