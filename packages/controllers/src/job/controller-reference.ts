import type { ObjectMeta, OwnerReference } from '@kubetape/apimachinery'

/** The owner reference that makes `owner` the managing controller of an object (API reference, OwnerReference v1 meta). */
export function controllerReference(type: { apiVersion: string; kind: string }, owner: { metadata: ObjectMeta }): OwnerReference {
  const { name = '', uid = '' } = owner.metadata
  return { apiVersion: type.apiVersion, kind: type.kind, name, uid, controller: true, blockOwnerDeletion: true }
}
