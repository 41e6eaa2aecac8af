import type { KubeObject, ObjectMeta } from '@kubetape/apimachinery'

/** The fields of metadata in the order of the wire (API reference, ObjectMeta; its protobuf numbers count the same way). */
const METADATA_FIELDS = [
  'name',
  'generateName',
  'namespace',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
] as const satisfies (keyof ObjectMeta)[]

/**
 * An object as clients that read raw answers know it: kind, apiVersion and metadata first, status last, the fields of metadata in their order.
 * The copy is shallow. It has a resourceVersion, if only as a place for the one that storage gives it.
 */
export function inWireOrder(object: Readonly<KubeObject>): KubeObject {
  const { kind, apiVersion, metadata, status, ...rest } = object
  const ordered: Record<string, unknown> = { kind, apiVersion, metadata: orderedMetadata(metadata ?? {}), ...rest }
  if (status !== undefined) ordered['status'] = status
  return ordered
}

function orderedMetadata(metadata: Readonly<ObjectMeta>): ObjectMeta {
  const ordered: Record<string, unknown> = {}
  for (const field of METADATA_FIELDS) {
    if (field === 'resourceVersion') ordered[field] = metadata[field] ?? ''
    else if (metadata[field] !== undefined) ordered[field] = metadata[field]
  }
  return ordered
}
