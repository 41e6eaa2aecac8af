import { PersistentVolume as VolumeKind, VolumeAttachment as AttachmentKind } from '@kubetape/api/kinds'
import type { PersistentVolume } from '@kubetape/api/types/core/v1'
import type { VolumeAttachment } from '@kubetape/api/types/storage/v1'
import type { CsiDriverInfo, CsiDrivers } from '@kubetape/csi'
import { type Controller, controllerFor, type ReconcileContext } from '@kubetape/runtime'
import { exponentialRateLimiter } from '@kubetape/workqueue'
import { map } from 'rxjs'
import { removeFinalizer } from '../volume-protection/finalizer-writes.ts'
import { BY_VOLUME, CONCURRENT_ATTACHMENTS, RETRY, volumeOfAttachment } from './csi-attacher-controller.ts'
import { finalizerOf } from './plan.ts'

/** Volumes that are kept by their driver's attacher only until it is done, under the driver. */
const BY_DRIVER = 'attacherGoing'

/** Lets volumes that are being deleted go when their driver has them attached nowhere any more (the other half of CSI's external-attacher). */
export function csiAttachedVolumeController({ drivers }: { readonly drivers: CsiDrivers }): Controller {
  return controllerFor<PersistentVolume>(VolumeKind, { predicate: ({ object }) => driverHolding(object) !== undefined })
    .named('csi-attached-volume')
    .with({ concurrencyMax: CONCURRENT_ATTACHMENTS, rateLimiter: () => exponentialRateLimiter<string>(RETRY) })
    .watches<VolumeAttachment>(AttachmentKind, ({ type, object: { spec } }, lookup) => {
      const { persistentVolumeName: name } = spec.source
      if (type !== 'deleted' || name === undefined) return []
      const volume = lookup<PersistentVolume>(VolumeKind).get(name)
      return volume !== undefined && driverHolding(volume) !== undefined ? [name] : []
    })
    .index<VolumeAttachment>(AttachmentKind, BY_VOLUME, volumeOfAttachment)
    .index<PersistentVolume>(VolumeKind, BY_DRIVER, (volume) => [driverHolding(volume) ?? []].flat())
    .source('storage drivers', ({ lookup }) =>
      drivers.changes.pipe(
        map((name) =>
          lookup<PersistentVolume>(VolumeKind)
            .byIndex(BY_DRIVER, name)
            .map(({ metadata }) => metadata.name ?? ''),
        ),
      ),
    )
    .reconcile(({ name }, context) => release(name, drivers, context))
}

/** The driver whose attacher still keeps a volume that is being deleted; undefined: none does. */
function driverHolding({ metadata, spec }: PersistentVolume): string | undefined {
  const driver = spec.csi?.driver
  if (driver === undefined || metadata.deletionTimestamp === undefined) return undefined
  return metadata.finalizers?.includes(finalizerOf(driver)) ? driver : undefined
}

async function release(name: string, drivers: CsiDrivers, { lister, outside, client }: ReconcileContext): Promise<void> {
  const volume = lister<PersistentVolume>(VolumeKind).get('', name)
  const driver = volume === undefined ? undefined : driverHolding(volume)
  if (volume === undefined || driver === undefined) return
  if (lister<VolumeAttachment>(AttachmentKind).byIndex(BY_VOLUME, name).length > 0) return
  const info = outside((): CsiDriverInfo | undefined => drivers.info(driver))
  if (info?.controllerCapabilities.includes('PUBLISH_UNPUBLISH_VOLUME'))
    await removeFinalizer(client, VolumeKind, volume, finalizerOf(driver))
}
