import { PersistentVolume as VolumeKind, StorageClass as ClassKind, VolumeAttachment as AttachmentKind } from '@kubetape/api/kinds'
import type { PersistentVolume, SecretReference } from '@kubetape/api/types/core/v1'
import type { StorageClass, VolumeAttachment } from '@kubetape/api/types/storage/v1'
import { ifFound } from '@kubetape/client'
import { callDriver, type CsiDriverInfo, type CsiDrivers, type CsiSecrets, rpcErrorText } from '@kubetape/csi'
import type { ReconcileContext } from '@kubetape/runtime'
import { addFinalizer, removeFinalizer } from '../volume-protection/finalizer-writes.ts'
import { readVolume } from '../persistent-volume/live-reads.ts'
import { classNameOf } from '../persistent-volume/storage-class.ts'
import { EXTERNAL_FINALIZER } from '../persistent-volume/volume-finalizers.ts'
import { PROVISIONER_SECRET } from './class-parameters.ts'
import { DELETION_SECRET_NAME, DELETION_SECRET_NAMESPACE } from './names.ts'
import { driversOf, type ReclaimPlan, reclaimPlan } from './reclaim-plan.ts'
import { secretReference } from './secret-reference.ts'
import { secretsOf } from './secrets.ts'

/** The index that finds the attachments of a volume. */
export const BY_VOLUME = 'volume'

/** One run for one volume. */
export async function reclaimVolume(context: ReconcileContext, drivers: CsiDrivers, name: string): Promise<void> {
  const { client, lister } = context
  const volume = lister<PersistentVolume>(VolumeKind).get('', name)
  const driver =
    volume &&
    context.outside(() =>
      driversOf(volume)
        .map((one) => drivers.info(one))
        .find((info) => info !== undefined),
    )
  if (volume === undefined || driver === undefined) return
  const planned = planFor(context, volume)
  switch (planned.type) {
    case 'none':
      return
    case 'hold':
      return addFinalizer(client, VolumeKind, volume, EXTERNAL_FINALIZER)
    case 'release':
      return removeFinalizer(client, VolumeKind, volume, EXTERNAL_FINALIZER)
    case 'fail':
      return fail(context, volume, planned.message)
    case 'delete':
      return deleteVolume(context, drivers, driver, volume)
  }
}

function planFor({ lister, gates }: ReconcileContext, volume: Readonly<PersistentVolume>): ReclaimPlan {
  const attachments = lister<VolumeAttachment>(AttachmentKind).byIndex(BY_VOLUME, volume.metadata.name ?? '')
  return reclaimPlan(volume, attachments, gates.enabled('HonorPVReclaimPolicy'))
}

/** A crash between any two of these steps leaves a volume that is released and held, so that all of them are done again; each bears it. */
async function deleteVolume(
  context: ReconcileContext,
  drivers: CsiDrivers,
  driver: CsiDriverInfo,
  seen: Readonly<PersistentVolume>,
): Promise<void> {
  const { client } = context
  const { name = '' } = seen.metadata
  // An informer may show what was true of another volume of this name, or before somebody chose to keep this one.
  const volume = await readVolume(client, name)
  if (volume === undefined || volume.metadata.uid !== seen.metadata.uid) return
  const planned = planFor(context, volume)
  if (planned.type !== 'delete') return
  if (!driver.controllerCapabilities.includes('CREATE_DELETE_VOLUME'))
    return fail(
      context,
      volume,
      'CSI driver does not support dynamic provisioning: controller CREATE_DELETE_VOLUME capability is not reported',
    )
  const secrets = await deletionSecrets(context, volume)
  const volumeId = planned.handle
  try {
    await callDriver(context, drivers, { driver: driver.name, method: 'DeleteVolume', body: { volumeId } }, (connected) =>
      connected.deleteVolume({ volumeId, ...(secrets === undefined ? {} : { secrets }) }),
    )
  } catch (error) {
    fail(context, volume, rpcErrorText(error))
  }
  // A conflict is an error like others: who is faster may leave no change behind that would lead to another run.
  const { uid } = volume.metadata
  await ifFound(client.delete(VolumeKind, { name }, { preconditions: { uid: uid! } }))
  if (!volume.metadata.finalizers?.includes(EXTERNAL_FINALIZER)) return
  const body = { metadata: { uid, '$deleteFromPrimitiveList/finalizers': [EXTERNAL_FINALIZER] } }
  await ifFound(client.patch(VolumeKind, { name }, { type: 'strategic', body }))
}

async function deletionSecrets(context: ReconcileContext, volume: Readonly<PersistentVolume>): Promise<CsiSecrets | undefined> {
  const reference = deletionSecret(context, volume)
  try {
    return await secretsOf(context.client, reference)
  } catch (error) {
    // It may have been deleted already; the driver knows whether it can do without.
    context.log.warn('cannot read the Secret for deleting a volume', { volume: volume.metadata.name, error: (error as Error).message })
    return undefined
  }
}

function deletionSecret({ lister }: ReconcileContext, volume: Readonly<PersistentVolume>): SecretReference | undefined {
  const { metadata, spec } = volume
  const { [DELETION_SECRET_NAME]: name, [DELETION_SECRET_NAMESPACE]: namespace } = metadata.annotations ?? {}
  if (name !== undefined && namespace !== undefined) return name === '' || namespace === '' ? undefined : { name, namespace }
  const storageClass = lister<StorageClass>(ClassKind).get('', classNameOf(volume))
  return secretReference(PROVISIONER_SECRET, storageClass?.parameters ?? {}, {
    volumeName: metadata.name ?? '',
    claim: { namespace: spec?.claimRef?.namespace ?? '', name: spec?.claimRef?.name ?? '' },
  })
}

function fail({ event }: ReconcileContext, volume: Readonly<PersistentVolume>, message: string): never {
  event(volume, 'Warning', 'VolumeFailedDelete', message)
  throw new Error(message)
}
