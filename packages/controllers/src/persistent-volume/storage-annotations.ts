/** Annotations through which binder, provisioners, scheduler and users talk about claims and volumes (Kubernetes reference, "Well-Known Labels, Annotations and Taints"). */

/** On a claim: it has been bound once; the value does not matter. */
export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed'
/** On a volume or a claim: the reference in its spec is the binder's (or the scheduler's) work, not its maker's. */
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller'
/** On a volume: the provisioner that made it. */
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by'
/** On a volume or a claim: the CSI driver that stands in for its in-tree plugin. */
export const MIGRATED_TO = 'pv.kubernetes.io/migrated-to'
/** On a volume: the size that its file system still has while it is being expanded. */
export const CAPACITY_BEFORE_EXPANSION = 'volume.alpha.kubernetes.io/pre-resize-capacity'
/** On a claim: who is to provision it, under the name of today and that of old. */
export const STORAGE_PROVISIONERS = ['volume.beta.kubernetes.io/storage-provisioner', 'volume.kubernetes.io/storage-provisioner'] as const
/** On a claim: the node that the scheduler has chosen for the Pod that needs it. */
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node'
/** On a volume or a claim: its class, ahead of the field. */
export const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class'
/** On a StorageClass: claims without a class get this one. */
export const DEFAULT_CLASS_ANNOTATIONS = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
] as const
