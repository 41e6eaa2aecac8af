import type {
  CsiDriver,
  CsiNodeInfo,
  CsiParameters,
  NodeExpandVolumeRequest,
  NodePublishVolumeRequest,
  NodeStageVolumeRequest,
} from '../csi-driver.ts'
import type { NodeGetVolumeStatsRequest, NodeVolumeStats } from '../csi-driver-handlers.ts'
import { type Codec, type CsiMethod, nothing } from './codec.ts'
import { decodeCapability, decodeRange, decodeTopology, encodeCapability, encodeRange, given, required, sizeOf } from './parts.ts'
import type { WireCapability, WireRange, WireSize, WireStatus, WireTopology } from './wire.ts'

interface WireTarget {
  readonly volumeId?: string
  readonly stagingTargetPath?: string
  readonly targetPath?: string
  readonly volumePath?: string
}

interface WireStage extends WireTarget {
  readonly publishContext?: CsiParameters
  readonly volumeContext?: CsiParameters
  readonly secrets?: CsiParameters
  readonly volumeCapability?: WireCapability | null
  readonly readonly?: boolean
}

const maps = ({ publishContext, volumeContext, secrets }: WireStage): Pick<WireStage, 'publishContext' | 'volumeContext' | 'secrets'> => ({
  ...given('publishContext', publishContext),
  ...given('volumeContext', volumeContext),
  ...given('secrets', secrets),
})

const stageRequest: Codec<NodeStageVolumeRequest> = {
  encode: (request) => ({ ...request, volumeCapability: encodeCapability(request.volumeCapability) }),
  decode: (wire: WireStage) => ({
    volumeId: required('volume_id', wire.volumeId),
    stagingTargetPath: required('staging_target_path', wire.stagingTargetPath),
    volumeCapability: decodeCapability(wire.volumeCapability),
    ...maps(wire),
  }),
}

const publishRequest: Codec<NodePublishVolumeRequest> = {
  encode: (request) => ({ ...request, volumeCapability: encodeCapability(request.volumeCapability) }),
  decode: (wire: WireStage) => ({
    volumeId: required('volume_id', wire.volumeId),
    // Required of drivers that stage only.
    stagingTargetPath: wire.stagingTargetPath ?? '',
    targetPath: required('target_path', wire.targetPath),
    volumeCapability: decodeCapability(wire.volumeCapability),
    readonly: wire.readonly ?? false,
    ...maps(wire),
  }),
}

const unstageRequest: Codec<Parameters<CsiDriver['nodeUnstageVolume']>[0]> = {
  encode: (request) => request,
  decode: (wire: WireTarget) => ({
    volumeId: required('volume_id', wire.volumeId),
    stagingTargetPath: required('staging_target_path', wire.stagingTargetPath),
  }),
}

const unpublishRequest: Codec<Parameters<CsiDriver['nodeUnpublishVolume']>[0]> = {
  encode: (request) => request,
  decode: (wire: WireTarget) => ({
    volumeId: required('volume_id', wire.volumeId),
    targetPath: required('target_path', wire.targetPath),
  }),
}

const expandRequest: Codec<NodeExpandVolumeRequest> = {
  encode: ({ volumeCapability, ...request }) => ({
    ...request,
    capacityRange: encodeRange(request.capacityRange),
    ...(volumeCapability === undefined ? {} : { volumeCapability: encodeCapability(volumeCapability) }),
  }),
  decode: (wire: WireStage & { capacityRange?: WireRange | null }) => ({
    volumeId: required('volume_id', wire.volumeId),
    volumePath: required('volume_path', wire.volumePath),
    capacityRange: decodeRange(wire.capacityRange),
    ...given('stagingTargetPath', wire.stagingTargetPath),
    ...(wire.volumeCapability ? { volumeCapability: decodeCapability(wire.volumeCapability) } : {}),
    ...given('secrets', wire.secrets),
  }),
}

const expandAnswer: Codec<{ readonly capacityBytes: number }> = {
  encode: ({ capacityBytes }) => ({ capacityBytes: sizeOf('capacity_bytes', capacityBytes) }),
  decode: (wire: { capacityBytes?: WireSize }) => ({ capacityBytes: sizeOf('capacity_bytes', wire.capacityBytes) }),
}

const infoAnswer: Codec<CsiNodeInfo> = {
  encode: (info) => ({ ...info, maxVolumesPerNode: sizeOf('max_volumes_per_node', info.maxVolumesPerNode) }),
  decode: (wire: { nodeId?: string; maxVolumesPerNode?: WireSize; accessibleTopology?: WireTopology | null }) => ({
    nodeId: required('node_id', wire.nodeId),
    maxVolumesPerNode: sizeOf('max_volumes_per_node', wire.maxVolumesPerNode),
    ...(wire.accessibleTopology ? { accessibleTopology: decodeTopology(wire.accessibleTopology) } : {}),
  }),
}

const statsRequest: Codec<NodeGetVolumeStatsRequest> = {
  encode: (request) => request,
  decode: (wire: WireTarget) => ({
    volumeId: required('volume_id', wire.volumeId),
    volumePath: required('volume_path', wire.volumePath),
    ...given('stagingTargetPath', wire.stagingTargetPath),
  }),
}

interface WireUsage {
  readonly unit?: string
  readonly total?: WireSize
  readonly used?: WireSize
  readonly available?: WireSize
}

const statsAnswer: Codec<NodeVolumeStats> = {
  encode: ({ usage, condition }) => ({
    usage: usage.map(({ unit, total, used, available }) => ({
      unit,
      total: sizeOf('usage.total', total),
      used: sizeOf('usage.used', used),
      available: sizeOf('usage.available', available),
    })),
    ...(condition === undefined ? {} : { volumeCondition: condition }),
  }),
  decode({ usage = [], volumeCondition }: { usage?: readonly WireUsage[]; volumeCondition?: WireStatus['volumeCondition'] }) {
    return {
      usage: usage.flatMap(({ unit, total, used, available }) =>
        unit === 'BYTES' || unit === 'INODES'
          ? [
              {
                unit,
                total: sizeOf('usage.total', total),
                used: sizeOf('usage.used', used),
                available: sizeOf('usage.available', available),
              },
            ]
          : [],
      ),
      ...(volumeCondition ? { condition: { abnormal: volumeCondition.abnormal ?? false, message: volumeCondition.message ?? '' } } : {}),
    }
  },
}

const method = <R, A>(rpc: string, request: Codec<R>, answer: Codec<A>): CsiMethod<R, A> => ({ service: 'Node', rpc, request, answer })

/** The Node service, by our names. */
export const nodeMethods = {
  nodeStageVolume: method('NodeStageVolume', stageRequest, nothing),
  nodeUnstageVolume: method('NodeUnstageVolume', unstageRequest, nothing),
  nodePublishVolume: method('NodePublishVolume', publishRequest, nothing),
  nodeUnpublishVolume: method('NodeUnpublishVolume', unpublishRequest, nothing),
  nodeExpandVolume: method('NodeExpandVolume', expandRequest, expandAnswer),
  nodeGetInfo: method('NodeGetInfo', nothing, infoAnswer),
  nodeGetVolumeStats: method('NodeGetVolumeStats', statsRequest, statsAnswer),
}
