import type { CustomResourceDefinition } from '@kubetape/api/types/apiextensions/v1'
import type { ResourceQuota } from '@kubetape/api/types/core/v1'
import { CustomResourceDefinition as DefinitionKind, ResourceQuota as ResourceQuotaKind } from '@kubetape/api/kinds'
import { deepEqual, isConflict, isNotFound, type Kind, type KubeObject, objectKey } from '@kubetape/apimachinery'
import type { StoreChange } from '@kubetape/informers'
import { type Evaluator, evaluatorOf, isCounted, sameAmounts } from '@kubetape/quota'
import { type Controller, controllerFor, type KindLookup, type ReconcileContext, type ReconcileResult } from '@kubetape/runtime'
import { customKind } from '../namespace/namespace-content.ts'
import { type Counted, plan } from './plan.ts'

export interface ResourceQuotaControllerOptions {
  /** The built-in kinds whose objects can be counted; of several versions of a resource the first is watched. Custom ones are found by their definitions. */
  readonly resources: readonly Kind[]
}

/** kube-controller-manager's --concurrent-resource-quota-syncs. */
const CONCURRENT_QUOTAS = 5
/** kube-controller-manager's --resource-quota-sync-period. */
const RESYNC_MS = 300_000
/** What admission has charged when an object comes in is checked a little later, once for all that come together. */
const CHECK_AFTER_MS = 500
/** Custom resources are not watched: a quota of theirs is counted this often. */
const CUSTOM_AGAIN_MS = 5000
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
    .watches<CustomResourceDefinition>(DefinitionKind, quotasOfDefinition)
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

/** The quotas, of all namespaces, that count objects of a definition that is served since now. */
function quotasOfDefinition({ object, previous }: StoreChange<CustomResourceDefinition>, lookup: KindLookup): string[] {
  const [kind] = customKind(object)
  if (kind === undefined || !kind.namespaced || (previous !== undefined && customKind(previous).length > 0)) return []
  const evaluator = evaluatorOf(kind)
  const quotas = lookup<ResourceQuota>(ResourceQuotaKind).list()
  return quotas.filter(({ spec }) => Object.keys(spec?.hard ?? {}).some((name) => evaluator.counts(name))).map(objectKey)
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
  const counted: Counted[] = [...evaluators]
    .filter(([, evaluator]) => names.some((one) => evaluator.counts(one)))
    .map(([kind, evaluator]) => ({ evaluator, objects: context.lister(kind).list(namespace) }))
  const custom = await countCustom(
    names.filter((name) => name.startsWith('count/') && !counted.some(({ evaluator }) => evaluator.counts(name))),
    namespace,
    context,
  )
  const result = custom.length > 0 ? { requeueAfterMs: CUSTOM_AGAIN_MS } : undefined
  const status = plan(quota, [...counted, ...custom], context.nowMs())
  if (status === undefined) return result
  try {
    await context.client.update<ResourceQuota>(ResourceQuotaKind, { ...quota, status }, { subresource: 'status' })
  } catch (error) {
    if (isNotFound(error)) return
    if (!isConflict(error)) throw error
    return { requeueAfterMs: AGAIN_MS }
  }
  return result
}

/** The custom resources that these names stand for. One that is not served any more counts as it did. */
async function countCustom(names: readonly string[], namespace: string, context: ReconcileContext): Promise<Counted[]> {
  if (names.length === 0) return []
  const kinds = context.lister<CustomResourceDefinition>(DefinitionKind).list().flatMap(customKind)
  const wanted = kinds.filter((kind) => kind.namespaced && names.some((name) => evaluatorOf(kind).counts(name)))
  const counted = await Promise.all(
    wanted.map(async (kind): Promise<Counted[]> => {
      try {
        return [{ evaluator: evaluatorOf(kind), objects: (await context.client.list(kind, { namespace })).items }]
      } catch (error) {
        if (isNotFound(error)) return []
        throw error
      }
    }),
  )
  return counted.flat()
}
