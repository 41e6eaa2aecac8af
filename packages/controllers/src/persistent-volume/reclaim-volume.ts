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
  readonly state?: ReclaimState
  /** The volume as it is, if it is clean now: take its reference back and make it Available. */
  readonly clean?: Readonly<PersistentVolume>
}

/**
 * Does what the reclaim policy of a Released or Failed volume says: nothing (Retain, and volumes of a driver), deletes storage and volume (Delete), or
 * has a Pod scrub it (Recycle). Called at every sync for as long as the volume is released; what fails is told by the volume and tried again.
 */
export async function reclaimVolume(
  volume: Readonly<PersistentVolume>,
  plugins: readonly VolumePlugin[],
  context: ReconcileContext,
  state: ReclaimState | undefined,
): Promise<Reclaimed> {
  const { metadata, spec } = volume
  // The driver that took over from the plugin sees to it.
  if (metadata.annotations?.[MIGRATED_TO]) return {}
  switch (spec?.persistentVolumeReclaimPolicy ?? 'Retain') {
    case 'Retain':
      return {}
    case 'Recycle': {
      const outcome = await recycleReleased(volume, plugins, context, state?.recycler)
      if (outcome.type === 'clean') return { clean: outcome.volume }
      return outcome.pod === undefined ? {} : { state: { recycler: outcome.pod } }
    }
    case 'Delete': {
      const operation = `delete-${metadata.name}[${metadata.uid}]`
      if (isPostponed(state?.backOff, operation, context.nowMs())) return state === undefined ? {} : { state }
      const isDone = await deleteReleased(volume, plugins, context)
      return isDone ? {} : { state: { backOff: afterFailure(state?.backOff, operation, context.nowMs()) } }
    }
    default:
      await failVolume(volume, 'VolumeUnknownReclaimPolicy', 'Volume has unrecognized PersistentVolumeReclaimPolicy', context)
      return {}
  }
}
