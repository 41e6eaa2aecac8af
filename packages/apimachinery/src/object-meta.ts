/** A reference from an object to its owner (API reference, OwnerReference v1 meta). */
export interface OwnerReference {
  apiVersion: string
  kind: string
  name: string
  uid: string
  controller?: boolean
  blockOwnerDeletion?: boolean
}

/** Who set which fields of an object (API reference, ManagedFieldsEntry v1 meta). */
export interface ManagedFieldsEntry {
  manager?: string
  operation?: 'Apply' | 'Update'
  apiVersion?: string
  time?: string
  fieldsType?: 'FieldsV1'
  fieldsV1?: Record<string, unknown>
  subresource?: string
}

/** Metadata that every persisted object has (API reference, ObjectMeta v1 meta). Times are RFC 3339 with whole seconds. */
export interface ObjectMeta {
  name?: string
  generateName?: string
  namespace?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string | null
  deletionTimestamp?: string
  deletionGracePeriodSeconds?: number
  labels?: Record<string, string>
  annotations?: Record<string, string>
  ownerReferences?: OwnerReference[]
  finalizers?: string[]
  managedFields?: ManagedFieldsEntry[]
  selfLink?: string
}

/** Metadata of a list: `resourceVersion` is the snapshot's revision, `continue` the token of the next page. */
export interface ListMeta {
  resourceVersion?: string
  continue?: string
  remainingItemCount?: number
}

/** Any Kubernetes object as it is on the wire. Kinds with their own fields come from `@kubetape/api`. */
export interface KubeObject {
  apiVersion?: string
  kind?: string
  metadata?: ObjectMeta
  [field: string]: unknown
}

/** Any list of Kubernetes objects. */
export interface KubeList<T = KubeObject> {
  apiVersion?: string
  kind?: string
  metadata: ListMeta
  items: T[]
}

/** `namespace/name`, or `name` alone for cluster-scoped objects: the key that informers and work queues use (client-go's MetaNamespaceKeyFunc). */
export function objectKey(object: { metadata?: ObjectMeta }): string {
  const { namespace, name = '' } = object.metadata ?? {}
  return namespace ? `${namespace}/${name}` : name
}

/** The owner reference marked `controller: true`, if any. */
export function controllerOf(object: { metadata?: ObjectMeta }): OwnerReference | undefined {
  return object.metadata?.ownerReferences?.find((owner) => owner.controller === true)
}

/** `namespace/name` or `name` taken apart. */
export function splitObjectKey(key: string): { namespace: string; name: string } {
  const at = key.indexOf('/')
  return at < 0 ? { namespace: '', name: key } : { namespace: key.slice(0, at), name: key.slice(at + 1) }
}
