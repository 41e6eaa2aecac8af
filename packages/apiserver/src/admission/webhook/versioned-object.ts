import { cloneJson, type KubeObject } from '@kubetape/apimachinery'
import { encodeObject, StoredObject } from '@kubetape/storage'
import type { ServedResource } from '../../registry/served-resource.ts'

/** An object of one version of a resource in another one. */
export function inVersion(object: Readonly<KubeObject>, from: ServedResource, to: ServedResource): Readonly<KubeObject> {
  if (from === to) return object
  const stored = from.conversion?.toStored(cloneJson(object)) ?? object
  if (to.conversion === undefined) return stored
  const { namespace = '', name = '' } = object.metadata ?? {}
  return to.conversion.toServed(new StoredObject(namespace, name, 0, encodeObject(stored))).object
}

/** A draft in the form in which objects are on the wire; the draft stays as it is. */
export function onTheWire(draft: Readonly<KubeObject>, resource: ServedResource, isOwnKind: boolean): KubeObject {
  const whole = cloneJson(draft)
  if (!isOwnKind) resource.type.schema.complete(whole)
  return whole
}
