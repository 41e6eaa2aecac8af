import { beforeEach, describe, expect, test } from '@jest/globals'
import type { Subject } from '@kubetape/api/types/rbac/v1'
import type { UserInfo } from '../../registry/strategy.ts'
import { ANONYMOUS } from '../authenticator.ts'
import type { Decision, ResourceAttributes } from '../authorizer.ts'
import { RbacCluster } from '../testing/rbac-cluster.ts'
import { RbacAuthorizer } from './rbac-authorizer.ts'

const JANE: UserInfo = { name: 'jane', groups: ['dev', 'system:authenticated'] }
const ROBOT: UserInfo = { name: 'system:serviceaccount:a:robot', groups: ['system:serviceaccounts', 'system:authenticated'] }
const user = (name: string): Subject => ({ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name })
const group = (name: string): Subject => ({ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name })

let cluster: RbacCluster
let rbac: RbacAuthorizer

beforeEach(() => {
  cluster = new RbacCluster()
  rbac = new RbacAuthorizer(cluster.storage)
})

function ask(attributes: Partial<ResourceAttributes>): Decision {
  return rbac.authorize({
    user: JANE,
    isResource: true,
    verb: 'get',
    group: '',
    version: 'v1',
    resource: 'pods',
    subresource: '',
    namespace: 'a',
    name: '',
    ...attributes,
  })
}

const read = (path: string, who = JANE, verb = 'get'): string => rbac.authorize({ user: who, isResource: false, verb, path }).verdict

describe('authorize()', () => {
  test('allows nothing by what earlier releases stored unchecked, and goes on', async () => {
    const nothing = null as never
    await cluster.put('rbac.authorization.k8s.io', 'rolebindings', {
      metadata: { namespace: 'a', name: '1' },
      subjects: [user('jane')],
    })
    await cluster.put('rbac.authorization.k8s.io', 'roles', { metadata: { namespace: 'a', name: 'none' }, rules: nothing })
    await cluster.role('a', 'odd', { apiGroups: [''], resources: ['pods'] } as never)
    await cluster.bind('a', '2', 'Role', 'none', user('jane'))
    await cluster.bind('a', '3', 'Role', 'odd', user('jane'))
    await cluster.put('rbac.authorization.k8s.io', 'rolebindings', {
      metadata: { namespace: 'a', name: '4' },
      roleRef: { kind: 'Role', name: 'odd' },
      subjects: nothing,
    })
    expect(ask({}).verdict).toBe('no-opinion')
    await cluster.role('a', 'reader', { apiGroups: [''], resources: ['pods'], verbs: ['get'] })
    await cluster.bind('a', '5', 'Role', 'reader', user('jane'))
    expect(ask({}).verdict).toBe('allow')
  })

  test('names the binding, the role and the subject that let somebody through', async () => {
    await cluster.role('a', 'reader', { apiGroups: [''], resources: ['pods'], verbs: ['get'] })
    await cluster.role('', 'lister', { apiGroups: ['*'], resources: ['*'], verbs: ['list'] })
    await cluster.bind('a', 'b', 'Role', 'reader', user('joe'), user('jane'))
    await cluster.bind('a', 'r', 'Role', 'reader', { kind: 'ServiceAccount', name: 'robot' })
    await cluster.bind('', 'l', 'ClusterRole', 'lister', group('dev'))
    expect(ask({})).toEqual({ verdict: 'allow', reason: 'RBAC: allowed by RoleBinding "b/a" of Role "reader" to User "jane"' })
    expect(ask({ user: ROBOT }).reason).toBe('RBAC: allowed by RoleBinding "r/a" of Role "reader" to ServiceAccount "robot/a"')
    expect(ask({ verb: 'list', namespace: '' }).reason).toBe(
      'RBAC: allowed by ClusterRoleBinding "l" of ClusterRole "lister" to Group "dev"',
    )
    expect(ask({ namespace: 'b' })).toEqual({ verdict: 'no-opinion', reason: '' })
    expect(ask({ namespace: '' }).verdict).toBe('no-opinion')
  })

  test.each<[string[], string, string, boolean]>([
    [['pods'], 'pods', '', true],
    [['pods'], 'pods', 'log', false],
    [['pods/log'], 'pods', 'log', true],
    [['pods/log'], 'pods', '', false],
    [['*/log'], 'pods', 'log', true],
    [['*/log'], 'pods', '', false],
    [['pods/*'], 'pods', 'log', false],
    [['*'], 'pods', 'log', true],
  ])('with resources %j lets through %s/%s: %s', async (resources, resource, subresource, allowed) => {
    await cluster.role('a', 'r', { apiGroups: [''], resources, verbs: ['*'] })
    await cluster.bind('a', 'r', 'Role', 'r', user('jane'))
    expect(ask({ resource, subresource }).verdict === 'allow').toBe(allowed)
  })

  test('keeps to groups, verbs and names', async () => {
    await cluster.role('a', 'r', { apiGroups: ['apps'], resources: ['deployments'], resourceNames: ['one'], verbs: ['get'] })
    await cluster.bind('a', 'r', 'Role', 'r', user('jane'))
    const asked = { group: 'apps', resource: 'deployments', name: 'one' }
    expect(ask(asked).verdict).toBe('allow')
    for (const other of [{ name: 'two' }, { name: '' }, { verb: 'list' }, { group: 'extensions' }])
      expect(ask({ ...asked, ...other }).verdict).toBe('no-opinion')
  })

  test('follows changes of roles and bindings', async () => {
    await cluster.bind('a', 'b', 'Role', 'reader', user('jane'))
    expect(ask({}).reason).toBe('RBAC: role.rbac.authorization.k8s.io "reader" not found')
    await cluster.role('a', 'reader', { apiGroups: [''], resources: ['pods'], verbs: ['get'] })
    expect(ask({}).verdict).toBe('allow')
    await cluster.bind('a', 'b', 'Role', 'reader', user('joe'))
    expect(ask({}).verdict).toBe('no-opinion')
    expect(ask({ user: { name: 'joe', groups: [] } }).verdict).toBe('allow')
    await cluster.remove('rbac.authorization.k8s.io', 'roles', 'a', 'reader')
    await cluster.bind('', 'c', 'ClusterRole', 'x', group('dev'), user('joe'))
    expect(ask({ user: { name: 'joe', groups: ['dev'] } }).reason).toBe(
      'RBAC: [clusterrole.rbac.authorization.k8s.io "x" not found, role.rbac.authorization.k8s.io "reader" not found]',
    )
    await cluster.remove('rbac.authorization.k8s.io', 'rolebindings', 'a', 'b')
    await cluster.remove('rbac.authorization.k8s.io', 'clusterrolebindings', '', 'c')
    expect(ask({ user: { name: 'joe', groups: ['dev'] } })).toEqual({ verdict: 'no-opinion', reason: '' })
  })

  test('lets through paths, also by their beginning', async () => {
    await cluster.role('', 'p', { nonResourceURLs: ['/logs', '/logs/*'], verbs: ['get'] })
    await cluster.bind('', 'p', 'ClusterRole', 'p', user('jane'))
    expect(['/logs', '/logs/a/b', '/logsx', '/'].map((path) => read(path))).toEqual(['allow', 'allow', 'no-opinion', 'no-opinion'])
    expect(read('/logs', JANE, 'post')).toBe('no-opinion')
  })
})

describe('the bootstrap policy', () => {
  test.each([
    ['/healthz', true, true],
    ['/version/', true, true],
    ['/apis', false, true],
    ['/openapi/v3/apis/batch/v1', false, true],
    ['/metrics', false, false],
    ['/healthz/ping', false, false],
    ['/', false, false],
  ])('lets nobody and somebody read %s: %s, %s', async (path, anonymous, authenticated) => {
    await cluster.bootstrap()
    expect([read(path, ANONYMOUS) === 'allow', read(path) === 'allow']).toEqual([anonymous, authenticated])
  })

  test('lets components do their work', async () => {
    await cluster.bootstrap()
    const scheduler = { name: 'system:kube-scheduler', groups: ['system:authenticated'] }
    expect(ask({ user: scheduler, verb: 'create', subresource: 'binding' }).verdict).toBe('allow')
    const manager = { name: 'system:kube-controller-manager', groups: ['system:authenticated'] }
    expect(ask({ user: manager, verb: 'watch', group: 'apps', resource: 'deployments', namespace: '' }).verdict).toBe('allow')
    const reader = { resource: 'configmaps', namespace: 'kube-system', name: 'extension-apiserver-authentication' }
    expect(ask({ user: scheduler, ...reader }).reason).toBe(
      'RBAC: allowed by RoleBinding "system::extension-apiserver-authentication-reader/kube-system" of ' +
        'Role "extension-apiserver-authentication-reader" to User "system:kube-scheduler"',
    )
    const account = { name: 'system:serviceaccount:kube-system:job-controller', groups: [] }
    expect(ask({ user: account, verb: 'update', group: 'batch', resource: 'jobs', subresource: 'status' }).verdict).toBe('allow')
    expect(ask({ user: account, verb: 'update', group: 'batch', resource: 'cronjobs', subresource: 'status' }).verdict).toBe('no-opinion')
  })
})

describe('rightsOf()', () => {
  test('lists the rules of the cluster and of the namespace, and what is missing', async () => {
    await cluster.role('a', 'reader', { apiGroups: [''], resources: ['pods'], verbs: ['get'] })
    await cluster.role('', 'p', { nonResourceURLs: ['/logs'], verbs: ['get'] })
    await cluster.bind('a', 'b', 'Role', 'reader', user('jane'))
    await cluster.bind('a', 'ghost', 'ClusterRole', 'ghost', group('dev'))
    await cluster.bind('', 'p', 'ClusterRole', 'p', group('dev'))
    expect(rbac.rightsOf(JANE, 'a')).toEqual({
      resourceRules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: [] }],
      nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/logs'] }],
      incomplete: false,
      error: 'clusterrole.rbac.authorization.k8s.io "ghost" not found',
    })
  })
})
