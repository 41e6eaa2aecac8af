import { PersistentVolumeClaim as ClaimKind, Pod as PodKind } from '@kubetape/api/kinds'
import type { PersistentVolumeClaim, Pod } from '@kubetape/api/types/core/v1'
import { type KubeObject, objectKey } from '@kubetape/apimachinery'
import type { Controller, ReconcileContext, Watch } from '@kubetape/runtime'
import { addFinalizer, removeFinalizer } from '../volume-protection/finalizer-writes.ts'
import { BY_CLAIM, claimsOf, isShutDown } from './claim-use.ts'
import { plan, PROTECTION_FINALIZER } from './plan.ts'

/** Claims worked on at the same time, so that their writes share commits. */
const CONCURRENT_CLAIMS = 16

/** Keeps claims that are being deleted until no Pod uses them any more (kube-controller-manager's persistentvolumeclaim-protection-controller). */
export function claimProtectionController(): Controller {
  // Most changes of claims and Pods are of no concern here: a run for each would only say so.
  const claims: Watch<PersistentVolumeClaim> = {
    kind: ClaimKind,
    map: ({ type, object }) => (type === 'deleted' || plan(object, []) === 'none' ? [] : [objectKey(object)]),
    predicate: undefined,
    delayMs: undefined,
  }
  const pods: Watch<Pod> = {
    kind: PodKind,
    map: ({ type, object }, lookup) =>
      type === 'deleted' || isShutDown(object)
        ? claimsOf(object).filter((key) => lookup(ClaimKind).get(key)?.metadata.deletionTimestamp !== undefined)
        : [],
    predicate: undefined,
    delayMs: undefined,
  }
  return {
    name: 'persistentvolumeclaim-protection-controller',
    kind: ClaimKind,
    watches: [claims as unknown as Watch, pods as unknown as Watch],
    reads: [],
    indexes: new Map([[PodKind, { [BY_CLAIM]: claimsOf as unknown as (object: KubeObject) => readonly string[] }]]),
    options: { concurrencyMax: CONCURRENT_CLAIMS },
    reconcile: ({ namespace, name }, context) => protect(namespace, name, context),
  }
}

async function protect(namespace: string, name: string, { client, lister }: ReconcileContext): Promise<void> {
  const claim = lister<PersistentVolumeClaim>(ClaimKind).get(namespace, name)
  if (claim === undefined) return
  const next = plan(claim, lister<Pod>(PodKind).byIndex(BY_CLAIM, `${namespace}/${name}`))
  if (next === 'protect') await addFinalizer(client, ClaimKind, claim, PROTECTION_FINALIZER)
  if (next !== 'release') return
  // The informer of Pods may be behind that of claims: a Pod that is not in sight yet would lose its storage.
  const { items } = await client.list<Pod>(PodKind, { namespace })
  if (plan(claim, items) === 'release') await removeFinalizer(client, ClaimKind, claim, PROTECTION_FINALIZER)
}
