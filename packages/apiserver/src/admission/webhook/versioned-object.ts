import { cloneJson, internalError, type KubeObject } from '@kubetape/apimachinery'
import { encodeObject, StoredObject } from '@kubetape/storage'
import type { ServedResource } from '../../registry/served-resource.ts'

/** An object of one version of a resource in another one. */
export async function inVersion(object: Readonly<KubeObject>, from: ServedResource, to: ServedResource): Promise<Readonly<KubeObject>> {
  if (from === to) return object
  const stored = (await from.conversion?.toStored(cloneJson(object))) ?? object
  if (to.conversion === undefined) return stored
  const { namespace = '', name = '' } = object.metadata ?? {}
  const one = new StoredObject(namespace, name, 0, encodeObject(stored))
  const converting = to.convert([one])
  if (converting !== undefined) await converting
  return to.served(one).object
}

/** The same, at once. Throws 500 where a webhook converts the objects: it cannot be asked here. */
export function inVersionAtOnce(object: Readonly<KubeObject>, from: ServedResource, to: ServedResource): Readonly<KubeObject> {
  if (from === to) return object
  const stored = from.convertsElsewhere || to.convertsElsewhere ? undefined : (from.conversion?.toStored(cloneJson(object)) ?? object)
  if (stored === undefined || stored instanceof Promise)
    throw internalError(`Cannot show ${from.info.resource} in ${to.apiVersion}: a webhook converts them`)
  if (to.conversion === undefined) return stored
  const { namespace = '', name = '' } = object.metadata ?? {}
  return to.served(new StoredObject(namespace, name, 0, encodeObject(stored))).object
}

/** A draft in the form in which objects are on the wire; the draft stays as it is. */
export function onTheWire(draft: Readonly<KubeObject>, resource: ServedResource, isOwnKind: boolean): KubeObject {
  const whole = cloneJson(draft)
  if (!isOwnKind) resource.type.schema.complete(whole)
  return whole
}
