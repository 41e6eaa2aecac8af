import type { PersistentVolume } from '@kubetape/api/types/core/v1'
import type { Gates } from '@kubetape/client-go-features'
import { MIGRATED_TO, PROVISIONED_BY } from './storage-annotations.ts'

/** What keeps a volume of an in-tree plugin until its storage is deleted (KEP-2644). */
export const IN_TREE_FINALIZER = 'kubernetes.io/pv-controller'

/** The volume with the finalizers that its provisioner and policy ask for; the very same where it has them. */
export function withRightFinalizers(volume: PersistentVolume, gates: Gates): PersistentVolume {
  if (!gates.enabled('HonorPVReclaimPolicy')) return volume
  const { annotations, finalizers = [] } = volume.metadata
  const isOurs = (annotations?.[PROVISIONED_BY] ?? '').startsWith('kubernetes.io/') && annotations?.[MIGRATED_TO] === undefined
  const isWanted = isOurs && volume.spec?.persistentVolumeReclaimPolicy === 'Delete'
  if (isWanted === finalizers.includes(IN_TREE_FINALIZER)) return volume
  const right = isWanted ? [...finalizers, IN_TREE_FINALIZER] : finalizers.filter((name) => name !== IN_TREE_FINALIZER)
  return { ...volume, metadata: { ...volume.metadata, finalizers: right } }
}
