import { beforeEach, describe, expect, test } from '@jest/globals'
import type { PolicyRule } from '@kubetape/api/types/rbac/v1'
import { type TestAnswer, TestServer } from '../../testing/test-server.ts'
import { superusers, unionAuthorizer } from '../authorizer.ts'
import { grantCheck } from './grant-check.ts'
import { RbacAuthorizer } from './rbac-authorizer.ts'

const GROUP = 'rbac.authorization.k8s.io/v1'
const JANE = { name: 'jane', groups: ['dev'] }
const HEAD = 'user "jane" (groups=["dev"]) is attempting to grant RBAC permissions not currently held:\n'
const rule = (resources: string[], verbs: string[], more: Partial<PolicyRule> = {}): PolicyRule => ({
  apiGroups: [''],
  resources,
  verbs,
  ...more,
})
const roles = (verb: string, ...resources: string[]): PolicyRule => rule(resources, [verb], { apiGroups: ['rbac.authorization.k8s.io'] })

let server: TestServer

beforeEach(async () => {
  server = await TestServer.start({
    plugins: (storage) => {
      const rbac = new RbacAuthorizer(storage)
      return [grantCheck(rbac, unionAuthorizer([superusers, rbac]))]
    },
  })
  await server.create(`${GROUP}/roles`, { metadata: { name: 'held' }, rules: [rule(['pods'], ['get', 'list'])] })
  await server.create(`${GROUP}/rolebindings`, binding('held', 'Role', 'held'))
})

function binding(name: string, kind: string, role: string): object {
  return { metadata: { name }, roleRef: { kind, name: role }, subjects: [{ kind: 'User', name: 'jane' }] }
}

const as = (verb: 'create' | 'update', target: string, body: object): Promise<TestAnswer> =>
  server.send(verb, `${GROUP}/${target}`, body, {}, { user: JANE })

async function give(...rules: PolicyRule[]): Promise<void> {
  await server.create(`${GROUP}/roles`, { metadata: { name: 'more' }, rules })
  await server.create(`${GROUP}/rolebindings`, binding('more', 'Role', 'more'))
}

describe('grantCheck()', () => {
  test('lets somebody grant what they have', async () => {
    expect((await as('create', 'roles', { metadata: { name: 'a' }, rules: [rule(['pods'], ['list'])] })).code).toBe(201)
    expect((await as('create', 'rolebindings', binding('b', 'Role', 'a'))).code).toBe(201)
  })

  test('names what is missing', async () => {
    const { code, body } = await as('create', 'roles', { metadata: { name: 'a' }, rules: [rule(['pods', 'secrets'], ['get', 'delete'])] })
    expect(code).toBe(403)
    expect(body.message).toBe(
      `roles.rbac.authorization.k8s.io "a" is forbidden: ${HEAD}{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}\n{APIGroups:[""], Resources:["secrets"], Verbs:["get" "delete"]}`,
    )
    await server.create(`${GROUP}/clusterroles`, { metadata: { name: 'big' }, rules: [rule(['nodes'], ['get'])] })
    expect((await as('create', 'rolebindings', binding('b', 'ClusterRole', 'big'))).body.message).toBe(
      `rolebindings.rbac.authorization.k8s.io "b" is forbidden: ${HEAD}{APIGroups:[""], Resources:["nodes"], Verbs:["get"]}`,
    )
    expect((await as('create', 'rolebindings', binding('b', 'ClusterRole', 'none'))).body.message).toBe(
      'clusterroles.rbac.authorization.k8s.io "none" not found',
    )
  })

  test('tells of roles that could not be found', async () => {
    await server.create(`${GROUP}/rolebindings`, binding('ghost', 'Role', 'ghost'))
    const { body } = await as('create', 'roles', { metadata: { name: 'a' }, rules: [rule(['pods'], ['delete'])] })
    expect(body.message).toContain('Verbs:["delete"]}; resolution errors: [roles.rbac.authorization.k8s.io "ghost" not found]')
  })

  test('lets the verbs escalate and bind through', async () => {
    await give(roles('escalate', 'roles'), { ...roles('bind', 'clusterroles'), resourceNames: ['big'] })
    await server.create(`${GROUP}/clusterroles`, { metadata: { name: 'big' }, rules: [rule(['nodes'], ['get'])] })
    expect((await as('create', 'roles', { metadata: { name: 'a' }, rules: [rule(['pods'], ['delete'])] })).code).toBe(201)
    expect((await as('create', 'rolebindings', binding('b', 'ClusterRole', 'big'))).code).toBe(201)
    expect((await as('create', 'clusterroles', { metadata: { name: 'a' }, rules: [rule(['pods'], ['delete'])] })).code).toBe(403)
  })

  test('lets only those gather roles who may do everything', async () => {
    const gathering = { metadata: { name: 'a' }, aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] } }
    expect((await as('create', 'clusterroles', gathering)).body.message).toBe(
      'clusterroles.rbac.authorization.k8s.io "a" is forbidden: must have cluster-admin privileges to use the aggregationRule',
    )
  })

  test('lets owners and finalizers change whatever the rules', async () => {
    const { body } = await server.create(`${GROUP}/roles`, {
      metadata: { name: 'a', finalizers: ['x/y'] },
      rules: [rule(['pods'], ['delete'])],
    })
    expect((await as('update', 'roles/a', { ...body, metadata: { name: 'a', finalizers: ['x/z'] } })).code).toBe(200)
    expect((await as('update', 'roles/a', { ...body, metadata: { name: 'a', labels: { a: 'b' } } })).code).toBe(403)
  })
})
