/**
 * One connected CSI driver, as controllers and nodes see it (Container Storage Interface 1.9). Field names are the protocol's, in camelCase;
 * sizes are bytes as numbers, 0 for "not said". Every method rejects with a CsiError.
 */
export interface CsiDriver {
  readonly info: CsiDriverInfo
  createVolume(request: CreateVolumeRequest): Promise<CsiVolume>
  /** Resolves as well when the volume does not exist any more, as the protocol demands of drivers. */
  deleteVolume(request: { readonly volumeId: string; readonly secrets?: CsiSecrets }): Promise<void>
  controllerPublishVolume(request: ControllerPublishVolumeRequest): Promise<{ readonly publishContext: CsiParameters }>
  controllerUnpublishVolume(request: { readonly volumeId: string; readonly nodeId: string; readonly secrets?: CsiSecrets }): Promise<void>
  controllerExpandVolume(
    request: ControllerExpandVolumeRequest,
  ): Promise<{ readonly capacityBytes: number; readonly nodeExpansionRequired: boolean }>
  controllerModifyVolume(request: ControllerModifyVolumeRequest): Promise<void>
  /** One page; `nextToken` is empty on the last. */
  listVolumes(request: { readonly maxEntries?: number; readonly startingToken?: string }): Promise<CsiVolumePage>
  getCapacity(
    request: GetCapacityRequest,
  ): Promise<{ readonly availableCapacity: number; readonly maximumVolumeSize?: number; readonly minimumVolumeSize?: number }>
  nodeStageVolume(request: NodeStageVolumeRequest): Promise<void>
  nodeUnstageVolume(request: { readonly volumeId: string; readonly stagingTargetPath: string }): Promise<void>
  nodePublishVolume(request: NodePublishVolumeRequest): Promise<void>
  nodeUnpublishVolume(request: { readonly volumeId: string; readonly targetPath: string }): Promise<void>
  nodeExpandVolume(request: NodeExpandVolumeRequest): Promise<{ readonly capacityBytes: number }>
  nodeGetInfo(): Promise<CsiNodeInfo>
}

export type CsiParameters = Readonly<Record<string, string>>
/** Never on a tape: leave them out of what `context.call` writes down. */
export type CsiSecrets = Readonly<Record<string, string>>

/** What a driver says of itself when it is connected; JSON. */
export interface CsiDriverInfo {
  readonly name: string
  readonly vendorVersion: string
  /** PluginCapability.Service.Type: `CONTROLLER_SERVICE`, `VOLUME_ACCESSIBILITY_CONSTRAINTS` …; expansion as `EXPANSION_ONLINE`, `EXPANSION_OFFLINE`. */
  readonly pluginCapabilities: readonly string[]
  /** ControllerServiceCapability.RPC.Type: `CREATE_DELETE_VOLUME`, `EXPAND_VOLUME`, `MODIFY_VOLUME` … */
  readonly controllerCapabilities: readonly string[]
  /** NodeServiceCapability.RPC.Type: `STAGE_UNSTAGE_VOLUME`, `EXPAND_VOLUME` … */
  readonly nodeCapabilities: readonly string[]
}

export interface CsiNodeInfo {
  readonly nodeId: string
  /** 0: no limit. */
  readonly maxVolumesPerNode: number
  /** Absent: the volumes of this driver can be used from everywhere. */
  readonly accessibleTopology?: CsiTopology
}

export interface CsiTopology {
  readonly segments: CsiParameters
}

export interface CsiCapacityRange {
  readonly requiredBytes: number
  /** 0 or absent: no limit. */
  readonly limitBytes?: number
}

export type CsiAccessMode =
  | 'SINGLE_NODE_WRITER'
  | 'SINGLE_NODE_READER_ONLY'
  | 'MULTI_NODE_READER_ONLY'
  | 'MULTI_NODE_SINGLE_WRITER'
  | 'MULTI_NODE_MULTI_WRITER'
  | 'SINGLE_NODE_SINGLE_WRITER'
  | 'SINGLE_NODE_MULTI_WRITER'

/** A block device, or a mount with its file system. */
export interface CsiVolumeCapability {
  readonly accessMode: CsiAccessMode
  /** Absent: a block volume. */
  readonly mount?: { readonly fsType?: string; readonly mountFlags?: readonly string[]; readonly volumeMountGroup?: string }
}

export type CsiVolumeSource = { readonly snapshotId: string } | { readonly volumeId: string }

export interface CreateVolumeRequest {
  /** The key of the operation: the same name again is the same volume. */
  readonly name: string
  readonly capacityRange: CsiCapacityRange
  readonly volumeCapabilities: readonly CsiVolumeCapability[]
  readonly parameters?: CsiParameters
  readonly secrets?: CsiSecrets
  readonly volumeContentSource?: CsiVolumeSource
  readonly accessibilityRequirements?: { readonly requisite: readonly CsiTopology[]; readonly preferred: readonly CsiTopology[] }
  /** Of the VolumeAttributesClass. */
  readonly mutableParameters?: CsiParameters
}

export interface CsiVolume {
  readonly volumeId: string
  /** 0: not said. */
  readonly capacityBytes: number
  readonly volumeContext: CsiParameters
  readonly contentSource?: CsiVolumeSource
  readonly accessibleTopology: readonly CsiTopology[]
}

export interface CsiVolumePage {
  readonly entries: readonly {
    readonly volume: CsiVolume
    readonly publishedNodeIds: readonly string[]
    readonly condition?: { readonly abnormal: boolean; readonly message: string }
  }[]
  readonly nextToken: string
}

export interface ControllerPublishVolumeRequest {
  readonly volumeId: string
  readonly nodeId: string
  readonly volumeCapability: CsiVolumeCapability
  readonly readonly: boolean
  readonly volumeContext?: CsiParameters
  readonly secrets?: CsiSecrets
}

export interface ControllerExpandVolumeRequest {
  readonly volumeId: string
  readonly capacityRange: CsiCapacityRange
  readonly volumeCapability?: CsiVolumeCapability
  readonly secrets?: CsiSecrets
}

export interface ControllerModifyVolumeRequest {
  readonly volumeId: string
  readonly mutableParameters: CsiParameters
  readonly secrets?: CsiSecrets
}

export interface GetCapacityRequest {
  readonly volumeCapabilities?: readonly CsiVolumeCapability[]
  readonly parameters?: CsiParameters
  readonly accessibleTopology?: CsiTopology
}

export interface NodeStageVolumeRequest {
  readonly volumeId: string
  readonly publishContext?: CsiParameters
  readonly stagingTargetPath: string
  readonly volumeCapability: CsiVolumeCapability
  readonly volumeContext?: CsiParameters
  readonly secrets?: CsiSecrets
}

export interface NodePublishVolumeRequest extends NodeStageVolumeRequest {
  readonly targetPath: string
  readonly readonly: boolean
}

export interface NodeExpandVolumeRequest {
  readonly volumeId: string
  readonly volumePath: string
  readonly stagingTargetPath?: string
  readonly capacityRange: CsiCapacityRange
  readonly volumeCapability?: CsiVolumeCapability
  readonly secrets?: CsiSecrets
}
