import { formatGroupVersion, type KubeObject } from '@kubetape/apimachinery'
import { encodeObject, StoredObject } from '@kubetape/storage'
import type { Registry } from '../../registry/registry.ts'
import type { ServedResource } from '../../registry/served-resource.ts'
import type { AdmissionAttributes } from '../admission.ts'
import type { MatchedForm } from '../cel/admission-variables.ts'

/** Other versions of a resource, and other groups in which the same objects are served. */
export function equivalentResources(registry: Registry, resource: ServedResource): ServedResource[] {
  const { group, resource: name } = resource.stored
  return [...registry.resources()].filter((one) => one !== resource && one.stored.group === group && one.stored.resource === name)
}

/** The request's objects as another version of the resource has them. Kinds of subresources stay what they are. */
export function inFormOf(resource: ServedResource, { resource: asked, kind, draft, old }: AdmissionAttributes): MatchedForm {
  const own = kind.kind === asked.gvk.kind
  const converted = (object: Readonly<KubeObject> | undefined): Readonly<KubeObject> | undefined =>
    object === undefined || !own ? object : convert(object, asked, resource)
  return { resource, kind: own ? resource.gvk : kind, object: converted(draft), old: converted(old) }
}

function convert(object: Readonly<KubeObject>, from: ServedResource, to: ServedResource): Readonly<KubeObject> {
  const stored = from.conversion === undefined ? object : from.conversion.toStored(object)
  const apiVersion = formatGroupVersion(to.info)
  if (to.conversion === undefined) return { ...stored, kind: to.gvk.kind, apiVersion }
  const { namespace = '', name = '' } = stored.metadata ?? {}
  return to.conversion.toServed(new StoredObject(namespace, name, 0, encodeObject(stored))).object
}
