import type { GroupVersionKind, GroupVersionResource } from './group-version.ts'
import type { KubeObject } from './object-meta.ts'

/**
 * A kind together with the resource that serves it: what clients, informers and controllers are told to work on.
 * `T` is the wire type; descriptors of the built-in kinds come from `@kubetape/api/kinds`.
 */
export interface Kind<T extends KubeObject = KubeObject> extends GroupVersionKind, GroupVersionResource {
  readonly namespaced: boolean
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

/** Which object of a kind: `namespace` is left out for cluster-scoped kinds. */
export interface ObjectName {
  readonly namespace?: string
  readonly name: string
}
