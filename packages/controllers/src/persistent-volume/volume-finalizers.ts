import type { PersistentVolume } from '@kubetape/api/types/core/v1'
import type { Gates } from '@kubetape/client-go-features'
import { migratedTo, migrationAnnotations, VOLUME_PROVISIONER } from './csi-migration.ts'
import { PROVISIONED_BY } from './storage-annotations.ts'

/** Keeps a volume of a provisioner in tree until its storage is deleted (KEP-2644). */
export const IN_TREE_FINALIZER = 'kubernetes.io/pv-controller'
/** Keeps a volume of a CSI driver until its storage is deleted; the external provisioner's (KEP-2644). */
export const EXTERNAL_FINALIZER = 'external-provisioner.volume.kubernetes.io/finalizer'

/** What names of provisioners in tree, and of nobody else, begin with. */
export const IN_TREE_PREFIX = 'kubernetes.io/'

/**
 * The finalizers that a volume should have as far as the volume controller is concerned, in order; the volume's own, the same reference, where they
 * are right. With HonorPVReclaimPolicy off, and for volumes that nobody provisioned, they always are.
 */
export function deletionFinalizers({ metadata, spec }: Readonly<PersistentVolume>, gates: Gates): string[] | undefined {
  const { finalizers } = metadata
  const provisioner = metadata.annotations?.[PROVISIONED_BY]
  if (provisioner === undefined || !gates.enabled('HonorPVReclaimPolicy')) return finalizers
  const isOurs = finalizers?.includes(IN_TREE_FINALIZER) ?? false
  if (migratedTo(provisioner, gates) !== undefined) return isOurs ? without(finalizers, IN_TREE_FINALIZER) : finalizers
  if (!provisioner.startsWith(IN_TREE_PREFIX)) return finalizers
  let wanted = finalizers
  const policy = spec?.persistentVolumeReclaimPolicy
  // One that is being deleted can get none any more.
  if (policy === 'Delete' && !isOurs && metadata.deletionTimestamp === undefined) wanted = [...(finalizers ?? []), IN_TREE_FINALIZER]
  if ((policy === 'Retain' || policy === 'Recycle') && isOurs) wanted = without(finalizers, IN_TREE_FINALIZER)
  // Of a migration that was rolled back: the driver will not come for it.
  return wanted?.includes(EXTERNAL_FINALIZER) ? without(wanted, EXTERNAL_FINALIZER) : wanted
}

const without = (finalizers: readonly string[] | undefined, name: string): string[] => (finalizers ?? []).filter((one) => one !== name)

/** The volume with the marks of migration and the finalizers that it should have, the very same where it has them: what a run for a volume begins with. */
export function withDeletionMarks(volume: PersistentVolume, gates: Gates): PersistentVolume {
  const { metadata } = volume
  const annotations = migrationAnnotations(volume, VOLUME_PROVISIONER, gates)
  const finalizers = deletionFinalizers(volume, gates)
  if (annotations === metadata.annotations && finalizers === metadata.finalizers) return volume
  return {
    ...volume,
    metadata: {
      ...metadata,
      ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
      ...(finalizers === undefined ? {} : { finalizers }),
    },
  }
}
