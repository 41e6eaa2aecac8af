import { cloneJson, formatGroupVersion, type GroupResource, type GroupVersionKind, type KubeObject } from '@kubetape/apimachinery'
import { encodeObject, StoredObject, typeHead } from '@kubetape/storage'
import type { Conversion } from '../registry/conversion.ts'
import type { CustomType } from './schema/custom-type.ts'
import type { WebhookConverter } from './webhook-converter.ts'

/** Between the versions of a custom resource. */
export interface VersionConversion {
  readonly stored: GroupResource & GroupVersionKind
  readonly served: GroupVersionKind
  /** The types of all versions, by apiVersion. */
  readonly types: ReadonlyMap<string, () => CustomType>
  /** Objects at later revisions were written under the schema that is served now. */
  readonly schemaSince: number
  /** Who converts; undefined for the strategy None, under which versions differ in their names only. */
  readonly webhook: WebhookConverter | undefined
}

/**
 * How custom resources go from the form that is stored to the one that is served, and back. An object may be stored in any version that was the
 * storage version once, so what is stored tells by itself.
 *
 * - What is stored is pruned, and filled in, by the schema of the version that it is stored in, also where it was written through another.
 * - What was written under an older schema is brought into today's when it is read.
 * - What is served in another version is pruned by that version's schema; its defaults are for writes only (API reference, "Defaulting").
 */
export function versionConversion(parts: VersionConversion): Conversion {
  const { stored, served, webhook } = parts
  if (webhook !== undefined) return webhookConversion(parts, webhook)
  const head = Buffer.from(typeHead(served.kind, formatGroupVersion(served)))
  return {
    stored,
    toStored: (object) => inStorageForm(parts, { ...object, kind: stored.kind, apiVersion: formatGroupVersion(stored) }),
    toServed: (one) => {
      const current = refreshed(parts, one)
      const view = renamed(current, head)
      return view === current ? view : pruned(parts, view)
    },
  }
}

function webhookConversion(parts: VersionConversion, webhook: WebhookConverter): Conversion {
  const { stored, served } = parts
  return {
    stored,
    toStored: async (object) => inStorageForm(parts, (await webhook.convert([object], stored))[0]!),
    toServed: (one) => one,
    toServedAll: async (all) => {
      const current = all.map((one) => refreshed(parts, one))
      const objects = await webhook.convert(
        current.map(({ object }) => object),
        served,
      )
      return current.map((one, at) => (objects[at] === one.object ? one : pruned(parts, withObject(one, objects[at]!))))
    },
  }
}

/** What came out of another version, as the storage version's schema has it. */
function inStorageForm({ types, stored, served }: VersionConversion, object: KubeObject): KubeObject {
  if (stored.version === served.version) return object
  const copy = cloneJson(object)
  types.get(formatGroupVersion(stored))!().refresh(copy)
  return copy
}

const withObject = ({ namespace, name, revision }: StoredObject, object: Readonly<KubeObject>): StoredObject =>
  new StoredObject(namespace, name, revision, encodeObject(object))

/** Under another apiVersion: only the head of the bytes differs. */
function renamed(one: StoredObject, head: Buffer): StoredObject {
  const bytes = Buffer.from(one.bytes.buffer, one.bytes.byteOffset, one.bytes.byteLength)
  if (bytes.subarray(0, head.length).equals(head)) return one
  return new StoredObject(one.namespace, one.name, one.revision, Buffer.concat([head, bytes.subarray(headLength(bytes))]))
}

/** In today's form of the version that it is stored in; of a version that is gone nothing is known any more. */
function refreshed({ types, schemaSince }: VersionConversion, one: StoredObject): StoredObject {
  if (one.revision > schemaSince) return one
  const object = cloneJson(one.object) as KubeObject
  return types.get(object.apiVersion!)?.().refresh(object) === true ? withObject(one, object) : one
}

function pruned({ types, served }: VersionConversion, one: StoredObject): StoredObject {
  const object = cloneJson(one.object) as KubeObject
  return types.get(formatGroupVersion(served))!().prune(object) ? withObject(one, object) : one
}

const COMMA = 0x2c

/** How long kind and apiVersion are at the beginning of an object's bytes: up to the second comma, since neither has one. */
function headLength(bytes: Buffer): number {
  return bytes.indexOf(COMMA, bytes.indexOf(COMMA) + 1) + 1
}
