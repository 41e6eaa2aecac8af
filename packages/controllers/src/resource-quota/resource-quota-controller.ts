import type { ResourceQuota } from '@kubetape/api/types/core/v1'
import { ResourceQuota as ResourceQuotaKind } from '@kubetape/api/kinds'
import { deepEqual, isConflict, isNotFound, type Kind, type KubeObject, objectKey } from '@kubetape/apimachinery'
import type { StoreChange } from '@kubetape/informers'
import { type Evaluator, evaluatorOf, isCounted, sameAmounts } from '@kubetape/quota'
import { type Controller, controllerFor, type KindLookup, type ReconcileContext, type ReconcileResult } from '@kubetape/runtime'
import { plan } from './plan.ts'

export interface ResourceQuotaControllerOptions {
  /** The kinds whose objects can be counted; of several versions of a resource the first is watched. */
  readonly resources: readonly Kind[]
}

/** kube-controller-manager's --concurrent-resource-quota-syncs. */
const CONCURRENT_QUOTAS = 5
/** kube-controller-manager's --resource-quota-sync-period. */
const RESYNC_MS = 300_000
/** What admission has charged when an object comes in is checked a little later, once for all that come together. */
const CHECK_AFTER_MS = 500
/** A quota that somebody else has just written is counted again. */
const AGAIN_MS = 20

/**
 * Counts what the objects of a namespace use and writes it to its ResourceQuotas' status (Kubernetes documentation, "Resource Quotas";
 * kube-controller-manager's resourcequota-controller). Admission charges what comes in; this gives back what goes.
 */
export function resourceQuotaController({ resources }: ResourceQuotaControllerOptions): Controller {
  const evaluators = new Map<Kind, Evaluator>()
  const seen = new Set<string>()
  for (const kind of resources) {
    const id = `${kind.group}/${kind.resource}`
    if (!kind.namespaced || !isCounted(kind) || seen.has(id)) continue
    seen.add(id)
    evaluators.set(kind, evaluatorOf(kind))
  }
  let builder = controllerFor<ResourceQuota>(ResourceQuotaKind, { predicate: isUncounted })
    .named('resourcequota-controller')
    .with({ concurrencyMax: CONCURRENT_QUOTAS, resyncMs: RESYNC_MS })
  for (const [kind, evaluator] of evaluators) {
    builder = builder.watches(kind, (change, lookup) => quotasToCount(evaluator, change, lookup), {
      delayMs: ({ type }) => (type === 'added' ? CHECK_AFTER_MS : 0),
    })
  }
  return builder.reconcile(({ namespace, name }, context) => reconcile(evaluators, namespace, name, context))
}

/** Its limits are new; what admission writes to the status is no reason to count. */
function isUncounted({ object: { spec, status } }: StoreChange<ResourceQuota>): boolean {
  return !deepEqual(spec?.hard ?? {}, status?.hard ?? {})
}

/** The quotas of its namespace that count what has changed. */
function quotasToCount(evaluator: Evaluator, change: StoreChange<KubeObject>, lookup: KindLookup): string[] {
  const { type, object, previous, initial } = change
  if (initial) return []
  const quotas = lookup<ResourceQuota>(ResourceQuotaKind).list(object.metadata?.namespace ?? '')
  const counting = quotas.filter(({ spec }) => Object.keys(spec?.hard ?? {}).some((name) => evaluator.counts(name)))
  if (counting.length === 0) return []
  if (type === 'updated' && sameAmounts(evaluator.usage(previous!, 0), evaluator.usage(object, 0))) return []
  return counting.map(objectKey)
}

async function reconcile(
  evaluators: ReadonlyMap<Kind, Evaluator>,
  namespace: string,
  name: string,
  context: ReconcileContext,
): Promise<ReconcileResult | void> {
  const quota = context.lister<ResourceQuota>(ResourceQuotaKind).get(namespace, name)
  if (quota === undefined) return
  const names = Object.keys(quota.spec?.hard ?? {})
  const counted = [...evaluators]
    .filter(([, evaluator]) => names.some((one) => evaluator.counts(one)))
    .map(([kind, evaluator]) => ({ evaluator, objects: context.lister(kind).list(namespace) }))
  const status = plan(quota, counted, context.nowMs())
  if (status === undefined) return
  try {
    await context.client.update<ResourceQuota>(ResourceQuotaKind, { ...quota, status }, { subresource: 'status' })
  } catch (error) {
    if (isNotFound(error)) return
    if (!isConflict(error)) throw error
    return { requeueAfterMs: AGAIN_MS }
  }
}
