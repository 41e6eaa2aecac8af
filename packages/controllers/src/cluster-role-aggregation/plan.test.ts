import { describe, expect, test } from '@jest/globals'
import type { ClusterRole, PolicyRule } from '@kubetape/api/types/rbac/v1'
import { plan } from './plan.ts'

const rule = (resource: string): PolicyRule => ({ apiGroups: [''], resources: [resource], verbs: ['get'] })
const role = (name: string, labels: Record<string, string>, ...rules: PolicyRule[]): ClusterRole => ({ metadata: { name, labels }, rules })
const gathering = (rules: PolicyRule[], ...labels: Record<string, string>[]): ClusterRole => ({
  metadata: { name: 'all', labels: { to: 'x' } },
  aggregationRule: { clusterRoleSelectors: labels.map((matchLabels) => ({ matchLabels })) },
  rules,
})

describe('plan()', () => {
  test('gathers by the order of names, each rule once and never its own', () => {
    const whole = gathering([rule('ghosts')], { to: 'x' })
    const found = plan([
      whole,
      role('b', { to: 'x' }, rule('pears'), rule('apples')),
      role('a', { to: 'x' }, rule('apples')),
      role('c', {}, rule('figs')),
    ])
    expect(found).toEqual([{ role: whole, rules: [rule('apples'), rule('pears')] }])
  })

  test('gathers selector by selector', () => {
    const [found] = plan([
      gathering([], { to: 'y' }, { to: 'x' }),
      role('a', { to: 'x' }, rule('apples')),
      role('b', { to: 'y' }, rule('pears')),
    ])
    expect(found!.rules).toEqual([rule('pears'), rule('apples')])
  })

  test('does nothing when all is as it should be, or a selector cannot be read', () => {
    expect(plan([gathering([rule('apples')], { to: 'x' }), role('a', { to: 'x' }, rule('apples'))])).toEqual([])
    expect(plan([gathering([rule('ghosts')], { 'bad key!': 'x' }), role('a', {}, rule('apples'))])).toEqual([])
    expect(plan([role('a', {}, rule('apples'))])).toEqual([])
  })
})
