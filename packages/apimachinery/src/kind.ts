import type { GroupVersionKind, GroupVersionResource } from './group-version.ts'
import type { KubeObject } from './object-meta.ts'

/**
 * A kind together with the resource that serves it: what clients, informers and controllers are told to work on.
 * `T` is the wire type; descriptors of the built-in kinds come from `@kubetape/api/kinds`.
 */
export interface Kind<T extends KubeObject = KubeObject> extends GroupVersionKind, GroupVersionResource {
  readonly namespaced: boolean
  /** In which of several clusters, by the name that a Manager has for it (`inCluster`). Absent: in the one that the controllers are of. */
  readonly cluster?: string
  /** Never set: carries `T` for type inference. */
  readonly wireType?: T
}

/** The descriptor of a kind whose type is not known, or not needed, when the program is written. `plural` is the resource's name in URLs. */
export function kindOf<T extends KubeObject = KubeObject>({
  group,
  version,
  kind,
  plural,
  namespaced = true,
}: GroupVersionKind & { readonly plural: string; readonly namespaced?: boolean }): Kind<T> {
  return { group, version, kind, resource: plural, namespaced }
}

/** What the resource is called where there are several clusters, in triggers and on tapes: `configmaps`, `configmaps@east`. */
export function resourceWithCluster({ resource, cluster }: { readonly resource: string; readonly cluster?: string | undefined }): string {
  return cluster === undefined ? resource : `${resource}@${cluster}`
}

/** Which object of a kind: `namespace` is left out for cluster-scoped kinds. */
export interface ObjectName {
  readonly namespace?: string
  readonly name: string
}
