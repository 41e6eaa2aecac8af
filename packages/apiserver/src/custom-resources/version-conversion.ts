import { cloneJson, formatGroupVersion, type GroupResource, type GroupVersionKind, type KubeObject } from '@kubetape/apimachinery'
import { encodeObject, StoredObject, typeHead } from '@kubetape/storage'
import type { Conversion } from '../registry/conversion.ts'
import type { CustomType } from './schema/custom-type.ts'
import type { WebhookConverter } from './webhook-converter.ts'

/** Between the versions of a custom resource. */
export interface VersionConversion {
  readonly stored: GroupResource & GroupVersionKind
  readonly served: GroupVersionKind
  readonly type: () => CustomType
  /** Objects at later revisions were written under the schema that is served now. */
  readonly schemaSince: number
  /** Who converts; undefined for the strategy None, under which versions differ in their names only. */
  readonly webhook: WebhookConverter | undefined
}

/**
 * How custom resources go from the form that is stored to the one that is served. An object may be stored in any version that was the storage version
 * once, so what is stored tells by itself. What was written under another schema is brought into this one: pruned, and filled in with its defaults.
 */
export function versionConversion(parts: VersionConversion): Conversion {
  const { stored, served, webhook } = parts
  if (webhook !== undefined) return webhookConversion(parts, webhook)
  const head = Buffer.from(typeHead(served.kind, formatGroupVersion(served)))
  return {
    stored,
    toStored: (object) => ({ ...object, kind: stored.kind, apiVersion: formatGroupVersion(stored) }),
    toServed: (one) => refreshed(parts, renamed(one, head)),
  }
}

function webhookConversion(parts: VersionConversion, webhook: WebhookConverter): Conversion {
  const { stored, served } = parts
  return {
    stored,
    toStored: async (object) => (await webhook.convert([object], stored))[0]!,
    toServed: (one) => one,
    toServedAll: async (all) => {
      const objects = await webhook.convert(
        all.map(({ object }) => object),
        served,
      )
      return all.map((one, at) => {
        const object = objects[at]!
        return object === one.object ? refreshed(parts, one) : refreshed({ ...parts, schemaSince: one.revision }, withObject(one, object))
      })
    },
  }
}

const withObject = ({ namespace, name, revision }: StoredObject, object: Readonly<KubeObject>): StoredObject =>
  new StoredObject(namespace, name, revision, encodeObject(object))

/** Under another apiVersion: only the head of the bytes differs. */
function renamed(one: StoredObject, head: Buffer): StoredObject {
  const bytes = Buffer.from(one.bytes.buffer, one.bytes.byteOffset, one.bytes.byteLength)
  if (bytes.subarray(0, head.length).equals(head)) return one
  return new StoredObject(one.namespace, one.name, one.revision, Buffer.concat([head, bytes.subarray(headLength(bytes))]))
}

function refreshed({ type, schemaSince }: VersionConversion, one: StoredObject): StoredObject {
  if (one.revision > schemaSince) return one
  const object = cloneJson(one.object) as KubeObject
  return type().refresh(object) ? withObject(one, object) : one
}

const COMMA = 0x2c

/** How long kind and apiVersion are at the beginning of an object's bytes: up to the second comma, since neither has one. */
function headLength(bytes: Buffer): number {
  return bytes.indexOf(COMMA, bytes.indexOf(COMMA) + 1) + 1
}
