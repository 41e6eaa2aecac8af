import { PersistentVolume as VolumeKind, PersistentVolumeClaim as ClaimKind } from '@kubetape/api/kinds'
import type { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import { isConflict, isNotFound, objectKey } from '@kubetape/apimachinery'
import type { StoreChange } from '@kubetape/informers'
import type { Controller, KindLookup, ReconcileContext, ReconcileResult, Watch } from '@kubetape/runtime'
import { awaitsNode, capacityOf, compareSizes, isOf, requestOf, wantsMore } from './claim-size.ts'
import { plan } from './plan.ts'

/** Under what name users see what it says. */
const COMPONENT = { component: 'volume_expand' }
/** kube-controller-manager works on ten claims at a time. */
const CONCURRENT_CLAIMS = 10
/** More than any expansion takes: beyond this somebody undoes what is done here. */
const STEPS_MAX = 8

/**
 * Expands volumes of in-tree plugins and says of all others that somebody else has to (kube-controller-manager's
 * persistentvolume-expander-controller).
 */
export function volumeExpandController(): Controller {
  const claims: Watch<PersistentVolumeClaim> = { kind: ClaimKind, map: keysToExpand, predicate: undefined, delayMs: undefined }
  return {
    name: 'persistentvolume-expander-controller',
    kind: ClaimKind,
    watches: [claims as unknown as Watch],
    reads: [VolumeKind],
    indexes: new Map(),
    options: { concurrencyMax: CONCURRENT_CLAIMS },
    reconcile: ({ namespace, name }, context) => expand(namespace, name, context),
  }
}

/** A bound claim that asks for more than before, or has got more: its volume may carry a mark that is to go. */
function keysToExpand({ type, object, previous }: StoreChange<PersistentVolumeClaim>, lookup: KindLookup): string[] {
  if (type === 'deleted' || object.status?.phase !== 'Bound') return []
  const hasGrown =
    previous === undefined ||
    compareSizes(requestOf(object), requestOf(previous)) > 0 ||
    compareSizes(capacityOf(object), capacityOf(previous)) > 0
  if (!hasGrown) return []
  const volume = lookup<PersistentVolume>(VolumeKind).get(object.spec?.volumeName ?? '')
  return wantsMore(object) || volume === undefined || awaitsNode(volume) ? [objectKey(object)] : []
}

async function expand(namespace: string, name: string, context: ReconcileContext): Promise<ReconcileResult | void> {
  let claim = context.lister<PersistentVolumeClaim>(ClaimKind).get(namespace, name)
  if (claim === undefined) return
  let volume = context.lister<PersistentVolume>(VolumeKind).get('', claim.spec?.volumeName ?? '')
  if (volume === undefined || !isOf(volume, claim)) {
    // The informer of volumes may be behind that of claims.
    return wantsMore(claim) ? { requeue: true } : undefined
  }
  const { event, gates } = context
  try {
    for (let steps = 0; steps < STEPS_MAX; steps++) {
      const step = plan(claim, volume, context.nowMs(), gates)
      if (step === undefined) return
      if (step.type === 'left-to-others') {
        event(claim, 'Warning', 'ExternalExpanding', 'waiting for an external controller to expand this PVC', COMPONENT)
        return
      }
      if (step.type === 'left-to-driver') {
        const message = `CSI migration enabled for ${step.by.plugin}; waiting for external resizer to expand the pvc`
        event(claim, 'Normal', 'ExternalExpanding', message, COMPONENT)
        await context.patch(ClaimKind, claim, step.claim, { subresource: 'status', optimisticLock: true })
        return
      }
      if (step.type === 'write-volume') volume = (await context.patch(VolumeKind, volume, step.volume)) ?? volume
      else {
        claim = (await context.patch(ClaimKind, claim, step.claim, { subresource: 'status', optimisticLock: true })) ?? claim
        if (step.isFinished) {
          event(claim, 'Normal', 'VolumeResizeSuccessful', `ExpandVolume succeeded for volume ${namespace}/${name}`, COMPONENT)
        }
      }
    }
  } catch (error) {
    if (isNotFound(error)) return
    if (!isConflict(error)) throw error
    return { requeue: true }
  }
  throw new Error(`Cannot expand ${namespace}/${name}: after ${STEPS_MAX} steps it is where it was`)
}
