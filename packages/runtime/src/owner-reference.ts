import type { Kind, KubeObject, OwnerReference } from '@kubetape/apimachinery'

/**
 * The reference that makes `owner` the controller of what carries it: garbage collection deletes the dependent with it, and `owns()` leads its
 * changes back (API reference, OwnerReference). Throws for an owner that was not stored yet.
 */
export function controllerReference(kind: Kind, owner: KubeObject): OwnerReference {
  const { name, uid } = owner.metadata ?? {}
  if (!name || !uid) throw new Error(`Cannot refer to ${kind.kind} "${name ?? ''}" as an owner: it has no uid, so it was not stored yet`)
  return {
    apiVersion: kind.group ? `${kind.group}/${kind.version}` : kind.version,
    kind: kind.kind,
    name,
    uid,
    controller: true,
    blockOwnerDeletion: true,
  }
}
