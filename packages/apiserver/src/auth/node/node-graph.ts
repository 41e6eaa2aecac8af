import type { PersistentVolume, Pod } from '@kubetape/api/types/core/v1'
import type { GroupResource, KubeObject } from '@kubetape/apimachinery'
import type { Storage, StoredObject } from '@kubetape/storage'
import { podReferences, volumeSecrets } from './object-references.ts'

/** Kinds of objects that belong to a node by its Pods, or by what they say themselves. */
export type NodeObject =
  | 'secrets'
  | 'configmaps'
  | 'persistentvolumeclaims'
  | 'persistentvolumes'
  | 'serviceaccounts'
  | 'resourceclaims'
  | 'pods'
  | 'volumeattachments'
  | 'resourceslices'

const MIRROR = 'kubernetes.io/config.mirror'

/** What is known of a Pod on a node. */
interface PlacedPod {
  readonly uid: string
  readonly node: string
  /** What its references were read from beyond its spec, which does not change. */
  readonly stamp: string
  /** Keys of what it needs. */
  readonly needs: readonly string[]
}

interface KnownVolume {
  readonly claim: string
  readonly secrets: readonly string[]
}

/**
 * Which nodes need which objects: those of their Pods, the volumes bound to their Pods' claims, and those volumes' Secrets. Folded from storage when
 * a node first asks, and kept from then on. A question costs the same however many Pods there are.
 */
export class NodeGraph {
  readonly #storage: Storage
  readonly #pods = new Map<string, PlacedPod>()
  /** How many Pods of each node need an object, by `resource/namespace/name`. */
  readonly #needs = new Map<string, Map<string, number>>()
  readonly #volumes = new Map<string, KnownVolume>()
  /** Volumes that need a Secret, by its `namespace/name`. */
  readonly #volumesOfSecret = new Map<string, Set<string>>()
  /** The node that an attachment or a slice names, by `resource/name`. */
  readonly #named = new Map<string, string>()
  #following = false

  constructor(storage: Storage) {
    this.#storage = storage
  }

  /** Whether this node needs that object. */
  reaches(node: string, kind: NodeObject, namespace: string, name: string): boolean {
    this.#follow()
    switch (kind) {
      case 'pods':
        return this.#pods.get(`${namespace}/${name}`)?.node === node
      case 'volumeattachments':
      case 'resourceslices':
        return this.#named.get(`${kind}/${name}`) === node
      case 'persistentvolumes':
        return this.#mounts(node, name)
      case 'secrets': {
        if (this.#isNeeded(node, `${kind}/${namespace}/${name}`)) return true
        for (const volume of this.#volumesOfSecret.get(`${namespace}/${name}`) ?? []) if (this.#mounts(node, volume)) return true
        return false
      }
      default:
        return this.#isNeeded(node, `${kind}/${namespace}/${name}`)
    }
  }

  #isNeeded(node: string, key: string): boolean {
    return this.#needs.get(key)?.has(node) ?? false
  }

  #mounts(node: string, volume: string): boolean {
    const known = this.#volumes.get(volume)
    return known !== undefined && this.#isNeeded(node, `persistentvolumeclaims/${known.claim}`)
  }

  #follow(): void {
    if (this.#following) return
    this.#following = true
    this.#watch({ group: '', resource: 'pods' }, ({ key }, pod) => this.#setPod(key, pod as Pod | undefined))
    this.#watch({ group: '', resource: 'persistentvolumes' }, ({ name }, volume) =>
      this.#setVolume(name, volume as PersistentVolume | undefined),
    )
    for (const [group, resource] of [
      ['storage.k8s.io', 'volumeattachments'],
      ['resource.k8s.io', 'resourceslices'],
    ] as const) {
      this.#watch({ group, resource }, ({ name }, object) => {
        const node = (object?.['spec'] as { nodeName?: string } | undefined)?.nodeName
        if (node) this.#named.set(`${resource}/${name}`, node)
        else this.#named.delete(`${resource}/${name}`)
      })
    }
  }

  #watch(what: GroupResource, set: (stored: StoredObject, object: KubeObject | undefined) => void): void {
    this.#storage.watch(what, { since: undefined }, ({ type, object }) => set(object, type === 'DELETED' ? undefined : object.object))
  }

  #setPod(key: string, pod: Pod | undefined): void {
    const old = this.#pods.get(key)
    const node = pod?.spec.nodeName ?? ''
    if (pod === undefined || node === '') {
      if (old !== undefined) this.#forget(key, old)
      return
    }
    const stamp = stampOf(pod)
    if (old?.uid === pod.metadata.uid && old?.node === node && old.stamp === stamp) return
    if (old !== undefined) this.#forget(key, old)
    // A node makes its mirror Pods itself: they must not open anything to it.
    const references = pod.metadata.annotations?.[MIRROR] === undefined ? podReferences(pod) : []
    const needs = [...references].map((one) => one.replace('/', `/${pod.metadata.namespace ?? ''}/`))
    for (const one of needs) this.#count(one, node, 1)
    this.#pods.set(key, { uid: pod.metadata.uid ?? '', node, stamp, needs })
  }

  #forget(key: string, { needs, node }: PlacedPod): void {
    for (const one of needs) this.#count(one, node, -1)
    this.#pods.delete(key)
  }

  #count(key: string, node: string, by: 1 | -1): void {
    let nodes = this.#needs.get(key)
    if (nodes === undefined) this.#needs.set(key, (nodes = new Map<string, number>()))
    const now = (nodes.get(node) ?? 0) + by
    if (now > 0) nodes.set(node, now)
    else nodes.delete(node)
    if (nodes.size === 0) this.#needs.delete(key)
  }

  #setVolume(name: string, volume: PersistentVolume | undefined): void {
    for (const secret of this.#volumes.get(name)?.secrets ?? []) {
      const volumes = this.#volumesOfSecret.get(secret)!
      volumes.delete(name)
      if (volumes.size === 0) this.#volumesOfSecret.delete(secret)
    }
    const claim = volume?.spec?.claimRef
    if (volume === undefined || !claim) {
      this.#volumes.delete(name)
      return
    }
    const secrets = [...volumeSecrets(volume)]
    this.#volumes.set(name, { claim: `${claim.namespace ?? ''}/${claim.name ?? ''}`, secrets })
    for (const secret of secrets) {
      const volumes = this.#volumesOfSecret.get(secret)
      if (volumes === undefined) this.#volumesOfSecret.set(secret, new Set([name]))
      else volumes.add(name)
    }
  }
}

/** What of a placed Pod may change and bring references: ephemeral containers, and claims made for it. */
function stampOf({ spec, status }: Pod): string {
  const claims = (status?.resourceClaimStatuses ?? []).map(({ name, resourceClaimName }) => `${name}=${resourceClaimName ?? ''}`)
  return `${spec.ephemeralContainers?.length ?? 0} ${claims.join(' ')}`
}
