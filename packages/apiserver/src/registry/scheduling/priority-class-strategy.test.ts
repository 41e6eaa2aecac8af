import { describe, expect, test } from '@jest/globals'
import type { PriorityClass } from '@kubetape/api/types/scheduling/v1'
import { StrategyRunner } from '../testing/strategy-runner.ts'
import { priorityClassStrategy } from './priority-class-strategy.ts'

const runner = new StrategyRunner<PriorityClass>(
  { group: 'scheduling.k8s.io', version: 'v1', kind: 'PriorityClass' },
  priorityClassStrategy,
  { namespace: '' },
)
const body = (fields: object = {}, name = 'demo'): object => ({ metadata: { name }, value: 5, ...fields })
const reserved = (why: string): string =>
  `metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: ${why}`

describe('priorityClassStrategy', () => {
  test('fills in value, policy and generation', () => {
    const { object, errors } = runner.create({ metadata: { name: 'demo' } })
    expect(errors).toEqual([])
    expect(object).toMatchObject({ value: 0, preemptionPolicy: 'PreemptLowerPriority', metadata: { generation: 1 } })
  })

  test.each<[string, object, string[]]>([
    ['demo', { value: 1_000_000_000 }, []],
    ['demo', { value: 1_000_000_001 }, ['value: Forbidden: maximum allowed value of a user defined priority is 1000000000']],
    [
      'demo',
      { preemptionPolicy: 'Maybe' },
      ['preemptionPolicy: Unsupported value: "Maybe": supported values: "PreemptLowerPriority", "Never"'],
    ],
    ['system-mine', {}, [reserved('system-mine is not a known system priority class')]],
    ['system-node-critical', { value: 2_000_001_000 }, []],
    ['system-node-critical', { value: 7 }, [reserved('value of system-node-critical PriorityClass must be 2000001000')]],
    [
      'system-cluster-critical',
      { value: 2_000_000_000, globalDefault: true },
      [reserved('globalDefault of system-cluster-critical PriorityClass must be false')],
    ],
  ])('judges %s with %j', (name, fields, expected) => {
    expect(runner.create(body(fields, name)).errors).toEqual(expected)
  })

  test('keeps value and policy', () => {
    const { object } = runner.create(body())
    expect(runner.update(object, (one) => (one.value = 6)).errors).toEqual(['value: Forbidden: may not be changed in an update.'])
    expect(runner.update(object, (one) => (one.preemptionPolicy = 'Never')).errors).toEqual([
      'preemptionPolicy: Invalid value: "Never": field is immutable',
    ])
    expect(runner.update(object, (one) => Object.assign(one, { description: 'd', globalDefault: true })).errors).toEqual([])
  })

  test('refuses to lose the classes of Kubernetes itself', () => {
    const critical = runner.create(body({ value: 2_000_001_000 }, 'system-node-critical')).object
    expect(() => priorityClassStrategy.checkDelete?.(critical, undefined as never)).toThrow(
      'priorityclasses.scheduling.k8s.io "system-node-critical" is forbidden: this is a system priority class and cannot be deleted',
    )
    expect(() => priorityClassStrategy.checkDelete?.(runner.create(body()).object, undefined as never)).not.toThrow()
  })

  test('has a row', () => {
    expect(priorityClassStrategy.tableRow?.(runner.create(body()).object, Date.parse('2026-01-01T00:00:05Z'))).toEqual([
      'demo',
      5,
      false,
      '5s',
    ])
  })
})
