import type { ServedResource } from '../registry/served-resource.ts'
import { type KubeObject, type ListMeta, notAcceptable } from '@kubetape/apimachinery'
import type { Transformation } from './negotiation.ts'

type MetaVersion = Transformation['version']

/** An object that has only its metadata (API concepts, "Resources as metadata only"). Shares the metadata with `object`. */
export function partialObjectMetadata(object: Readonly<KubeObject>, version: MetaVersion): KubeObject {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: object.metadata ?? {} }
}

/** A list of objects that have only their metadata. */
export function partialObjectMetadataList(objects: readonly Readonly<KubeObject>[], metadata: ListMeta, version: MetaVersion): object {
  return {
    kind: 'PartialObjectMetadataList',
    apiVersion: `meta.k8s.io/${version}`,
    metadata,
    items: objects.map((object) => partialObjectMetadata(object, version)),
  }
}

/** Checks that one object is not asked for as a list, nor a list as one object. Throws 406 with upstream's words; `goType` is what those call the answer's type. */
export function checkTransformation({ kind }: Transformation, isList: boolean, goType: string): void {
  if (kind === 'PartialObjectMetadata' && isList)
    throw notAcceptable(`you requested PartialObjectMetadata, but the requested object is a list (${goType})`)
  if (kind === 'PartialObjectMetadataList' && !isList)
    throw notAcceptable(`you requested PartialObjectMetadataList, but the requested object is not a list (${goType})`)
}

/** What upstream's words call the type of an answer: `*core.PodList`. */
export function goTypeOf({ info }: ServedResource, isList: boolean): string {
  return `*${info.group.split('.')[0] || 'core'}.${info.kind}${isList ? 'List' : ''}`
}
