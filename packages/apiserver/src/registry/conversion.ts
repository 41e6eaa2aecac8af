import { builtinSchemas, typeNameOfKind } from '@kubetape/api'
import { cloneJson, formatGroupVersion, type GroupResource, type GroupVersionKind, type KubeObject } from '@kubetape/apimachinery'
import { encodeObject, StoredObject, typeHead } from '@kubetape/storage'
import { KindCompiler } from '../schema/compile-kind.ts'

/**
 * How a resource that is stored in another form than it is served in goes from one to the other (architecture decision 11). Both answer new values or
 * share what they were given; neither changes it.
 */
export interface Conversion {
  /** Where the objects are, and under what names messages about them speak. */
  readonly stored: GroupResource & GroupVersionKind
  /** A promise only where somebody else converts. */
  toStored(object: KubeObject): KubeObject | Promise<KubeObject>
  /** Of one stored object, without parsing it where that can be avoided. Not asked where `toServedAll` is there. */
  toServed(stored: StoredObject): StoredObject
  /** Where somebody else converts (a webhook): all of these at once, in their order. */
  toServedAll?(stored: readonly StoredObject[]): Promise<readonly StoredObject[]>
}

/** A conversion that is made here and now. */
export interface OwnConversion extends Conversion {
  toStored(object: KubeObject): KubeObject
}

/** Of versions with one schema: only the head of the bytes differs. */
export function rewriteHead(stored: GroupResource & GroupVersionKind, served: GroupVersionKind): OwnConversion {
  const from = typeHead(stored.kind, formatGroupVersion(stored))
  const to = typeHead(served.kind, formatGroupVersion(served))
  return {
    stored,
    toStored: (object) => ({ ...object, kind: stored.kind, apiVersion: formatGroupVersion(stored) }),
    toServed: (one) => new StoredObject(one.namespace, one.name, one.revision, Buffer.concat([to, one.bytes.subarray(from.length)])),
  }
}

/** Of forms that name their fields differently. What is stored is completed as its own schema demands. */
export function convertFields(
  stored: GroupResource & GroupVersionKind,
  toStored: (object: Readonly<KubeObject>) => KubeObject,
  toServed: (object: Readonly<KubeObject>) => KubeObject,
): OwnConversion {
  const schema = new KindCompiler(builtinSchemas).kind(typeNameOfKind(stored)!)
  return {
    stored,
    toStored: (object) => {
      const converted = cloneJson(toStored(object))
      schema.complete(converted)
      return converted
    },
    toServed: (one) => new StoredObject(one.namespace, one.name, one.revision, encodeObject(toServed(one.object))),
  }
}
