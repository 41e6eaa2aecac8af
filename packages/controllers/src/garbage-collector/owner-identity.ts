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

/** A kind that a CustomResourceDefinition serves, and the versions in which references may name it. */
export interface CustomOwnerKind {
  /** In the version that is watched. */
  readonly kind: Kind
  readonly versions: readonly string[]
}

/** The kinds that the collector knows, and the keys made of them. */
export class OwnerDirectory {
  /** One kind per resource, in the order given: what is watched. */
  readonly kinds: readonly Kind[]
  readonly #resources: readonly Kind[]
  readonly #custom: readonly CustomOwnerKind[]
  readonly #byResource = new Map<string, Kind>()
  readonly #byReference = new Map<string, Kind>()

  /** `resources` may hold several versions of one resource: the first one is watched, references to all of them are understood. Events own and are owned by nothing, as upstream. */
  constructor(resources: readonly Kind[], custom: readonly CustomOwnerKind[] = []) {
    this.#resources = resources
    this.#custom = custom
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
    for (const { kind, versions } of custom) {
      const id = resourceId(kind)
      if (this.#byResource.has(id)) continue
      this.#byResource.set(id, kind)
      for (const version of versions) this.#byReference.set(referenceId({ ...kind, version }), kind)
    }
    this.kinds = [...this.#byResource.values()]
  }

  /** The same built-in kinds with these custom ones. */
  withCustom(custom: readonly CustomOwnerKind[]): OwnerDirectory {
    return new OwnerDirectory(this.#resources, custom)
  }

  /** This directory, and in it a custom kind that is no longer served. */
  withGone(kind: Kind): OwnerDirectory {
    return this.withCustom([...this.#custom, { kind, versions: [kind.version] }])
  }

  /** Whether objects of this kind can be asked for. */
  serves(kind: Kind): boolean {
    return this.#byResource.has(resourceId(kind))
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

  /**
   * What the index files an object under: the identities of its owners. Kinds of definitions come and go, so their objects are told by what references
   * say, whichever version that is.
   */
  ownersOf({ metadata }: KubeObject): string[] {
    const references = metadata?.ownerReferences
    if (references === undefined || references.length === 0) return []
    return [...new Set(references.map((reference) => this.#filedUnder(reference, metadata?.namespace ?? '')))]
  }

  #filedUnder(reference: OwnerReference, namespace: string): string {
    const owner = this.resolve(reference, namespace)
    if (owner !== 'unresolved') return identityText(owner)
    return referenceText({ ...reference, group: groupVersionOf(reference.apiVersion).group })
  }

  /** What the index has an owner's dependents under. */
  indexValueOf(owner: OwnerIdentity): string {
    return isCustom(owner.kind) ? referenceText({ ...owner, group: owner.kind.group, kind: owner.kind.kind }) : identityText(owner)
  }

  /** Whether this object names this owner. */
  isOwnedBy({ metadata }: KubeObject, owner: OwnerIdentity): boolean {
    const text = identityText(owner)
    return (metadata?.ownerReferences ?? []).some((reference) => {
      const named = this.resolve(reference, metadata?.namespace ?? '')
      return named !== 'unresolved' && identityText(named) === text
    })
  }

  /** What a key stands for; undefined for one that this directory did not make. */
  parseKey(key: string): CollectorKey | undefined {
    const [form, group = '', resource = '', ...rest] = key.split('/')
    const [namespace = '', name = '', uid = ''] = rest.map(decodeURIComponent)
    const kind = resource.includes(MARK) ? customKindOf(group, resource) : this.#byResource.get(`${group}/${resource}`)
    return kind === undefined ? undefined : { owner: { kind, namespace, name, uid }, unseen: form === UNSEEN }
  }
}

/** The queue key under which an owner's dependents are looked after. */
export function keyOf(owner: OwnerIdentity, unseen = false): string {
  return `${unseen ? UNSEEN : SEEN}/${identityText(owner)}`
}

/** `group/resource/namespace/name/uid`, with what could hold a slash escaped. Of a custom kind the resource says all that there is to know of the kind. */
export function identityText({ kind, namespace, name, uid }: OwnerIdentity): string {
  return `${kind.group}/${resourceText(kind)}/${namespace}/${encodeURIComponent(name)}/${encodeURIComponent(uid)}`
}

/** Between the parts of a custom kind in a key: no name of the API has it. */
const MARK = '~'

/** Built-in kinds are known wherever their keys are read; custom ones may be gone by then. */
function resourceText(kind: Kind): string {
  return isCustom(kind) ? [kind.resource, kind.version, kind.kind, kind.namespaced ? 'namespaced' : 'cluster'].join(MARK) : kind.resource
}

function customKindOf(group: string, text: string): Kind {
  const [resource = '', version = '', kind = '', scope] = text.split(MARK)
  return { group, version, kind, resource, namespaced: scope === 'namespaced' }
}

/** Whether v1.31 has no such kind of its own. */
const isCustom = ({ group, resource }: Kind): boolean => !BUILTIN.has(`${group}/${resource}`)

const BUILTIN: ReadonlySet<string> = new Set(allResources().map(resourceId))

function referenceText({ group, kind, name, uid }: { group: string; kind: string; name: string; uid: string }): string {
  return [group, `${MARK}${kind}`, encodeURIComponent(name), encodeURIComponent(uid)].join('/')
}

/** What the index by owners' kinds files an object under. */
export function ownerKindsOf({ metadata }: KubeObject): string[] {
  const references = metadata?.ownerReferences
  if (references === undefined || references.length === 0) return []
  return [...new Set(references.map(({ apiVersion, kind }) => `${groupVersionOf(apiVersion).group}/${kind}`))]
}

function resourceId({ group, resource }: { group: string; resource: string }): string {
  return `${group}/${resource}`
}
const referenceId = ({ group, version, kind }: GroupVersionKind): string => `${group}/${version}/${kind}`

/** An apiVersion that cannot be read names a group that nothing has. */
function groupVersionOf(apiVersion: string): { group: string; version: string } {
  try {
    return parseGroupVersion(apiVersion)
  } catch {
    return { group: apiVersion, version: '' }
  }
}
