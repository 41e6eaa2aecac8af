import type { ClusterRole } from '@kubetape/api/types/rbac/v1'
import { ClusterRole as ClusterRoleKind } from '@kubetape/api/kinds'
import { isConflict, isNotFound } from '@kubetape/apimachinery'
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

/** Applies the rules. Applying none takes away what was applied before and leaves rules that somebody else gave the role. */
async function write(client: Client, { role, rules }: Aggregation): Promise<void> {
  const name = role.metadata.name!
  const body = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    // With its uid, a role that has gone is not made anew.
    metadata: { name, ...(role.metadata.uid === undefined ? {} : { uid: role.metadata.uid }) },
    ...(rules.length === 0 ? {} : { rules }),
  }
  try {
    await client.patch<ClusterRole>(ClusterRoleKind, { name }, { type: 'apply', body }, { fieldManager: FIELD_MANAGER, force: true })
  } catch (error) {
    // The role is another one by now: its event will tell.
    if (!isNotFound(error) && !isConflict(error)) throw error
  }
}
