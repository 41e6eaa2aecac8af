import { describe, expect, test } from '@jest/globals'
import type { ResourceQuota } from '@kubetape/api/types/core/v1'
import type { KubeObject } from '@kubetape/apimachinery'
import { listOf } from './amounts.ts'
import { charge } from './charge.ts'
import { evaluatorOf } from './evaluators.ts'

const quota = (name: string, hard: Record<string, string>, used: Record<string, string>, spec: object = {}): ResourceQuota => ({
  metadata: { name },
  spec: { hard, ...spec },
  status: { hard, used },
})
const services = evaluatorOf({ group: '', resource: 'services' })
const service = (type: string, ports = 1): KubeObject => ({
  metadata: { name: 's' },
  spec: { type, ports: Array.from({ length: ports }, () => ({})) },
})

function outcome(quotas: readonly ResourceQuota[], object: KubeObject, old?: KubeObject): unknown {
  const said = charge(quotas, services, { object, old, nowMs: 0 })
  return 'refusal' in said ? said.refusal : Object.fromEntries([...said.added].map(([name, amounts]) => [name, listOf(amounts)]))
}

describe('charge()', () => {
  test('adds to every quota that counts the object, only names that it has', () => {
    const both = [
      quota('a', { services: '2' }, { services: '1' }),
      quota('b', { 'services.nodeports': '9' }, { 'services.nodeports': '0' }),
    ]
    expect(outcome(both, service('NodePort', 3))).toEqual({ a: { services: '1' }, b: { 'services.nodeports': '3' } })
    expect(outcome(both, service('ClusterIP'))).toEqual({ a: { services: '1' } })
  })

  test('refuses at the first quota without room, with the numbers', () => {
    expect(
      outcome(
        [quota('a', { services: '1', 'services.nodeports': '1' }, { services: '1', 'services.nodeports': '0' })],
        service('NodePort', 2),
      ),
    ).toBe(
      'exceeded quota: a, requested: services=1,services.nodeports=2, used: services=1,services.nodeports=0, limited: services=1,services.nodeports=1',
    )
  })

  test('charges of an update what it uses more, and nothing for what it uses less', () => {
    const full = [quota('a', { services: '0', 'services.nodeports': '3' }, { services: '1', 'services.nodeports': '2' })]
    expect(outcome(full, service('NodePort', 3), service('NodePort', 2))).toEqual({ a: { 'services.nodeports': '1' } })
    expect(outcome(full, service('ClusterIP'), service('NodePort', 2))).toEqual({})
  })

  test('leaves quotas alone that count something else or have scopes', () => {
    expect(outcome([quota('a', { secrets: '0' }, { secrets: '0' })], service('ClusterIP'))).toEqual({})
    expect(outcome([quota('a', { services: '0' }, { services: '0' }, { scopes: ['BestEffort'] })], service('ClusterIP'))).toEqual({})
  })

  test('refuses while nobody has counted', () => {
    expect(outcome([quota('a', { services: '1' }, {})], service('ClusterIP'))).toBe('status unknown for quota: a, resources: services')
  })
})
