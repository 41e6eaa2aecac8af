import { type GroupVersionKind, type GroupVersionResource } from '@kubetape/apimachinery'
import { resourceData } from './generated/resource-data.ts'
import { discoveryData } from './generated/discovery-data.ts'

/** A subresource such as `status` or `eviction`; its kind may be of another group than its parent's. */
export interface SubresourceInfo {
  readonly name: string
  readonly kind: string
  readonly group?: string
  readonly version?: string
  readonly verbs: readonly string[]
}

/** One resource as one version of its group serves it (v1.31 discovery). */
export interface ResourceInfo extends GroupVersionResource, GroupVersionKind {
  readonly singular: string
  readonly namespaced: boolean
  readonly verbs: readonly string[]
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
  readonly storageVersionHash?: string
  /** The group and version of the kind, where they are not the resource's own (for example `subjectaccessreviews`). */
  readonly responseGroup?: string
  readonly responseVersion?: string
  /** Served under v1.31's defaults plus the two beta APIs of the conformance profile `default`. */
  readonly inDefaultProfile: boolean
  /** Made by a CustomResourceDefinition. Default false. */
  readonly custom?: boolean
  /** The kind of its lists. Default: the kind with `List` behind it. */
  readonly listKind?: string
  readonly subresources: readonly SubresourceInfo[]
}

let parsed: readonly ResourceInfo[] | undefined

/** Every built-in resource of v1.31, all versions, in discovery's order. */
export function allResources(): readonly ResourceInfo[] {
  parsed ??= JSON.parse(resourceData) as ResourceInfo[]
  return parsed
}

/** API groups with their versions, preferred one first, in discovery's order; the core group is not among them. */
export function allGroups(): readonly { group: string; versions: readonly { version: string; freshness: string }[] }[] {
  return JSON.parse(discoveryData) as { group: string; versions: { version: string; freshness: string }[] }[]
}

/** The resource of this name; undefined when v1.31 has none. */
export function findResource(target: GroupVersionResource): ResourceInfo | undefined {
  return allResources().find((one) => one.resource === target.resource && one.version === target.version && one.group === target.group)
}

/** The resource that serves a kind: `{ group: 'batch', version: 'v1', kind: 'Job' }` → jobs. */
export function resourceOfKind(kind: GroupVersionKind): ResourceInfo | undefined {
  return allResources().find(
    (one) => one.kind === kind.kind && one.version === kind.version && one.group === kind.group && one.verbs.includes('list'),
  )
}
