import type { PersistentVolume } from '@kubetape/api/types/core/v1'
import type { ReconcileContext } from '@kubetape/runtime'

/**
 * Does with a volume whose claim is gone what its reclaim policy says. Called after the API server has said that there is no claim, with the volume as
 * it was last written, in every run until the volume is gone or has another phase. Retain leaves it to people; Delete of a volume of a driver is the
 * driver's provisioner's.
 */
export async function reclaimVolume(volume: PersistentVolume, { log }: ReconcileContext): Promise<void> {
  log.debug('the volume is left as it is', { policy: volume.spec?.persistentVolumeReclaimPolicy })
  return Promise.resolve()
}
