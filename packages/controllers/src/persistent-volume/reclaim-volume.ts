import type { PersistentVolume } from '@kubetape/api/types/core/v1'
import type { ReconcileContext } from '@kubetape/runtime'
import { afterFailure, isPostponed, type OperationBackOff } from './operation-back-off.ts'
import { deleteReleased } from './reclaim-delete.ts'
import { recycleReleased } from './reclaim-recycle.ts'
import { MIGRATED_TO } from './storage-annotations.ts'
import { failVolume } from './volume-phase.ts'
import type { VolumePlugin } from './volume-plugin.ts'

/** What is kept between runs that reclaim one volume; JSON. */
export interface ReclaimState {
  readonly backOff?: OperationBackOff
  /** The uid of the Pod that scrubs the volume. */
  readonly recycler?: string
}

export interface Reclaimed {
  /** To be kept, and given with the next call. */
  readonly state: ReclaimState
  /** The volume is clean: take its reference back and make it Available. */
  readonly isClean: boolean
}

const NOTHING: ReclaimState = {}

/**
 * Does what the reclaim policy of a Released or Failed volume says: nothing (Retain, and volumes of a driver), deletes storage and volume (Delete), or
 * has a Pod scrub it (Recycle). Called at every sync for as long as the volume is released; what fails is told by the volume and tried again.
 */
export async function reclaimVolume(
  volume: Readonly<PersistentVolume>,
  plugins: readonly VolumePlugin[],
  context: ReconcileContext,
  state: ReclaimState = NOTHING,
): Promise<Reclaimed> {
  const { metadata, spec } = volume
  // The driver that took over from the plugin sees to it.
  if (metadata.annotations?.[MIGRATED_TO]) return { state: NOTHING, isClean: false }
  switch (spec?.persistentVolumeReclaimPolicy ?? 'Retain') {
    case 'Retain':
      return { state: NOTHING, isClean: false }
    case 'Recycle': {
      const outcome = await recycleReleased(volume, plugins, context, state.recycler)
      if (outcome.type === 'clean') return { state: NOTHING, isClean: true }
      return { state: outcome.pod === undefined ? NOTHING : { recycler: outcome.pod }, isClean: false }
    }
    case 'Delete': {
      const operation = `delete-${metadata.name}[${metadata.uid}]`
      if (isPostponed(state.backOff, operation, context.nowMs())) return { state, isClean: false }
      const isDone = await deleteReleased(volume, plugins, context)
      return { state: isDone ? NOTHING : { backOff: afterFailure(state.backOff, operation, context.nowMs()) }, isClean: false }
    }
    default:
      await failVolume(volume, 'VolumeUnknownReclaimPolicy', 'Volume has unrecognized PersistentVolumeReclaimPolicy', context)
      return { state: NOTHING, isClean: false }
  }
}
