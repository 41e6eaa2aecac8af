import { PersistentVolume as VolumeKind, Secret as SecretKind, VolumeAttachment as AttachmentKind } from '@kubetape/api/kinds'
import type { PersistentVolume, Secret, SecretReference } from '@kubetape/api/types/core/v1'
import type { VolumeAttachment } from '@kubetape/api/types/storage/v1'
import { formatTime } from '@kubetape/apimachinery'
import { callDriver, type CsiDrivers, type CsiParameters, type CsiSecrets, rpcErrorText, secretData } from '@kubetape/csi'
import type { ReconcileContext } from '@kubetape/runtime'
import { type AttacherPlan, type AttachmentObserved, type AttachPlan, finalizerOf, NODE_ID_ANNOTATION } from './plan.ts'

/** The API server takes no longer ones. */
const MESSAGE_BYTES_MAX = 1024

/**
 * Does what was planned. False: the driver, or what it needs, said no; the attachment says why, and it is to be tried again. Throws what the API
 * server refuses.
 */
export async function perform(
  planned: AttacherPlan,
  observed: AttachmentObserved,
  drivers: CsiDrivers,
  context: ReconcileContext,
): Promise<boolean> {
  const { attachment } = observed
  switch (planned.type) {
    case 'none':
      return true
    case 'mark':
      await patch(attachment, { status: { attached: true } }, context, 'status')
      return true
    case 'refuse':
      await saveError(attachment, planned.what, planned.message, context)
      return false
    case 'attach':
      return attach(planned, observed, drivers, context)
    case 'detach':
      return detach(planned, attachment, drivers, context)
  }
}

async function attach(
  planned: AttachPlan,
  { attachment, volume }: AttachmentObserved,
  drivers: CsiDrivers,
  context: ReconcileContext,
): Promise<boolean> {
  const { attacher } = attachment.spec
  const { request } = planned
  if (planned.holdsVolume) await holdVolume(volume!, finalizerOf(attacher), context)
  let secrets: CsiSecrets | undefined
  try {
    secrets = await secretsOf(planned.secret, context)
  } catch (error) {
    return failed(attachment, 'attach', error, context)
  }
  // From here on the driver may have it attached, whatever happens to this process.
  if (planned.holdsAttachment) await holdAttachment(attachment, request.nodeId, context)
  let publishContext: CsiParameters
  try {
    const call = { driver: attacher, method: 'ControllerPublishVolume', body: request }
    const answer = await callDriver(context, drivers, call, (driver) =>
      driver.controllerPublishVolume({ ...request, ...(secrets === undefined ? {} : { secrets }) }),
    )
    publishContext = answer.publishContext
  } catch (error) {
    return failed(attachment, 'attach', error, context)
  }
  const attachmentMetadata = Object.keys(publishContext).length === 0 ? null : publishContext
  await patch(attachment, { status: { attached: true, attachmentMetadata, attachError: null } }, context, 'status')
  return true
}

async function detach(
  { request, secret, isShared }: Extract<AttacherPlan, { type: 'detach' }>,
  attachment: VolumeAttachment,
  drivers: CsiDrivers,
  context: ReconcileContext,
): Promise<boolean> {
  const { attacher } = attachment.spec
  try {
    if (!isShared) {
      const secrets = await secretsOf(secret, context)
      await callDriver(context, drivers, { driver: attacher, method: 'ControllerUnpublishVolume', body: request }, (driver) =>
        driver.controllerUnpublishVolume({ ...request, ...(secrets === undefined ? {} : { secrets }) }),
      )
    }
  } catch (error) {
    return failed(attachment, 'detach', error, context)
  }
  const { attached = false, detachError, attachmentMetadata } = attachment.status ?? {}
  if (attached || detachError !== undefined || attachmentMetadata !== undefined)
    await patch(attachment, { status: { attached: false, detachError: null, attachmentMetadata: null } }, context, 'status')
  await patch(attachment, { metadata: { '$deleteFromPrimitiveList/finalizers': [finalizerOf(attacher)] } }, context)
  return true
}

async function holdVolume({ metadata }: PersistentVolume, finalizer: string, { client }: ReconcileContext): Promise<void> {
  const { uid, resourceVersion, name = '', finalizers = [] } = metadata
  // A volume that has begun to go meanwhile must not be held any more: hence the version.
  const body = { metadata: { uid, resourceVersion, finalizers: [...finalizers, finalizer] } }
  await client.patch<PersistentVolume>(VolumeKind, { name }, { type: 'merge', body })
}

async function holdAttachment(attachment: VolumeAttachment, nodeId: string, context: ReconcileContext): Promise<void> {
  const finalizer = finalizerOf(attachment.spec.attacher)
  const known = attachment.metadata.finalizers ?? []
  const finalizers = known.includes(finalizer) ? known : [...known, finalizer]
  await patch(attachment, { metadata: { finalizers, annotations: { [NODE_ID_ANNOTATION]: nodeId } } }, context)
}

async function secretsOf(reference: SecretReference | undefined, { client }: ReconcileContext): Promise<CsiSecrets | undefined> {
  if (reference === undefined) return undefined
  const { namespace = '', name = '' } = reference
  try {
    return secretData((await client.get<Secret>(SecretKind, { namespace, name })).data)
  } catch (error) {
    throw new Error(`failed to load secret "${namespace}/${name}": ${(error as Error).message}`, { cause: error })
  }
}

async function failed(
  attachment: VolumeAttachment,
  what: 'attach' | 'detach',
  error: unknown,
  context: ReconcileContext,
): Promise<boolean> {
  await saveError(attachment, what, rpcErrorText(error), context)
  return false
}

async function saveError(
  attachment: VolumeAttachment,
  what: 'attach' | 'detach',
  message: string,
  context: ReconcileContext,
): Promise<void> {
  const error = { message: shortened(message), time: formatTime(context.nowMs()) }
  await patch(attachment, { status: { [what === 'attach' ? 'attachError' : 'detachError']: error } }, context, 'status')
}

function shortened(message: string): string {
  // Whole characters only are encoded.
  const { read } = new TextEncoder().encodeInto(message, new Uint8Array(MESSAGE_BYTES_MAX))
  return message.slice(0, read)
}

async function patch(
  { metadata: { name = '', uid } }: VolumeAttachment,
  body: { readonly metadata?: object; readonly status?: object },
  { client }: ReconcileContext,
  subresource?: 'status',
): Promise<void> {
  const whole = { ...body, metadata: { uid, ...body.metadata } }
  await client.patch<VolumeAttachment>(
    AttachmentKind,
    { name },
    { type: 'strategic', body: whole },
    subresource === undefined ? {} : { subresource },
  )
}
