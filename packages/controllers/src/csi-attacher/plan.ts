import type { CSIPersistentVolumeSource, PersistentVolume, PersistentVolumeSpec, SecretReference } from '@kubetape/api/types/core/v1'
import type { CSINode, VolumeAttachment } from '@kubetape/api/types/storage/v1'
import { type ControllerPublishVolumeRequest, type CsiDriverInfo, jointAccessModeOf, volumeCapabilityOf } from '@kubetape/csi'

/** What is known about one attachment. */
export interface AttachmentObserved {
  readonly attachment: VolumeAttachment
  /** The one that the attachment names; undefined: there is none. */
  readonly volume: PersistentVolume | undefined
  /** Of the attachment's node. */
  readonly csiNode: CSINode | undefined
  /** What the attacher's driver can do; undefined: it is not connected. */
  readonly info: CsiDriverInfo | undefined
  /** Other attachments of the same volume. */
  readonly others: readonly VolumeAttachment[]
}

export type AttacherPlan =
  /** Until something changes. */
  | { readonly type: 'none' }
  /** The driver has nothing to do for it: it is attached by being said to be. */
  | { readonly type: 'mark' }
  | AttachPlan
  | {
      readonly type: 'detach'
      /** Another node of ours, which the driver knows by the same id, has the volume still: the driver must keep it there. */
      readonly isShared: boolean
      readonly request: { readonly volumeId: string; readonly nodeId: string }
      readonly secret: SecretReference | undefined
    }
  /** What is asked for cannot be done as things are; to be tried again. */
  | { readonly type: 'refuse'; readonly what: 'attach' | 'detach'; readonly message: string }

export interface AttachPlan {
  readonly type: 'attach'
  /** The volume must first be kept from going. */
  readonly holdsVolume: boolean
  /** The attachment must first be kept from going, and say to which node of the driver. */
  readonly holdsAttachment: boolean
  readonly request: ControllerPublishVolumeRequest
  readonly secret: SecretReference | undefined
}

/** Where an attachment says under which name its driver knows the node: the CSINode may be gone when it is detached. */
export const NODE_ID_ANNOTATION = 'csi.alpha.kubernetes.io/node-id'

/** What keeps volumes and attachments as long as a driver has them attached: its name with everything but letters, digits and dashes as dashes. */
export function finalizerOf(driver: string): string {
  const name = driver.replace(/[^a-zA-Z0-9-]/g, '-')
  return `external-attacher/${name}${name.endsWith('-') ? 'X' : ''}`
}

/** Plans for one attachment of a connected driver (external-attacher v4.6): it is published once, and unpublished before it goes. */
export function plan(observed: AttachmentObserved): AttacherPlan {
  const { attachment, info } = observed
  const { metadata, spec, status } = attachment
  if (info === undefined) return { type: 'none' }
  const isAttached = status?.attached ?? false
  const isDeleted = metadata.deletionTimestamp !== undefined
  if (!info.controllerCapabilities.includes('PUBLISH_UNPUBLISH_VOLUME')) return { type: isAttached || isDeleted ? 'none' : 'mark' }
  if (isDeleted ? !(metadata.finalizers ?? []).includes(finalizerOf(spec.attacher)) : isAttached) return { type: 'none' }
  const what = isDeleted ? 'detach' : 'attach'
  try {
    return isDeleted ? planDetach(observed) : planAttach(observed, info)
  } catch (error) {
    return { type: 'refuse', what, message: (error as Error).message }
  }
}

function planAttach({ attachment, volume, csiNode }: AttachmentObserved, info: CsiDriverInfo): AttachPlan {
  const { metadata, spec } = attachment
  const source = sourceOf(attachment, volume)
  if (volume?.metadata.deletionTimestamp !== undefined) throw new Error(`PersistentVolume "${volume.metadata.name}" is marked for deletion`)
  const csi = csiOf(source)
  const finalizer = finalizerOf(spec.attacher)
  const nodeId = nodeIdOf(attachment, csiNode)
  const accessMode = jointAccessModeOf(source.accessModes, info.controllerCapabilities)
  return {
    type: 'attach',
    holdsVolume: volume !== undefined && !(volume.metadata.finalizers ?? []).includes(finalizer),
    holdsAttachment: !(metadata.finalizers ?? []).includes(finalizer) || metadata.annotations?.[NODE_ID_ANNOTATION] !== nodeId,
    request: {
      volumeId: csi.volumeHandle,
      nodeId,
      volumeCapability: volumeCapabilityOf(source, accessMode),
      // Drivers that cannot publish read-only must not be asked to.
      readonly: (csi.readOnly ?? false) && info.controllerCapabilities.includes('PUBLISH_READONLY'),
      ...(csi.volumeAttributes === undefined ? {} : { volumeContext: csi.volumeAttributes }),
    },
    secret: csi.controllerPublishSecretRef,
  }
}

function planDetach({ attachment, volume, csiNode, others }: AttachmentObserved): AttacherPlan {
  const csi = csiOf(sourceOf(attachment, volume))
  const nodeId = nodeIdOf(attachment, csiNode, attachment.metadata.annotations?.[NODE_ID_ANNOTATION])
  const isShared = others.some(
    ({ metadata }) => metadata.deletionTimestamp === undefined && metadata.annotations?.[NODE_ID_ANNOTATION] === nodeId,
  )
  return { type: 'detach', isShared, request: { volumeId: csi.volumeHandle, nodeId }, secret: csi.controllerPublishSecretRef }
}

function sourceOf({ spec: { source } }: VolumeAttachment, volume: PersistentVolume | undefined): PersistentVolumeSpec {
  const { persistentVolumeName: name, inlineVolumeSpec: inline } = source
  if (name === undefined) {
    if (inline === undefined) throw new Error('neither InlineCSIVolumeSource nor PersistentVolumeName specified in VA source')
    if (inline.csi === undefined) throw new Error('inline volume spec contains nil CSI source')
    return inline
  }
  if (inline !== undefined) throw new Error('both InlineCSIVolumeSource and PersistentVolumeName specified in VA source')
  if (volume === undefined) throw new Error(`persistentvolume "${name}" not found`)
  return volume.spec
}

function csiOf({ csi }: PersistentVolumeSpec): CSIPersistentVolumeSource {
  if (csi === undefined) throw new Error('pv spec contained non-csi source that was not migrated')
  return csi
}

/** `remembered` is for nodes that have gone meanwhile. */
function nodeIdOf({ spec: { attacher, nodeName } }: VolumeAttachment, csiNode: CSINode | undefined, remembered?: string): string {
  const found = csiNode?.spec.drivers?.find(({ name }) => name === attacher)?.nodeID ?? remembered
  if (found !== undefined) return found
  if (csiNode === undefined) throw new Error(`csinode.storage.k8s.io "${nodeName}" not found`)
  throw new Error(`CSINode ${nodeName} does not contain driver ${attacher}`)
}
