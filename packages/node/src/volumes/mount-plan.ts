import type { Node, PersistentVolume, PersistentVolumeClaim, Pod, SecretReference } from '@kubetape/api/types/core/v1'
import type { CSIDriver, VolumeAttachment } from '@kubetape/api/types/storage/v1'
import { findCondition, quantityOf } from '@kubetape/apimachinery'
import {
  accessModeOf,
  attachedVolumeName,
  type CsiDriverInfo,
  type NodeExpandVolumeRequest,
  type NodePublishVolumeRequest,
  type NodeStageVolumeRequest,
  volumeCapabilityOf,
} from '@kubetape/csi'
import { stagingPathOf, targetPathOf } from './mount-paths.ts'
import type { MountedVolume } from './mounts.ts'
import { podClaims } from './pod-claims.ts'

/** What a kubelet knows about one volume on its node. */
export interface MountObserved {
  readonly node: Node | undefined
  /** The folder of the kubelet. */
  readonly kubelet: string
  /** undefined: it is gone, and can only be taken down. */
  readonly volume: PersistentVolume | undefined
  readonly claim: PersistentVolumeClaim | undefined
  /** Pods of the node that use it and have not ended. */
  readonly pods: readonly Pod[]
  readonly mounted: MountedVolume | undefined
  readonly attachment: VolumeAttachment | undefined
  /** How the driver wants to be treated. */
  readonly csiDriver: CSIDriver | undefined
  /** undefined: the driver is not connected. */
  readonly info: CsiDriverInfo | undefined
}

/** The next thing to do about a volume. */
export type MountStep =
  | { readonly type: 'none' }
  /** Until something changes: the volume is not attached yet, or the driver is away. */
  | { readonly type: 'wait'; readonly complaint: string | undefined }
  | { readonly type: 'stage'; readonly request: NodeStageVolumeRequest; readonly secret: SecretReference | undefined }
  | {
      readonly type: 'publish'
      readonly pod: Pod
      readonly request: NodePublishVolumeRequest
      readonly secret: SecretReference | undefined
    }
  | { readonly type: 'unpublish'; readonly podUid: string; readonly targetPath: string }
  | { readonly type: 'unstage'; readonly stagingPath: string }
  /** Nothing of it is on the node any more. */
  | { readonly type: 'forget' }
  /** `request` undefined: the driver has nothing to do for it. */
  | { readonly type: 'expand'; readonly request: NodeExpandVolumeRequest | undefined; readonly pod: Pod; readonly size: string }

/** Whether the attach/detach controller has to do with the volume: always, unless its driver is known not to attach. */
export const isAttachable = (csiDriver: CSIDriver | undefined): boolean => csiDriver?.spec.attachRequired !== false

/** One step of a kubelet: what is there for Pods that are not goes first, then each Pod gets the volume, at last it grows if it has to. */
export function planMount(observed: MountObserved): MountStep {
  const { pods, mounted, volume, info } = observed
  const uids = new Set(pods.map(({ metadata }) => metadata.uid ?? ''))
  const gone = Object.entries(mounted?.pods ?? {}).find(([uid]) => !uids.has(uid))
  if (mounted !== undefined && (gone !== undefined || pods.length === 0)) {
    if (info === undefined) return { type: 'wait', complaint: undefined }
    if (gone !== undefined) return { type: 'unpublish', podUid: gone[0], targetPath: gone[1].targetPath }
    return mounted.staged === 'no' ? { type: 'forget' } : { type: 'unstage', stagingPath: mounted.stagingPath }
  }
  if (volume?.spec.csi === undefined || pods.length === 0) return { type: 'none' }
  return planSetUp(observed, volume, pods)
}

function planSetUp(observed: MountObserved, volume: PersistentVolume, pods: readonly Pod[]): MountStep {
  const { mounted, info, attachment, csiDriver, kubelet } = observed
  const csi = volume.spec.csi!
  const waiting = pods.find(({ metadata }) => !mounted?.pods[metadata.uid ?? '']?.published)
  if (waiting === undefined) return planExpansion(observed, volume, pods)
  if (isAttachable(csiDriver) && !isHere(observed, volume)) return { type: 'wait', complaint: undefined }
  if (info === undefined) {
    const complaint = `kubernetes.io/csi: attacher.MountDevice failed to create newCsiDriverClient: driver name ${csi.driver} not found in the list of registered CSI drivers`
    return { type: 'wait', complaint: `MountVolume.MountDevice failed for volume "${volume.metadata.name}" : ${complaint}` }
  }
  const accessMode = accessModeOf(volume.spec.accessModes?.[0], info.nodeCapabilities) ?? 'SINGLE_NODE_WRITER'
  const publishContext = attachment?.status?.attachmentMetadata
  const request: NodeStageVolumeRequest = {
    volumeId: csi.volumeHandle,
    ...(publishContext === undefined ? {} : { publishContext }),
    stagingTargetPath: info.nodeCapabilities.includes('STAGE_UNSTAGE_VOLUME') ? stagingPathOf(kubelet, volume) : '',
    volumeCapability: volumeCapabilityOf(volume.spec, accessMode),
    ...(csi.volumeAttributes === undefined ? {} : { volumeContext: csi.volumeAttributes }),
  }
  if (request.stagingTargetPath !== '' && mounted?.staged !== 'done') return { type: 'stage', request, secret: csi.nodeStageSecretRef }
  return {
    type: 'publish',
    pod: waiting,
    request: {
      ...request,
      targetPath: targetPathOf(kubelet, volume, waiting.metadata.uid ?? ''),
      readonly: isReadOnly(waiting, volume),
      ...(csiDriver?.spec.podInfoOnMount ? { volumeContext: { ...request.volumeContext, ...podInfo(waiting) } } : {}),
    },
    secret: csi.nodePublishSecretRef,
  }
}

/** The node has said that it uses the volume, and has been told that it is there. */
function isHere({ node, attachment }: MountObserved, { spec }: PersistentVolume): boolean {
  const name = attachedVolumeName(spec.csi!)
  const { volumesInUse = [], volumesAttached = [] } = node?.status ?? {}
  return volumesInUse.includes(name) && volumesAttached.some((one) => one.name === name) && (attachment?.status?.attached ?? false)
}

/** After the driver's controller has made it larger, the file system on it grows where it is mounted. */
function planExpansion({ claim, mounted, info }: MountObserved, volume: PersistentVolume, [pod]: readonly Pod[]): MountStep {
  const size = volume.spec.capacity?.['storage']
  if (claim === undefined || pod === undefined || size === undefined || info === undefined) return { type: 'none' }
  if (findCondition(claim.status?.conditions, 'FileSystemResizePending')?.status !== 'True') return { type: 'none' }
  if (!info.nodeCapabilities.includes('EXPAND_VOLUME')) return { type: 'expand', request: undefined, pod, size }
  const accessMode = accessModeOf(volume.spec.accessModes?.[0], info.nodeCapabilities) ?? 'SINGLE_NODE_WRITER'
  const request: NodeExpandVolumeRequest = {
    volumeId: volume.spec.csi!.volumeHandle,
    volumePath: mounted!.pods[pod.metadata.uid ?? '']!.targetPath,
    ...(mounted!.staged === 'done' ? { stagingTargetPath: mounted!.stagingPath } : {}),
    capacityRange: { requiredBytes: Number(quantityOf(size).value()) },
    volumeCapability: volumeCapabilityOf(volume.spec, accessMode),
  }
  return { type: 'expand', request, pod, size }
}

function isReadOnly(pod: Pod, { spec: { claimRef } }: PersistentVolume): boolean {
  const names = new Set(
    podClaims(pod)
      .filter(({ claim }) => claim === claimRef?.name)
      .map(({ volume }) => volume),
  )
  return (pod.spec.volumes ?? []).some((one) => names.has(one.name) && one.persistentVolumeClaim?.readOnly)
}

/** What drivers get that ask to be told for whom they publish (KEP-603). */
function podInfo({ metadata, spec }: Pod): Record<string, string> {
  return {
    'csi.storage.k8s.io/pod.name': metadata.name ?? '',
    'csi.storage.k8s.io/pod.namespace': metadata.namespace ?? '',
    'csi.storage.k8s.io/pod.uid': metadata.uid ?? '',
    'csi.storage.k8s.io/serviceAccount.name': spec.serviceAccountName ?? '',
    'csi.storage.k8s.io/ephemeral': 'false',
  }
}
