import type { PersistentVolume } from '@kubetape/api/types/core/v1'
import type { VolumeAttachment } from '@kubetape/api/types/storage/v1'
import { MIGRATED_TO, PROVISIONED_BY } from '../persistent-volume/storage-annotations.ts'
import { EXTERNAL_FINALIZER } from '../persistent-volume/volume-finalizers.ts'
import { volumeHandleOf } from './volume-handle.ts'

/** What a volume needs of the driver that it belongs to. */
export type ReclaimPlan =
  | { readonly type: 'none' }
  /** Keep the object until its driver has deleted what stands behind it, or do so no longer. */
  | { readonly type: 'hold' | 'release' }
  | { readonly type: 'delete'; readonly handle: string }
  /** To be deleted, but not yet, or not at all. */
  | { readonly type: 'fail'; readonly message: string }

/**
 * The drivers that a volume may belong to: who provisioned it and to whom that one's work was given; of a volume that was made by hand, its own. It
 * belongs to the one that is connected.
 */
export function driversOf({ metadata, spec }: Readonly<PersistentVolume>): string[] {
  const annotations = metadata.annotations ?? {}
  const provisionedBy = annotations[PROVISIONED_BY] ?? spec?.csi?.driver
  const migratedTo =
    provisionedBy === undefined || PROVISIONED_BY in annotations || spec?.csi === undefined ? annotations[MIGRATED_TO] : undefined
  return [...new Set([provisionedBy, migratedTo].filter((name) => name !== undefined && name !== ''))] as string[]
}

/**
 * Plans for a volume of a connected driver (KEP-2644, external-provisioner v5.1). `honorsPolicy`: the gate HonorPVReclaimPolicy; without it a volume that is
 * deleted before its claim leaves behind what it stood for. `attachments`: those of the volume.
 */
export function reclaimPlan(
  volume: Readonly<PersistentVolume>,
  attachments: readonly Readonly<VolumeAttachment>[],
  honorsPolicy: boolean,
): ReclaimPlan {
  const { metadata, spec, status } = volume
  const policy = spec?.persistentVolumeReclaimPolicy
  const isHeld = metadata.finalizers?.includes(EXTERNAL_FINALIZER) ?? false
  const isGoing = metadata.deletionTimestamp !== undefined
  if (isHeld && (!honorsPolicy || policy === 'Retain' || policy === 'Recycle')) return { type: 'release' }
  if (honorsPolicy && !isHeld && policy === 'Delete' && !isGoing && status?.phase === 'Bound') return { type: 'hold' }
  // Without the finalizer it has been deleted already.
  if (status?.phase !== 'Released' || policy !== 'Delete' || (isGoing && !(honorsPolicy && isHeld))) return { type: 'none' }
  const handle = volumeHandleOf(volume)
  if (handle === undefined) return { type: 'fail', message: 'invalid CSI PV' }
  const [attachment] = attachments
  if (attachment !== undefined)
    return { type: 'fail', message: `persistentvolume ${metadata.name ?? ''} is still attached to node ${attachment.spec.nodeName}` }
  return { type: 'delete', handle }
}
