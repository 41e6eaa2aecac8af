import { type Observable, Subject } from 'rxjs'

/** A volume on one node, as its kubelet knows it; JSON. What may be there is recorded before it is asked for, so that a crash leaves nothing unknown. */
export interface MountedVolume {
  readonly node: string
  /** The PersistentVolume. */
  readonly volume: string
  readonly driver: string
  readonly volumeHandle: string
  /** Counts among the node's volumesInUse. */
  readonly attachable: boolean
  readonly stagingPath: string
  /** `begun`: the driver may have staged it. */
  readonly staged: 'no' | 'begun' | 'done'
  /** By the uid of the Pod. */
  readonly pods: Readonly<Record<string, MountedPod>>
}

export interface MountedPod {
  /** `namespace/name` */
  readonly key: string
  readonly targetPath: string
  /** False: the driver may have published it. */
  readonly published: boolean
}

/** Where mounts outlive the process. */
export interface MountStore {
  load(): readonly MountedVolume[]
  save(mounted: MountedVolume): void
  remove(mounted: MountedVolume): void
  /** Makes the folders that a driver expects: the paths, or those that they will be in. */
  prepare(path: string, what: 'folder' | 'parent'): void
  /** Takes a folder away again if nothing is left in it; never what is. */
  tidy(path: string): void
}

/** What all simulated nodes have mounted. Runs read it through `context.outside`, and change it only within calls of drivers. */
export class Mounts {
  readonly #byKey = new Map<string, MountedVolume>()
  /** Keys of mounts by the uid of their Pods. */
  readonly #byPod = new Map<string, Set<string>>()
  readonly #byNode = new Map<string, Set<string>>()
  readonly #changes = new Subject<MountedVolume>()
  readonly #store: MountStore | undefined

  /** Without a store everything is forgotten with the process, and no folder is made. */
  constructor(store?: MountStore) {
    this.#store = store
    for (const mounted of store?.load() ?? []) this.#index(mounted)
  }

  /** What has changed, as it is now or, for what is gone, as it was last. */
  get changes(): Observable<MountedVolume> {
    return this.#changes
  }

  at(node: string, volume: string): MountedVolume | undefined {
    return this.#byKey.get(`${node}/${volume}`)
  }

  all(): readonly MountedVolume[] {
    return [...this.#byKey.values()]
  }

  onNode(node: string): readonly MountedVolume[] {
    return this.#find(this.#byNode.get(node))
  }

  ofPod(uid: string): readonly MountedVolume[] {
    return this.#find(this.#byPod.get(uid))
  }

  put(mounted: MountedVolume): void {
    const before = this.at(mounted.node, mounted.volume)
    if (before !== undefined) this.#forget(before)
    this.#index(mounted)
    this.#store?.save(mounted)
    this.#changes.next({ ...mounted, pods: { ...before?.pods, ...mounted.pods } })
  }

  remove(node: string, volume: string): void {
    const mounted = this.at(node, volume)
    if (mounted === undefined) return
    this.#forget(mounted)
    this.#store?.remove(mounted)
    this.#changes.next(mounted)
  }

  prepare(path: string, what: 'folder' | 'parent'): void {
    this.#store?.prepare(path, what)
  }

  tidy(path: string): void {
    this.#store?.tidy(path)
  }

  #find(keys: ReadonlySet<string> | undefined): MountedVolume[] {
    return [...(keys ?? [])].map((key) => this.#byKey.get(key)!)
  }

  #index(mounted: MountedVolume): void {
    const key = `${mounted.node}/${mounted.volume}`
    this.#byKey.set(key, mounted)
    for (const [index, value] of this.#places(mounted)) index.set(value, (index.get(value) ?? new Set()).add(key))
  }

  #forget(mounted: MountedVolume): void {
    const key = `${mounted.node}/${mounted.volume}`
    this.#byKey.delete(key)
    for (const [index, value] of this.#places(mounted)) {
      const keys = index.get(value)
      keys?.delete(key)
      if (keys?.size === 0) index.delete(value)
    }
  }

  #places({ node, pods }: MountedVolume): [Map<string, Set<string>>, string][] {
    return [[this.#byNode, node], ...Object.keys(pods).map((uid): [Map<string, Set<string>>, string] => [this.#byPod, uid])]
  }
}
