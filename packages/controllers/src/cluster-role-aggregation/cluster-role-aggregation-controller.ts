import type { ClusterRole } from '@kubetape/api/types/rbac/v1'
import { ClusterRole as ClusterRoleKind } from '@kubetape/api/kinds'
import { isNotFound, isStatusError } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import { type Controller, controllerFor } from '@kubetape/runtime'
import { type Aggregation, plan } from './plan.ts'

/** Whose the gathered rules are. */
const FIELD_MANAGER = 'clusterrole-aggregation-controller'
/** Any role's change may concern any role that gathers; one run looks at all, however many changes there were. */
const ALL = '*'

/** Gives cluster roles with an aggregation rule the rules of the roles that they select (API reference, AggregationRule). */
export function clusterRoleAggregationController(): Controller {
  return controllerFor<ClusterRole>(ClusterRoleKind)
    .named('clusterrole-aggregation-controller')
    .watches<ClusterRole>(ClusterRoleKind, () => [ALL])
    .reconcile(async ({ name }, context) => {
      if (name !== ALL) return
      for (const aggregation of plan(context.lister<ClusterRole>(ClusterRoleKind).list())) await write(context.client, aggregation)
    })
}

/** Applies the rules; a server without server-side apply (415) gets an update. */
async function write(client: Client, { role, rules }: Aggregation): Promise<void> {
  const { apiVersion, kind } = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' }
  const name = role.metadata.name!
  const body = { apiVersion, kind, metadata: { name }, ...(rules.length === 0 ? {} : { rules }) }
  try {
    await client.patch<ClusterRole>(ClusterRoleKind, { name }, { type: 'apply', body }, { fieldManager: FIELD_MANAGER, force: true })
  } catch (error) {
    if (isNotFound(error)) return
    if (!isStatusError(error) || error.status.code !== 415) throw error
    // To apply nothing takes away only what was applied; an update would take the role's own rules too.
    if (rules.length > 0 || isOurs(role))
      await client.update<ClusterRole>(ClusterRoleKind, { ...role, rules: [...rules] }, { fieldManager: FIELD_MANAGER })
  }
}

const isOurs = ({ metadata }: ClusterRole): boolean => (metadata.managedFields ?? []).some(({ manager }) => manager === FIELD_MANAGER)
