/** Container Storage Interface over gRPC: a client for real drivers, and the embedded directory driver. */
export type {
  ControllerExpandVolumeRequest,
  ControllerModifyVolumeRequest,
  ControllerPublishVolumeRequest,
  CreateVolumeRequest,
  CsiAccessMode,
  CsiCapacityRange,
  CsiDriver,
  CsiDriverInfo,
  CsiNodeInfo,
  CsiParameters,
  CsiSecrets,
  CsiTopology,
  CsiVolume,
  CsiVolumeCapability,
  CsiVolumePage,
  CsiVolumeSource,
  GetCapacityRequest,
  NodeExpandVolumeRequest,
  NodePublishVolumeRequest,
  NodeStageVolumeRequest,
} from './csi-driver.ts'
export type {
  CsiDriverHandlers,
  NodeGetVolumeStatsRequest,
  NodeVolumeStats,
  ValidateVolumeCapabilitiesAnswer,
  ValidateVolumeCapabilitiesRequest,
} from './csi-driver-handlers.ts'
export { CsiDriverRegistry } from './csi-driver-registry.ts'
export type { CsiDrivers } from './csi-drivers.ts'
export { attachedVolumeName, attachmentNameOf, capacityNameOf, type VolumeId, volumeIdOf } from './volume-names.ts'
export { accessModeOf, jointAccessModeOf, SINGLE_NODE_MULTI_WRITER, volumeCapabilityOf, type VolumeUse } from './volume-capability.ts'
export { type CsiCode, csiCodeOf, CsiError, isFinal, rpcErrorText } from './csi-error.ts'
export { serveCsiDriver, type ServeCsiDriverOptions, type ServedCsiDriver } from './server/serve-csi-driver.ts'
export { connectCsiDriver, type ConnectCsiDriverOptions, type ConnectedCsiDriver } from './client/connect-csi-driver.ts'
export { checkCsiEndpoints, connectCsiDrivers, type ConnectCsiDriversOptions, type CsiConnections } from './client/connect-csi-drivers.ts'
export { type CsiMethodName, type CsiTimeoutsMs, DEFAULT_TIMEOUTS_MS } from './client/timeouts.ts'
export { callDriver, type DriverCall, secretData } from './call-driver.ts'
export { listAllVolumes } from './client/list-all-volumes.ts'
export {
  type ScannedClaim,
  type ScannedDriver,
  type ScannedVolume,
  scanVolumes,
  type VolumeFinding,
  type VolumeRow,
  type VolumeScan,
} from './volume-scan.ts'
