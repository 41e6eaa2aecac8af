import { describe, expect, test } from '@jest/globals'
import { bootstrapPolicy } from './bootstrap-policy.ts'

const off = { enabled: () => false }
const on = { enabled: () => true }

describe('bootstrapPolicy()', () => {
  test('expands rules as they are stored', () => {
    const { clusterRoles } = bootstrapPolicy(off)
    const rulesOf = (name: string): unknown => clusterRoles.find((role) => role.metadata.name === name)?.rules
    expect(rulesOf('cluster-admin')).toEqual([
      { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
      { verbs: ['*'], nonResourceURLs: ['*'] },
    ])
    expect(rulesOf('system:node-problem-detector')).toEqual([
      { verbs: ['get'], apiGroups: [''], resources: ['nodes'] },
      { verbs: ['patch'], apiGroups: [''], resources: ['nodes/status'] },
      { verbs: ['create', 'patch', 'update'], apiGroups: ['', 'events.k8s.io'], resources: ['events'] },
    ])
    expect(rulesOf('system:controller:clusterrole-aggregation-controller')).toEqual([
      {
        verbs: ['escalate', 'get', 'list', 'patch', 'update', 'watch'],
        apiGroups: ['rbac.authorization.k8s.io'],
        resources: ['clusterroles'],
      },
    ])
  })

  test('has no rule twice, no unsorted list and no role without a binding that needs one', () => {
    const policy = bootstrapPolicy(on)
    const names = policy.clusterRoles.map((role) => role.metadata.name!)
    expect(new Set(names).size).toBe(names.length)
    for (const { rules = [] } of [...policy.clusterRoles, ...policy.roles])
      for (const { verbs, apiGroups = [], resources = [], nonResourceURLs = [] } of rules)
        for (const list of [verbs, apiGroups, resources, nonResourceURLs]) expect(list).toEqual([...list].sort())
    for (const { roleRef } of policy.clusterRoleBindings) expect(names).toContain(roleRef.name)
    for (const { roleRef, metadata } of policy.roleBindings)
      expect(policy.roles.map((role) => [role.metadata.namespace, role.metadata.name])).toContainEqual([metadata.namespace, roleRef.name])
  })

  test('gives foreign controllers what v1.31 gives them, by its gates', () => {
    const verbsOn = (gates: { enabled: (name: string) => boolean }, name: string, resource: string): string[] => {
      const role = bootstrapPolicy(gates).clusterRoles.find(({ metadata }) => metadata.name === name)
      return (role?.rules ?? []).filter(({ resources = [] }) => resources.includes(resource)).flatMap(({ verbs }) => verbs)
    }
    const all = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']
    expect(verbsOn(off, 'system:kube-scheduler', 'leasecandidates')).toEqual(all)
    expect(verbsOn(off, 'system:kube-scheduler', 'podschedulingcontexts')).toEqual([])
    expect(verbsOn(on, 'system:kube-scheduler', 'podschedulingcontexts')).toEqual(all)
    expect(verbsOn(on, 'system:kube-scheduler', 'pods/finalizers')).toEqual(['get', 'list', 'patch', 'update', 'watch'])
    expect(verbsOn(on, 'system:controller:statefulset-controller', 'pods/finalizers')).toEqual(['update'])
    expect(verbsOn(off, 'system:controller:statefulset-controller', 'pods/finalizers')).toEqual([])
  })

  test('adds what gates bring', () => {
    const count = (gates: { enabled: (name: string) => boolean }): number => bootstrapPolicy(gates).clusterRoles.length
    expect(count(on) - count(off)).toBe(5)
  })

  test('labels the roles that others gather', () => {
    const roles = bootstrapPolicy(off).clusterRoles
    const admin = roles.find((role) => role.metadata.name === 'admin')!
    expect(admin.aggregationRule?.clusterRoleSelectors).toEqual([
      { matchLabels: { 'rbac.authorization.k8s.io/aggregate-to-admin': 'true' } },
    ])
    const gathered = roles.filter((role) => role.metadata.labels?.['rbac.authorization.k8s.io/aggregate-to-admin'] === 'true')
    expect(gathered.map((role) => role.metadata.name)).toEqual(['edit', 'system:aggregate-to-admin'])
  })
})
