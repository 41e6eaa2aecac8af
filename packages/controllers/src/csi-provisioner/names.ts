/** What claims and volumes have from their CSI provisioner, beside what everybody knows of them (Kubernetes CSI documentation, "Volume Provisioning"). */

/** On a volume: the Secret that its driver needs to delete it. */
export const DELETION_SECRET_NAME = 'volume.kubernetes.io/provisioner-deletion-secret-name'
export const DELETION_SECRET_NAMESPACE = 'volume.kubernetes.io/provisioner-deletion-secret-namespace'

/** Keeps a claim while others are made from it. */
export const CLONE_FINALIZER = 'provisioner.storage.kubernetes.io/cloning-protection'

/** Among a volume's attributes: who provisioned it, and when. */
export const IDENTITY_ATTRIBUTE = 'storage.kubernetes.io/csiProvisionerIdentity'
