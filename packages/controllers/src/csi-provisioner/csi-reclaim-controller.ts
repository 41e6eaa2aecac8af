import { PersistentVolume as VolumeKind, StorageClass as ClassKind, VolumeAttachment as AttachmentKind } from '@kubetape/api/kinds'
import type { PersistentVolume } from '@kubetape/api/types/core/v1'
import type { VolumeAttachment } from '@kubetape/api/types/storage/v1'
import { type Kind, type KubeObject, objectKey } from '@kubetape/apimachinery'
import type { CsiDrivers } from '@kubetape/csi'
import type { IndexFunctions } from '@kubetape/informers'
import type { Controller, Watch } from '@kubetape/runtime'
import { map } from 'rxjs'
import { CONCURRENT_VOLUMES, volumeRateLimiter } from './csi-provisioner-controller.ts'
import { driversOf, reclaimPlan } from './reclaim-plan.ts'
import { BY_VOLUME, reclaimVolume } from './reclaim-volume.ts'

/** The index that finds volumes by the drivers that they may belong to. */
const BY_DRIVER = 'driver'

/**
 * Deletes what stands behind released volumes of connected CSI drivers, and keeps their objects until it is gone (external-provisioner v5.1, KEP-2644):
 * volumes that it provisioned, that were made by hand for its driver, and those of in-tree plugins whose work was given to a driver.
 */
export function csiReclaimController({ drivers }: { readonly drivers: CsiDrivers }): Controller {
  // Most changes of volumes are of no concern here: a run for each would only say so. Gates are the run's to read, and stay as they are: what a volume needs
  // without the gate it needs from the beginning.
  const mayConcern = (volume: Readonly<PersistentVolume>, isNew: boolean): boolean =>
    driversOf(volume).length > 0 &&
    (reclaimPlan(volume, [], true).type !== 'none' || (isNew && reclaimPlan(volume, [], false).type !== 'none'))
  const volumes: Watch<PersistentVolume> = {
    kind: VolumeKind,
    map: ({ type, object }) => (type !== 'deleted' && mayConcern(object, type === 'added') ? [objectKey(object)] : []),
    predicate: undefined,
    delayMs: undefined,
  }
  const attachments: Watch<VolumeAttachment> = {
    kind: AttachmentKind,
    map: ({ type, object }, lookup) =>
      type === 'deleted'
        ? volumesOf(object).filter((name) => lookup<PersistentVolume>(VolumeKind).get(name)?.status?.phase === 'Released')
        : [],
    predicate: undefined,
    delayMs: undefined,
  }
  return {
    name: 'csi-reclaim',
    kind: VolumeKind,
    watches: [volumes as unknown as Watch, attachments as unknown as Watch],
    reads: [ClassKind],
    indexes: new Map<Kind, IndexFunctions<KubeObject>>([
      [VolumeKind, { [BY_DRIVER]: (object) => driversOf(object as PersistentVolume) }],
      [AttachmentKind, { [BY_VOLUME]: (object) => volumesOf(object as VolumeAttachment) }],
    ]),
    sources: [
      {
        name: 'storage drivers',
        keys: ({ lookup }) =>
          drivers.changes.pipe(
            map((name) =>
              lookup<PersistentVolume>(VolumeKind)
                .byIndex(BY_DRIVER, name)
                .filter((volume) => mayConcern(volume, true))
                .map(objectKey),
            ),
          ),
      },
    ],
    options: { concurrencyMax: CONCURRENT_VOLUMES, rateLimiter: volumeRateLimiter },
    reconcile: ({ name }, context) => reclaimVolume(context, drivers, name),
  }
}

const volumesOf = ({ spec }: Readonly<VolumeAttachment>): string[] =>
  spec.source.persistentVolumeName === undefined ? [] : [spec.source.persistentVolumeName]
