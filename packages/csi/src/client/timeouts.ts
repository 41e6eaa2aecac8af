import type { CsiDriver } from '../csi-driver.ts'

export type CsiMethodName = Exclude<keyof CsiDriver, 'info'>

const PROVISIONER_MS = 10_000
const ATTACHER_MS = 15_000
const KUBELET_MS = 120_000

/**
 * How long an answer is waited for, in milliseconds: what the components of Kubernetes that call these methods wait by default (`--timeout` of
 * external-provisioner and external-resizer, of external-attacher; kubelet's `csiTimeout`). `probe` is for what a driver is asked when it connects.
 */
export const DEFAULT_TIMEOUTS_MS: CsiTimeoutsMs = {
  probe: PROVISIONER_MS,
  createVolume: PROVISIONER_MS,
  deleteVolume: PROVISIONER_MS,
  controllerExpandVolume: PROVISIONER_MS,
  controllerModifyVolume: PROVISIONER_MS,
  listVolumes: PROVISIONER_MS,
  getCapacity: PROVISIONER_MS,
  controllerPublishVolume: ATTACHER_MS,
  controllerUnpublishVolume: ATTACHER_MS,
  nodeStageVolume: KUBELET_MS,
  nodeUnstageVolume: KUBELET_MS,
  nodePublishVolume: KUBELET_MS,
  nodeUnpublishVolume: KUBELET_MS,
  nodeExpandVolume: KUBELET_MS,
  nodeGetInfo: KUBELET_MS,
}

export type CsiTimeoutsMs = Readonly<Record<CsiMethodName | 'probe', number>>
