import { PersistentVolume as VolumeKind, PersistentVolumeClaim as ClaimKind, Pod as PodKind } from '@kubetape/api/kinds'
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '@kubetape/api/types/core/v1'
import { deepEqual, objectKey } from '@kubetape/apimachinery'
import type { StoreChange } from '@kubetape/informers'
import { type Controller, controllerFor, keysOf, type KindLookup, type ReconcileContext, type ReconcileResult } from '@kubetape/runtime'
import { BY_CLAIM, claimsOf } from '../claim-protection/claim-use.ts'
import { inPhase, unbound } from './binding-steps.ts'
import { EVENT_SOURCE } from './event-source.ts'
import type { InTreeOptions } from './in-tree-plugins.ts'
import { readClaim } from './live-reads.ts'
import { reclaimVolume, type ReclaimState } from './reclaim-volume.ts'
import { volumeOfRecycler } from './recycle-plan.ts'
import { withDeletionMarks } from './volume-finalizers.ts'
import { BOUND_BY_CONTROLLER } from './storage-annotations.ts'
import { RESYNC_MS, syncOnce, syncRateLimiter } from './sync-pace.ts'
import { BY_CLAIM_REFERENCE, byClaimReference } from './volume-index.ts'
import { isUnsettled, planVolume, type SeenClaim, type VolumeAction } from './volume-plan.ts'
import type { VolumePlugin } from './volume-plugin.ts'

/** Volumes worked on at the same time. */
const CONCURRENT_VOLUMES = 32
/** The index of volumes that a resync looks at. */
const UNSETTLED = 'unsettled'

/**
 * Gives volumes their phases and reclaims those whose claims are gone: the volumes' half of kube-controller-manager's
 * persistentvolume-binder-controller.
 */
export function volumeBinderController({ plugins }: Pick<InTreeOptions, 'plugins'>): Controller {
  return controllerFor<PersistentVolume>(VolumeKind, { predicate: isUnsettledUpdate })
    .named('persistentvolume-binder-volumes')
    .with({ concurrencyMax: CONCURRENT_VOLUMES, rateLimiter: syncRateLimiter })
    .watches<PersistentVolumeClaim>(ClaimKind, volumesOfDeleted)
    .watches<Pod>(PodKind, scrubbedVolume)
    .index<Pod>(PodKind, BY_CLAIM, claimsOf)
    .index<PersistentVolume>(VolumeKind, BY_CLAIM_REFERENCE, byClaimReference)
    .index<PersistentVolume>(VolumeKind, UNSETTLED, (volume) => (isUnsettled(volume) ? [UNSETTLED] : []))
    .every(RESYNC_MS, (lookup) => keysOf(lookup(VolumeKind).byIndex(UNSETTLED, UNSETTLED)))
    .reconcile(({ name }, context) => reconcile(name, context, plugins))
}

/** One that has come into the phase that it should be in says so to those who did it; whatever else changes of it is looked at. */
function isUnsettledUpdate({ type, object, previous }: StoreChange<PersistentVolume>): boolean {
  if (type === 'updated' && isBindingBegun(object) && previous?.spec?.claimRef === undefined) return false
  if (isUnsettled(object)) return true
  const { annotations, finalizers } = object.metadata
  return !deepEqual([object.spec, annotations, finalizers], [previous?.spec, previous?.metadata.annotations, previous?.metadata.finalizers])
}

/** The binder has just chosen the volume: it goes on itself, and if it dies the resync sees to it. */
const isBindingBegun = ({ metadata, spec, status }: PersistentVolume): boolean =>
  status?.phase === 'Available' && spec?.claimRef?.uid !== undefined && metadata.annotations?.[BOUND_BY_CONTROLLER] !== undefined

/** The volumes of a claim that is gone. */
function volumesOfDeleted({ type, object }: StoreChange<PersistentVolumeClaim>, lookup: KindLookup): string[] {
  return type === 'deleted' ? keysOf(lookup(VolumeKind).byIndex(BY_CLAIM_REFERENCE, objectKey(object))) : []
}

/** The volume that a Pod scrubs, when it comes to an end. */
function scrubbedVolume({ object }: StoreChange<Pod>): string[] {
  const name = volumeOfRecycler(object)
  return name === undefined ? [] : [name]
}

async function reconcile(name: string, context: ReconcileContext, plugins: readonly VolumePlugin[]): Promise<ReconcileResult | void> {
  const { client, gates, lister } = context
  const shown = lister<PersistentVolume>(VolumeKind).get('', name)
  if (shown === undefined) return
  return syncOnce(async () => {
    const right = withDeletionMarks(shown, gates)
    const volume = right === shown ? shown : await client.update<PersistentVolume>(VolumeKind, right)
    const claim: { -readonly [K in keyof SeenClaim]: SeenClaim[K] } = { seen: claimOf(volume, context), live: undefined }
    let actions = planVolume(volume, claim)
    if (actions.some(({ type }) => type === 'read-claim')) {
      const { namespace = '', name: claimName = '' } = volume.spec?.claimRef ?? {}
      claim.live = (await readClaim(client, { namespace, name: claimName })) ?? null
      actions = planVolume(volume, claim)
    }
    let latest = volume
    for (const action of actions) latest = await perform(action, latest, claim, context, plugins)
  })
}

function claimOf({ spec }: PersistentVolume, { lister }: ReconcileContext): PersistentVolumeClaim | undefined {
  const { claimRef } = spec ?? {}
  return claimRef?.uid ? lister<PersistentVolumeClaim>(ClaimKind).get(claimRef.namespace ?? '', claimRef.name ?? '') : undefined
}

/** Answers the volume as it is now. */
async function perform(
  action: VolumeAction,
  volume: PersistentVolume,
  { seen, live }: SeenClaim,
  context: ReconcileContext,
  plugins: readonly VolumePlugin[],
): Promise<PersistentVolume> {
  const { client, event } = context
  const withStatus = (next: PersistentVolume): Promise<PersistentVolume> => client.update(VolumeKind, next, { subresource: 'status' })
  switch (action.type) {
    case 'phase':
      return withStatus(inPhase(volume, action.phase))
    case 'unbind':
      return withStatus(inPhase(await client.update<PersistentVolume>(VolumeKind, unbound(volume)), 'Available'))
    case 'reclaim': {
      const { state, clean } = await reclaimVolume(volume, plugins, context, context.carried as ReclaimState | undefined)
      context.carry(state)
      return clean === undefined ? volume : perform({ type: 'unbind' }, clean, { seen, live }, context, plugins)
    }
    case 'event': {
      const claim = live ?? seen
      if (action.about === 'volume') event(volume, 'Warning', action.reason, action.message, EVENT_SOURCE)
      else if (claim !== undefined) event(claim, 'Warning', action.reason, action.message, EVENT_SOURCE)
      return volume
    }
    case 'read-claim':
      return volume
  }
}
