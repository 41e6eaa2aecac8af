/** The built-in reconcilers, each a pure plan() and a thin shell. */
export { addressRepairController } from './service-address-repair/address-repair-controller.ts'
export { serviceRepairController } from './service-address-repair/service-repair-controller.ts'
export { serviceCidrController } from './service-cidr/service-cidr-controller.ts'
export { jobController } from './job/job-controller.ts'
export { jobOrphanPodController } from './job/job-orphan-pod-controller.ts'
export { cronJobController } from './cron-job/cron-job-controller.ts'
export { ttlAfterFinishedController } from './ttl-after-finished/ttl-after-finished-controller.ts'
export { namespaceController, type NamespaceControllerOptions } from './namespace/namespace-controller.ts'
export { garbageCollectorController, type GarbageCollectorOptions } from './garbage-collector/garbage-collector-controller.ts'
export { serviceAccountController, type ServiceAccountControllerOptions } from './service-account/service-account-controller.ts'
export { rootCaController, type RootCaControllerOptions } from './root-ca/root-ca-controller.ts'
export { podGarbageCollectorController, type PodGarbageCollectorOptions } from './pod-garbage-collector/pod-garbage-collector-controller.ts'
export { clusterRoleAggregationController } from './cluster-role-aggregation/cluster-role-aggregation-controller.ts'
export {
  serviceAccountTokenController,
  type ServiceAccountTokenControllerOptions,
} from './service-account-token/service-account-token-controller.ts'
export { resourceQuotaController, type ResourceQuotaControllerOptions } from './resource-quota/resource-quota-controller.ts'
export { claimProtectionController } from './claim-protection/claim-protection-controller.ts'
export { claimBinderController } from './persistent-volume/claim-binder-controller.ts'
export { volumeBinderController } from './persistent-volume/volume-binder-controller.ts'
export { volumeProtectionController } from './volume-protection/volume-protection-controller.ts'
export { ephemeralVolumeController } from './ephemeral-volume/ephemeral-volume-controller.ts'
export { HOST_PATH, type HostPathDirectories, type HostPathOptions } from './persistent-volume/host-path-plugin.ts'
export { storageCleanerController } from './persistent-volume/storage-cleaner-controller.ts'
export { type StorageIntent, UnfinishedStorage } from './persistent-volume/unfinished-storage.ts'
export { inTreePlugins, type InTreeOptions } from './persistent-volume/in-tree-plugins.ts'
export { volumeExpandController } from './volume-expand/volume-expand-controller.ts'
export { csiResizerController, type CsiResizerOptions } from './csi-resizer/csi-resizer-controller.ts'
export { csiModifierController } from './csi-resizer/csi-modifier-controller.ts'
export { attributesClassProtectionController } from './volume-attributes-class-protection/attributes-class-protection-controller.ts'
export { nodeTaintsController } from './node-taints/node-taints-controller.ts'
export { validatingAdmissionPolicyStatusController } from './validating-admission-policy-status/validating-admission-policy-status-controller.ts'
export {
  type CertificateOrder,
  certificateSigningController,
  type CertificateSigningControllerOptions,
} from './certificate-signing/certificate-signing-controller.ts'
export { CLUSTER_SIGNERS, type Issued } from './certificate-signing/plan.ts'
export { certificateCleanerController } from './certificate-cleaner/certificate-cleaner-controller.ts'
export {
  certificateApprovingController,
  type CertificateApprovingControllerOptions,
} from './certificate-approving/certificate-approving-controller.ts'
export { bootstrapSignerController, type BootstrapSignerControllerOptions } from './bootstrap-token/bootstrap-signer-controller.ts'
export { tokenCleanerController } from './bootstrap-token/token-cleaner-controller.ts'
export type { SignWithToken } from './bootstrap-token/plan.ts'
export { attachDetachController } from './attach-detach/attach-detach-controller.ts'
export { csiProvisionerController, type CsiProvisionerOptions } from './csi-provisioner/csi-provisioner-controller.ts'
export { csiReclaimController } from './csi-provisioner/csi-reclaim-controller.ts'
export { createOutcome, type CreateOutcome } from './csi-provisioner/call-outcome.ts'
export type { VolumeIntent } from './csi-provisioner/volume-intent.ts'
export { csiAttacherController } from './csi-attacher/csi-attacher-controller.ts'
export { csiAttachedVolumeController } from './csi-attacher/csi-attached-volume-controller.ts'
export { csiCapacityController } from './csi-capacity/csi-capacity-controller.ts'
export { csiDriverRegistrarController } from './csi-driver-registrar/csi-driver-registrar-controller.ts'
