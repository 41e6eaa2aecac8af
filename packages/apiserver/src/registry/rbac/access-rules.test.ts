import { beforeEach, describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@kubetape/apimachinery'
import { TestServer } from '../../testing/test-server.ts'

const GROUP = 'rbac.authorization.k8s.io/v1'
let server: TestServer

beforeEach(async () => {
  server = await TestServer.start()
})

const message = async (target: string, body: object): Promise<unknown> => (await server.create(`${GROUP}/${target}`, body)).body.message
const rule = { apiGroups: [''], resources: ['pods'], verbs: ['get'] }
const subject = (fields: object): object => ({
  metadata: { name: 'b' },
  roleRef: { kind: 'ClusterRole', name: 'r' },
  subjects: [fields],
})

describe('roleStrategy and clusterRoleStrategy', () => {
  test.each<[string, object, string]>([
    ['roles', { rules: [{ ...rule, verbs: [] }] }, 'rules[0].verbs: Required value: verbs must contain at least one value'],
    [
      'roles',
      { rules: [{ ...rule, apiGroups: [] }] },
      'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
    ],
    [
      'roles',
      { rules: [{ ...rule, resources: [] }] },
      'rules[0].resources: Required value: resource rules must supply at least one resource',
    ],
    [
      'roles',
      { rules: [{ nonResourceURLs: ['/a'], verbs: ['get'] }] },
      'rules[0].nonResourceURLs: Invalid value: []string{"/a"}: namespaced rules cannot apply to non-resource URLs',
    ],
    [
      'clusterroles',
      { rules: [{ ...rule, nonResourceURLs: ['/a'] }] },
      'rules[0].nonResourceURLs: Invalid value: []string{"/a"}: rules cannot apply to both regular resources and non-resource URLs',
    ],
    [
      'clusterroles',
      { aggregationRule: { clusterRoleSelectors: [] } },
      'aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil',
    ],
  ])('refuses %s %j', async (target, fields, why) => {
    expect(await message(target, { metadata: { name: 'r' }, ...fields })).toContain(why)
  })

  test('takes any name that a path can hold, and makes a role by PUT', async () => {
    expect((await server.update(`${GROUP}/roles/System:Any thing`, { metadata: { name: 'System:Any thing' }, rules: [rule] })).code).toBe(
      201,
    )
    expect(await message('roles', { metadata: { name: 'a/b' } })).toContain("may not contain '/'")
  })

  test('repeats the causes of a bad change', async () => {
    await server.create(`${GROUP}/roles`, { metadata: { name: 'r' }, rules: [rule] })
    const { body } = await server.update(`${GROUP}/roles/r`, { metadata: { name: 'r' }, rules: [{ ...rule, verbs: [] }] })
    expect(body.details?.causes).toHaveLength(2)
    expect(body.message).toBe(
      'Role.rbac.authorization.k8s.io "r" is invalid: rules[0].verbs: Required value: verbs must contain at least one value',
    )
  })
})

describe('roleBindingStrategy and clusterRoleBindingStrategy', () => {
  test('fills in the groups of roles, users and groups', async () => {
    const { body } = await server.create(`${GROUP}/rolebindings`, subject({ kind: 'User', name: 'jane' }))
    expect(body).toMatchObject({
      roleRef: { apiGroup: 'rbac.authorization.k8s.io' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io' }],
    })
  })

  test.each<[string, object, string]>([
    ['rolebindings', { kind: 'User' }, 'subjects[0].name: Required value'],
    [
      'rolebindings',
      { kind: 'Robot', name: 'x' },
      'subjects[0].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"',
    ],
    ['rolebindings', { kind: 'ServiceAccount', name: 'X' }, 'subjects[0].name: Invalid value: "X": a lowercase RFC 1123 subdomain'],
    [
      'rolebindings',
      { kind: 'ServiceAccount', name: 'x', apiGroup: 'a' },
      'subjects[0].apiGroup: Unsupported value: "a": supported values: ""',
    ],
    ['clusterrolebindings', { kind: 'ServiceAccount', name: 'x' }, 'subjects[0].namespace: Required value'],
    [
      'rolebindings',
      { kind: 'Group', name: 'x', apiGroup: 'a' },
      'subjects[0].apiGroup: Unsupported value: "a": supported values: "rbac.authorization.k8s.io"',
    ],
  ])('refuses in %s the subject %j', async (target, fields, why) => {
    expect(await message(target, subject(fields))).toContain(why)
  })

  test('refuses a role that is none', async () => {
    const bound = (roleRef: object): object => ({ metadata: { name: 'b' }, roleRef })
    expect(await message('clusterrolebindings', bound({ kind: 'Role', name: 'r' }))).toContain(
      'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
    )
    expect(await message('rolebindings', bound({ kind: 'Role', name: '', apiGroup: 'x' }))).toContain(
      '[roleRef.apiGroup: Unsupported value: "x": supported values: "rbac.authorization.k8s.io", roleRef.name: Required value]',
    )
  })

  test('keeps its role', async () => {
    const { body } = await server.create(`${GROUP}/rolebindings`, subject({ kind: 'User', name: 'jane' }))
    const changed: KubeObject = { ...body, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'other' } }
    expect((await server.update(`${GROUP}/rolebindings/b`, changed)).body.message).toBe(
      'RoleBinding.rbac.authorization.k8s.io "b" is invalid: roleRef: Invalid value: rbac.RoleRef{APIGroup:"rbac.authorization.k8s.io", Kind:"ClusterRole", Name:"other"}: cannot change roleRef',
    )
  })
})
