/** Annotations and finalizers that claims, volumes and provisioners agree on (Kubernetes documentation, "Well-Known Labels, Annotations and Taints"). */

/** On a claim: who is to provision it; the older name counts where the newer one is not there. */
export const STORAGE_PROVISIONER = 'volume.kubernetes.io/storage-provisioner'
export const BETA_STORAGE_PROVISIONER = 'volume.beta.kubernetes.io/storage-provisioner'
/** On a claim: the node that the first Pod that uses it is to run on. */
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node'
/** On a volume: who has provisioned it. */
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by'
/** On claims and volumes of an in-tree plugin: the CSI driver that does its work. */
export const MIGRATED_TO = 'pv.kubernetes.io/migrated-to'
/** On a volume: the Secret that its driver needs to delete it. */
export const DELETION_SECRET_NAME = 'volume.kubernetes.io/provisioner-deletion-secret-name'
export const DELETION_SECRET_NAMESPACE = 'volume.kubernetes.io/provisioner-deletion-secret-namespace'

/** Keeps a volume of policy Delete until its driver has deleted what stands behind it (KEP-2644). */
export const VOLUME_FINALIZER = 'external-provisioner.volume.kubernetes.io/finalizer'
/** Keeps a claim while others are made from it. */
export const CLONE_FINALIZER = 'provisioner.storage.kubernetes.io/cloning-protection'

/** Among a volume's attributes: who provisioned it, and when. */
export const IDENTITY_ATTRIBUTE = 'storage.kubernetes.io/csiProvisionerIdentity'
