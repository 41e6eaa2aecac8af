import { formatGroupVersion, type GroupResource, type GroupVersionKind } from '@kubetape/apimachinery'
import { StoredObject, typeHead } from '@kubetape/storage'
import type { Conversion } from '../registry/conversion.ts'

/**
 * Conversion strategy None: versions differ in their names only. An object may be stored in any version that was the storage version once, so what is
 * stored tells by its head.
 */
export function renameVersion(stored: GroupResource & GroupVersionKind, served: GroupVersionKind): Conversion {
  const head = Buffer.from(typeHead(served.kind, formatGroupVersion(served)))
  return {
    stored,
    toStored: (object) => ({ ...object, kind: stored.kind, apiVersion: formatGroupVersion(stored) }),
    toServed: (one) => {
      const bytes = Buffer.from(one.bytes.buffer, one.bytes.byteOffset, one.bytes.byteLength)
      if (bytes.subarray(0, head.length).equals(head)) return one
      return new StoredObject(one.namespace, one.name, one.revision, Buffer.concat([head, bytes.subarray(headLength(bytes))]))
    },
  }
}

const COMMA = 0x2c

/** How long kind and apiVersion are at the beginning of an object's bytes: up to the second comma, since neither has one. */
export function headLength(bytes: Buffer): number {
  return bytes.indexOf(COMMA, bytes.indexOf(COMMA) + 1) + 1
}
