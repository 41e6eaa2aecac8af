import type { CustomResourceDefinition } from '@kubetape/api/types/apiextensions/v1'
import type { ResourceQuota } from '@kubetape/api/types/core/v1'
import { CustomResourceDefinition as DefinitionKind, ResourceQuota as ResourceQuotaKind } from '@kubetape/api/kinds'
import { deepEqual, isConflict, isNotFound, type Kind, type KubeObject, objectKey } from '@kubetape/apimachinery'
import type { StoreChange } from '@kubetape/informers'
import { type Evaluator, evaluatorOf, isCounted, sameAmounts } from '@kubetape/quota'
import {
  type Controller,
  controllerFor,
  type KindLookup,
  type Lister,
  type ReconcileContext,
  type ReconcileResult,
  type Watch,
} from '@kubetape/runtime'
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
/** Custom resources that have just come to be served may not have been listed yet: they are looked at again after this time. */
const UNLISTED_AGAIN_MS = 500
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
  const watchOf = (kind: Kind, evaluator: Evaluator): Watch => ({
    kind,
    map: (change, lookup) => quotasToCount(evaluator, change, lookup),
    predicate: undefined,
    delayMs: ({ type }) => (type === 'added' ? CHECK_AFTER_MS : 0),
  })
  let builder = controllerFor<ResourceQuota>(ResourceQuotaKind, { predicate: isUncounted })
    .named('resourcequota-controller')
    .with({ concurrencyMax: CONCURRENT_QUOTAS, resyncMs: RESYNC_MS })
    .watches<CustomResourceDefinition>(DefinitionKind, quotasOfDefinition)
    .follows<CustomResourceDefinition>(DefinitionKind, (definition) =>
      countedKinds(definition).map((kind) => watchOf(kind, evaluatorOf(kind))),
    )
  for (const [kind, evaluator] of evaluators) {
    const { map, delayMs } = watchOf(kind, evaluator)
    builder = builder.watches(kind, map, { delayMs: delayMs! })
  }
  return builder.reconcile(({ namespace, name }, context) => reconcile(evaluators, namespace, name, context))
}

/** The kinds of a definition whose objects a quota can count. */
const countedKinds = (definition: CustomResourceDefinition): Kind[] => customKind(definition).filter(({ namespaced }) => namespaced)

/** Its limits are new; what admission writes to the status is no reason to count. */
function isUncounted({ object: { spec, status } }: StoreChange<ResourceQuota>): boolean {
  return !deepEqual(spec?.hard ?? {}, status?.hard ?? {})
}

/** The quotas, of all namespaces, that count objects of a definition that is served since now. */
function quotasOfDefinition({ object, previous }: StoreChange<CustomResourceDefinition>, lookup: KindLookup): string[] {
  const [kind] = countedKinds(object)
  if (kind === undefined || (previous !== undefined && customKind(previous).length > 0)) return []
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
  const custom = customCounts(
    names.filter((name) => name.startsWith('count/') && !counted.some(({ evaluator }) => evaluator.counts(name))),
    context,
  )
  for (const { evaluator, lister } of custom) if (lister.hasListed()) counted.push({ evaluator, objects: lister.list(namespace) })
  const result = custom.every(({ lister }) => lister.hasListed()) ? undefined : { requeueAfterMs: UNLISTED_AGAIN_MS }
  const status = plan(quota, counted, context.nowMs())
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

/** The custom resources that these names stand for. One that is not served any more, or was not listed yet, counts as it did. */
function customCounts(names: readonly string[], context: ReconcileContext): { readonly evaluator: Evaluator; readonly lister: Lister }[] {
  if (names.length === 0) return []
  const kinds = context.lister<CustomResourceDefinition>(DefinitionKind).list().flatMap(countedKinds)
  return kinds
    .map((kind) => ({ evaluator: evaluatorOf(kind), lister: context.lister(kind) }))
    .filter(({ evaluator }) => names.some((name) => evaluator.counts(name)))
}
