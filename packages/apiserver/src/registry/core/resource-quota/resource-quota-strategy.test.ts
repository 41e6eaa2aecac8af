import { describe, expect, test } from '@jest/globals'
import type { ResourceQuota } from '@kubetape/api/types/core/v1'
import { StrategyRunner } from '../../testing/strategy-runner.ts'
import { resourceQuotaStrategy } from './resource-quota-strategy.ts'

const runner = new StrategyRunner<ResourceQuota>({ group: '', version: 'v1', kind: 'ResourceQuota' }, resourceQuotaStrategy)
const create = (spec: object, status?: object): ReturnType<typeof runner.create> => runner.create({ metadata: { name: 'q' }, spec, status })

describe('resourceQuotaStrategy', () => {
  test('leaves the status to its endpoint, and the spec out of it', () => {
    const { object } = create({ hard: { pods: '1' } }, { used: { pods: '9' } })
    expect(object.status).toEqual({})
    const counted = {
      ...object,
      metadata: { ...object.metadata, resourceVersion: '1' },
      status: { hard: { pods: '1' }, used: { pods: '0' } },
    }
    expect(runner.update(counted, (draft) => (draft.status = {})).object.status).toEqual(counted.status)
    expect(runner.update(counted, (draft) => (draft.spec = {}), 'status').object.spec).toEqual({ hard: { pods: '1' } })
    expect(runner.update(counted, (draft) => (draft.status = { used: { pods: '-1' } }), 'status').errors).toEqual([
      'status.used[pods]: Invalid value: "-1": must be greater than or equal to 0',
    ])
  })

  test.each<[object, string]>([
    [{ hard: { cats: '1' } }, 'spec.hard[cats]: Invalid value: cats: must be a standard resource for quota'],
    [{ hard: { pods: '500m' } }, 'must be an integer'],
    [
      { hard: { services: '1' }, scopes: ['BestEffort'] },
      'spec.scopes: Invalid value: []core.ResourceQuotaScope{"BestEffort"}: unsupported scope applied to resource',
    ],
    [{ hard: {}, scopes: ['Terminating', 'NotTerminating'] }, 'conflicting scopes'],
    [
      { scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'Near' }] } },
      'spec.scopeSelector.matchExpressions.operator: Invalid value: "Near": not a valid selector operator',
    ],
  ])('refuses %j', (spec, wanted) => {
    expect(create(spec).errors.join('\n')).toContain(wanted)
  })

  test('fixes the scopes, in whatever order they stand', () => {
    const { object } = create({ hard: { pods: '1' }, scopes: ['BestEffort', 'Terminating'] })
    expect(runner.update(object, (draft) => (draft.spec.scopes = ['Terminating', 'BestEffort'])).errors).toEqual([])
    expect(runner.update(object, (draft) => (draft.spec.scopes = ['Terminating'])).errors).toEqual([
      'spec.scopes: Invalid value: []core.ResourceQuotaScope{"Terminating"}: field is immutable',
    ])
  })

  test('tells requests from limits in its row', () => {
    const hard = { pods: '2', 'limits.cpu': '4' }
    const object = { ...create({ hard }).object, status: { hard, used: { pods: '1', 'limits.cpu': '2' } } }
    expect(resourceQuotaStrategy.tableRow!(object, Date.parse('2026-01-01T00:01:00Z'))).toEqual([
      'q',
      '60s',
      'pods: 1/2',
      'limits.cpu: 2/4',
    ])
  })
})
