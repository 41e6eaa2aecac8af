import type { Node } from '@kubetape/api/types/core/v1'
import { Node as NodeKind } from '@kubetape/api/kinds'
import { deepEqual, isConflict, isNotFound } from '@kubetape/apimachinery'
import { type Controller, controllerFor } from '@kubetape/runtime'
import { plan } from './plan.ts'

/** A node that somebody else has just changed is looked at again. */
const AGAIN_MS = 20

/** Keeps the NoSchedule taints of nodes in line with their conditions (that part of kube-controller-manager's node-lifecycle-controller). */
export function nodeTaintsController(): Controller {
  return controllerFor<Node>(NodeKind, {
    predicate: ({ object, previous }) => !deepEqual(object.spec, previous?.spec) || !deepEqual(statuses(object), statuses(previous)),
  })
    .named('node-taints')
    .reconcile(async ({ name }, context) => {
      const node = context.lister<Node>(NodeKind).get('', name)
      if (node === undefined || node.metadata.deletionTimestamp !== undefined) return
      const taints = plan(node, context.nowMs())
      if (taints === undefined) return
      const { resourceVersion } = node.metadata
      try {
        await context.client.patch<Node>(
          NodeKind,
          { name },
          { type: 'merge', body: { metadata: { resourceVersion }, spec: { taints: taints.length === 0 ? null : taints } } },
        )
      } catch (error) {
        if (isNotFound(error)) return
        if (!isConflict(error)) throw error
        return { requeueAfterMs: AGAIN_MS }
      }
      return
    })
}

/** What heartbeats do not change. */
const statuses = (node: Readonly<Node> | undefined): string[] =>
  (node?.status?.conditions ?? []).map(({ type, status }) => `${type}=${status}`)
