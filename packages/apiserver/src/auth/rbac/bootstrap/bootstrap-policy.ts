import type { ClusterRole, ClusterRoleBinding, Role, RoleBinding, Subject } from '@kubetape/api/types/rbac/v1'
import type { ObjectMeta } from '@kubetape/apimachinery'
import type { Gates } from '@kubetape/client-go-features'
import { RBAC_GROUP } from '../role-fold.ts'
import { type BindingData, CLUSTER_ROLE_BINDINGS, NAMESPACE_POLICY } from './binding-data.ts'
import { CLUSTER_ROLES } from './cluster-role-data.ts'
import { CONTROLLER_ROLES } from './controller-role-data.ts'
import { expandRules, type RoleData } from './role-data.ts'

/** Bootstrap objects with this annotation at `false` are left as they are. */
export const AUTO_UPDATE = 'rbac.authorization.kubernetes.io/autoupdate'
const CONTROLLER_PREFIX = 'system:controller:'

/** The access rules that every v1.31 cluster has from its start. */
export interface BootstrapPolicy {
  readonly clusterRoles: readonly ClusterRole[]
  readonly clusterRoleBindings: readonly ClusterRoleBinding[]
  readonly roles: readonly Role[]
  readonly roleBindings: readonly RoleBinding[]
}

/** The rules under these gates. */
export function bootstrapPolicy(gates: Gates): BootstrapPolicy {
  const isOn = ({ gate }: { readonly gate?: string }): boolean => gate === undefined || gates.enabled(gate)
  const controllers = CONTROLLER_ROLES.filter(isOn)
  const namespaces = Object.entries(NAMESPACE_POLICY)
  return {
    clusterRoles: [
      ...CLUSTER_ROLES.filter(isOn).map((one) => clusterRole(one, gates)),
      ...controllers.map((one) => clusterRole({ ...one, name: CONTROLLER_PREFIX + one.name }, gates)),
    ],
    clusterRoleBindings: [
      ...CLUSTER_ROLE_BINDINGS.filter(isOn),
      ...controllers.map(({ name }) => ({ role: CONTROLLER_PREFIX + name, subjects: [`s:kube-system/${name}`] })),
    ].map((one) => ({ metadata: metadataOf(one.role), ...bound(one, 'ClusterRole') })),
    roles: namespaces.flatMap(([namespace, { roles }]) =>
      roles.map(({ name, rules }) => ({ metadata: { ...metadataOf(name), namespace }, rules: expandRules(rules, gates) })),
    ),
    roleBindings: namespaces.flatMap(([namespace, { bindings }]) =>
      bindings.map((one) => ({ metadata: { ...metadataOf(one.as ?? one.role), namespace }, ...bound(one, 'Role') })),
    ),
  }
}

function clusterRole({ name, rules, label, aggregates }: RoleData, gates: Gates): ClusterRole {
  const metadata = metadataOf(name, label)
  if (aggregates === undefined) return { metadata, rules: expandRules(rules, gates) }
  return { metadata, aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [aggregates]: 'true' } }] } }
}

function metadataOf(name: string, label?: string): ObjectMeta {
  return {
    name,
    labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...(label === undefined ? {} : { [label]: 'true' }) },
    annotations: { [AUTO_UPDATE]: 'true' },
  }
}

function bound({ role, subjects }: BindingData, kind: 'ClusterRole' | 'Role'): Pick<RoleBinding, 'roleRef' | 'subjects'> {
  return {
    roleRef: { apiGroup: RBAC_GROUP, kind, name: role },
    ...(subjects.length === 0 ? {} : { subjects: subjects.map(subjectFrom) }),
  }
}

function subjectFrom(text: string): Subject {
  const name = text.slice(2)
  if (text.startsWith('u:')) return { kind: 'User', apiGroup: RBAC_GROUP, name }
  if (text.startsWith('g:')) return { kind: 'Group', apiGroup: RBAC_GROUP, name }
  const [namespace, account] = name.split('/') as [string, string]
  return { kind: 'ServiceAccount', name: account, namespace }
}
