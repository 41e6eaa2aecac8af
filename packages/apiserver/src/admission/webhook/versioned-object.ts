import { cloneJson, type KubeObject } from '@kubetape/apimachinery'
import { encodeObject, StoredObject } from '@kubetape/storage'
import type { ServedResource } from '../../registry/served-resource.ts'

/** An object of one version of a resource in another one; a promise only where a webhook converts them. */
export function inVersion(
  object: Readonly<KubeObject>,
  from: ServedResource,
  to: ServedResource,
): Readonly<KubeObject> | Promise<Readonly<KubeObject>> {
  if (from === to) return object
  const stored = from.conversion?.toStored(cloneJson(object)) ?? object
  return stored instanceof Promise ? stored.then((one) => served(one, to)) : served(stored, to)
}

function served(object: Readonly<KubeObject>, to: ServedResource): Readonly<KubeObject> | Promise<Readonly<KubeObject>> {
  if (to.conversion === undefined) return object
  const { namespace = '', name = '' } = object.metadata ?? {}
  const one = new StoredObject(namespace, name, 0, encodeObject(object))
  const converting = to.convert([one])
  return converting === undefined ? to.served(one).object : converting.then(() => to.served(one).object)
}

/** A draft in the form in which objects are on the wire; the draft stays as it is. */
export function onTheWire(draft: Readonly<KubeObject>, resource: ServedResource, isOwnKind: boolean): KubeObject {
  const whole = cloneJson(draft)
  if (!isOwnKind) resource.type.schema.complete(whole)
  return whole
}
