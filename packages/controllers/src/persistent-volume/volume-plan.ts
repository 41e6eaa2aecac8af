import type { PersistentVolume, PersistentVolumeClaim } from '@kubetape/api/types/core/v1'
import { PROVISIONED_BY } from './storage-annotations.ts'
import { volumeModeOf } from './volume-fit.ts'

/** The claim that a volume refers to, as far as is known. */
export interface SeenClaim {
  /** What the informer shows; undefined for none. */
  readonly seen: PersistentVolumeClaim | undefined
  /** What the API server has answered in this run; undefined where it was not asked, null for none. */
  readonly live: Readonly<PersistentVolumeClaim> | null | undefined
}

export type VolumeAction =
  | { readonly type: 'phase'; readonly phase: 'Available' | 'Bound' | 'Released' }
  /** Takes the reference back and makes the volume Available. */
  | { readonly type: 'unbind' }
  /** Asks the API server for the claim and plans again: an informer may be late, and what is decided here may cost data. */
  | { readonly type: 'read-claim' }
  /** Does what the reclaim policy says: there is no claim any more. */
  | { readonly type: 'reclaim' }
  | { readonly type: 'event'; readonly about: 'volume' | 'claim'; readonly reason: string; readonly message: string }

/** What the binder does about one volume, in this order. Nothing: it is as it should be, or its claim is the next to act. */
export function planVolume(volume: Readonly<PersistentVolume>, { seen, live }: SeenClaim): VolumeAction[] {
  const { claimRef } = volume.spec ?? {}
  if (!claimRef?.uid) return inPhase(volume, 'Available')
  const known = live === undefined ? seen : (live ?? undefined)
  const claim = known?.metadata.uid === claimRef.uid ? known : undefined
  // Nothing is released on what an informer says, which may be behind or not have listed yet.
  if (claim === undefined) return live === undefined ? [{ type: 'read-claim' }] : [...released(volume), { type: 'reclaim' }]
  const { volumeName } = claim.spec ?? {}
  if (!volumeName) return volumeModeOf(claim) === volumeModeOf(volume) ? [] : modesDiffer(volume, claim)
  if (volumeName === volume.metadata.name) return inPhase(volume, 'Bound')
  if (live === undefined) return [{ type: 'read-claim' }]
  const isSpare = volume.metadata.annotations?.[PROVISIONED_BY] !== undefined && volume.spec?.persistentVolumeReclaimPolicy === 'Delete'
  return isSpare ? [...released(volume), { type: 'reclaim' }] : [{ type: 'unbind' }]
}

/** A volume whose reclaiming has failed keeps saying so while it is tried again. */
function released(volume: Readonly<PersistentVolume>): VolumeAction[] {
  return volume.status?.phase === 'Failed' ? [] : inPhase(volume, 'Released')
}

function inPhase({ status }: Readonly<PersistentVolume>, phase: 'Available' | 'Bound' | 'Released'): VolumeAction[] {
  return status?.phase === phase ? [] : [{ type: 'phase', phase }]
}

/** The claim will not look at such a volume, so both are told. */
function modesDiffer(volume: Readonly<PersistentVolume>, claim: Readonly<PersistentVolumeClaim>): VolumeAction[] {
  const reason = 'VolumeMismatch'
  return [
    {
      type: 'event',
      about: 'volume',
      reason,
      message: `Cannot bind PersistentVolume to requested PersistentVolumeClaim ${JSON.stringify(claim.metadata.name)} due to incompatible volumeMode.`,
    },
    {
      type: 'event',
      about: 'claim',
      reason,
      message: `Cannot bind PersistentVolume ${JSON.stringify(volume.metadata.name)} to requested PersistentVolumeClaim due to incompatible volumeMode.`,
    },
  ]
}

/** Whether a volume that waits for something other than an event of its own must be looked at again now and then. */
export function isUnsettled({ spec, status }: Readonly<PersistentVolume>): boolean {
  const phase = status?.phase
  if (!spec?.claimRef?.uid) return phase !== 'Available'
  if (phase === 'Released' || phase === 'Failed') return spec.persistentVolumeReclaimPolicy !== 'Retain'
  return phase !== 'Bound'
}
