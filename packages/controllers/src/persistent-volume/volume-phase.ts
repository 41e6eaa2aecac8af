import { PersistentVolume as VolumeKind } from '@kubetape/api/kinds'
import type { PersistentVolume } from '@kubetape/api/types/core/v1'
import type { ReconcileContext } from '@kubetape/runtime'
import { EVENT_SOURCE } from './event-source.ts'

export type VolumePhase = 'Pending' | 'Available' | 'Bound' | 'Released' | 'Failed'

/**
 * Brings the volume into a phase, and says why in its message; answers the volume as it is then. No request when it is in that phase, whatever its
 * message. `status.lastPhaseTransitionTime` is the server's to write (KEP-3762). Rejects with a conflict when the volume has changed.
 */
export async function setVolumePhase(
  volume: Readonly<PersistentVolume>,
  phase: VolumePhase,
  message: string,
  { client }: Pick<ReconcileContext, 'client'>,
): Promise<Readonly<PersistentVolume>> {
  if (volume.status?.phase === phase) return volume
  const { message: _before, ...status } = volume.status ?? {}
  const after: PersistentVolume = { ...volume, status: { ...status, phase, ...(message === '' ? {} : { message }) } }
  return client.update(VolumeKind, after, { subresource: 'status' })
}

/** The volume cannot be reclaimed: it is Failed, and a Warning says why, once. */
export async function failVolume(
  volume: Readonly<PersistentVolume>,
  reason: string,
  message: string,
  context: Pick<ReconcileContext, 'client' | 'event'>,
): Promise<void> {
  if (volume.status?.phase === 'Failed') return
  const failed = await setVolumePhase(volume, 'Failed', message, context)
  context.event(failed, 'Warning', reason, message, EVENT_SOURCE)
}
