import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, Subject } from '@kubetape/api/types/rbac/v1'
import {
  ClusterRole as ClusterRoleKind,
  ClusterRoleBinding as ClusterRoleBindingKind,
  Role as RoleKind,
  RoleBinding as RoleBindingKind,
} from '@kubetape/api/kinds'
import { deepEqual, isNotFound, type Kind } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import { missingRights } from '../covers.ts'
import { AUTO_UPDATE, type BootstrapPolicy } from './bootstrap-policy.ts'

/**
 * Makes the bootstrap roles and bindings that are missing, and adds to the others what they lack: rules, subjects, labels. What is there beyond that
 * stays (Kubernetes documentation, "Auto-reconciliation"). All writes are sent at once, so that they share a commit.
 */
export async function reconcilePolicy(client: Client, policy: BootstrapPolicy): Promise<void> {
  await Promise.all([
    ...policy.clusterRoles.map((role) => reconcileRole(client, ClusterRoleKind, role)),
    ...policy.roles.map((role) => reconcileRole<Role>(client, RoleKind, role)),
    ...policy.clusterRoleBindings.map((one) => reconcileBinding(client, ClusterRoleBindingKind, one)),
    ...policy.roleBindings.map((one) => reconcileBinding<RoleBinding>(client, RoleBindingKind, one)),
  ])
}

async function reconcileRole<T extends ClusterRole | Role>(client: Client, kind: Kind<T>, wanted: T): Promise<void> {
  const known = await find(client, kind, wanted)
  if (known === undefined) await client.create(kind, wanted)
  else if (isOurs(known)) {
    const now = withMetadata({ ...known, ...missingParts(known, wanted) }, wanted)
    if (!deepEqual(now, known)) await client.update(kind, now)
  }
}

/** The rules of a role that gathers others' are its controller's. */
function missingParts(known: ClusterRole, wanted: ClusterRole): Partial<ClusterRole> {
  if (wanted.aggregationRule === undefined) {
    const rules = known.rules ?? []
    // Nearly always the rules are as they were made; comparing them right by right takes a hundred times as long.
    if (deepEqual(rules, wanted.rules ?? [])) return {}
    const missing: PolicyRule[] = missingRights(rules, wanted.rules ?? [])
    return missing.length === 0 ? {} : { rules: [...rules, ...missing] }
  }
  const selectors = known.aggregationRule?.clusterRoleSelectors ?? []
  const missing = wanted.aggregationRule.clusterRoleSelectors!.filter((one) => !selectors.some((other) => deepEqual(one, other)))
  return missing.length === 0 ? {} : { aggregationRule: { clusterRoleSelectors: [...selectors, ...missing] } }
}

async function reconcileBinding<T extends ClusterRoleBinding | RoleBinding>(client: Client, kind: Kind<T>, wanted: T): Promise<void> {
  const known = await find(client, kind, wanted)
  if (known === undefined) {
    await client.create(kind, wanted)
    return
  }
  if (!isOurs(known)) return
  if (!deepEqual(known.roleRef, wanted.roleRef)) {
    // A binding's role cannot be changed.
    await client.delete(kind, nameOf(wanted))
    await client.create(kind, wanted)
    return
  }
  const subjects = known.subjects ?? []
  const missing = (wanted.subjects ?? []).filter((one) => !subjects.some((other) => isSameSubject(one, other)))
  const now = withMetadata(missing.length === 0 ? known : { ...known, subjects: [...subjects, ...missing] }, wanted)
  if (!deepEqual(now, known)) await client.update(kind, now)
}

const isSameSubject = (one: Subject, other: Subject): boolean =>
  one.kind === other.kind && one.name === other.name && (one.namespace ?? '') === (other.namespace ?? '')

const isOurs = ({ metadata }: ClusterRole): boolean => metadata?.annotations?.[AUTO_UPDATE] !== 'false'

function withMetadata<T extends ClusterRole>(known: T, wanted: T): T {
  const { metadata } = known
  return {
    ...known,
    metadata: {
      ...metadata,
      labels: { ...wanted.metadata.labels, ...metadata?.labels },
      annotations: { ...wanted.metadata.annotations, ...metadata?.annotations },
    },
  }
}

const nameOf = ({ metadata }: ClusterRole): { name: string; namespace?: string } => ({
  name: metadata.name!,
  ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
})

async function find<T extends ClusterRole>(client: Client, kind: Kind<T>, wanted: T): Promise<T | undefined> {
  try {
    return await client.get(kind, nameOf(wanted))
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}
