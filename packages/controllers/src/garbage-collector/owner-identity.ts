import { allResources } from '@kubetape/api'
import { type GroupVersionKind, type Kind, type KubeObject, type OwnerReference, parseGroupVersion } from '@kubetape/apimachinery'

/**
 * Who an owner is: the resource, where it is, its name and its uid. Two references to one uid under different names are two owners, and at
 * most one of them exists.
 */
export interface OwnerIdentity {
  readonly kind: Kind
  /** '' for cluster-scoped owners. */
  readonly namespace: string
  readonly name: string
  readonly uid: string
}

/** What a reference comes to. `unresolved`: its kind is not known, so the owner can neither be looked up nor ruled out. */
export type ResolvedOwner = OwnerIdentity | 'unresolved'

/** Whether a cluster-scoped object names a namespaced owner: in no namespace there is nobody to look for. Upstream keeps such an object. */
export const isNowhere = ({ kind, namespace }: OwnerIdentity): boolean => kind.namespaced && namespace === ''

/** Owners that are looked for because they have not been seen get another key than those seen going: the search is deeper. */
export type CollectorKey = { readonly owner: OwnerIdentity; readonly unseen: boolean }

const SEEN = 'owner'
const UNSEEN = 'unseen-owner'

/** The kinds that the collector knows, and the keys made of them. */
export class OwnerDirectory {
  /** One kind per resource, in the order given: what is watched. */
  readonly kinds: readonly Kind[]
  readonly #byResource = new Map<string, Kind>()
  readonly #byReference = new Map<string, Kind>()

  /** `resources` may hold several versions of one resource: the first one is watched, references to all of them are understood. Events own and are owned by nothing, as upstream. */
  constructor(resources: readonly Kind[]) {
    for (const kind of resources) {
      const id = resourceId(kind)
      if (kind.resource === 'events' && (kind.group === '' || kind.group === 'events.k8s.io')) continue
      if (!this.#byResource.has(id)) this.#byResource.set(id, kind)
      this.#byReference.set(referenceId(kind), this.#byResource.get(id)!)
    }
    for (const resource of allResources()) {
      const watched = this.#byResource.get(resourceId(resource))
      if (watched !== undefined && watched.kind === resource.kind) this.#byReference.set(referenceId(resource), watched)
    }
    this.kinds = [...this.#byResource.values()]
  }

  /** The owner that a reference of an object in `namespace` names: a namespaced owner is looked for in the object's own namespace. */
  resolve(reference: OwnerReference, namespace: string): ResolvedOwner {
    const { group, version } = groupVersionOf(reference.apiVersion)
    const kind = this.#byReference.get(referenceId({ group, version, kind: reference.kind }))
    if (kind === undefined) return 'unresolved'
    return { kind, namespace: kind.namespaced ? namespace : '', name: reference.name, uid: reference.uid }
  }

  /** Who an object is as an owner. */
  identityOf(kind: Kind, { metadata = {} }: KubeObject): OwnerIdentity {
    const known = this.#byResource.get(resourceId(kind)) ?? kind
    return { kind: known, namespace: metadata.namespace ?? '', name: metadata.name ?? '', uid: metadata.uid ?? '' }
  }

  /** The identities of an object's owners as the index files them. */
  ownersOf({ metadata }: KubeObject): string[] {
    const references = metadata?.ownerReferences
    if (references === undefined || references.length === 0) return []
    const owners = references.map((reference) => this.resolve(reference, metadata?.namespace ?? ''))
    return [...new Set(owners.flatMap((owner) => (owner === 'unresolved' ? [] : [identityText(owner)])))]
  }

  /** What a key stands for; undefined for one that this directory did not make. */
  parseKey(key: string): CollectorKey | undefined {
    const [form, group = '', resource = '', ...rest] = key.split('/')
    const [namespace = '', name = '', uid = ''] = rest.map(decodeURIComponent)
    const kind = this.#byResource.get(`${group}/${resource}`)
    return kind === undefined ? undefined : { owner: { kind, namespace, name, uid }, unseen: form === UNSEEN }
  }
}

/** The queue key under which an owner's dependents are looked after. */
export function keyOf(owner: OwnerIdentity, unseen = false): string {
  return `${unseen ? UNSEEN : SEEN}/${identityText(owner)}`
}

/** `group/resource/namespace/name/uid`, with what could hold a slash escaped. */
export function identityText({ kind, namespace, name, uid }: OwnerIdentity): string {
  return `${kind.group}/${kind.resource}/${namespace}/${encodeURIComponent(name)}/${encodeURIComponent(uid)}`
}

const resourceId = ({ group, resource }: { group: string; resource: string }): string => `${group}/${resource}`
const referenceId = ({ group, version, kind }: GroupVersionKind): string => `${group}/${version}/${kind}`

/** An apiVersion that cannot be read names a group that nothing has. */
function groupVersionOf(apiVersion: string): { group: string; version: string } {
  try {
    return parseGroupVersion(apiVersion)
  } catch {
    return { group: apiVersion, version: '' }
  }
}
