import { compareResourceVersions, isResourceVersion, type KubeObject, objectKey } from '@kubetape/apimachinery'

/** Index functions by name: each answers the values under which an object is found. */
export type IndexFunctions<T extends KubeObject> = Readonly<Record<string, (object: T) => readonly string[]>>

/** The reading end: the newest known state of one resource type. Objects are shared: copy before changing. */
export interface Store<T extends KubeObject> {
  get(key: string): T | undefined
  /** All objects, or those of one namespace. */
  list(namespace?: string): T[]
  /** Objects that the named index files under `value`. Throws for an index that does not exist. */
  byIndex(index: string, value: string): T[]
  readonly size: number
  /** Everything up to here has been delivered by the watch; '' before the first listing. */
  readonly resourceVersion: string
  /** Own writes that the watch has not delivered yet. */
  pendingWrites(): readonly { readonly key: string; readonly resourceVersion: string }[]
}

/** A change of the store, in order. `initial` marks what the first listing brought. */
export interface StoreChange<T extends KubeObject> {
  readonly type: 'added' | 'updated' | 'deleted'
  readonly object: T
  readonly previous: T | undefined
  readonly initial: boolean
}

/** The writing end; only the reflector holds it. */
export interface StoreWriter<T extends KubeObject> {
  apply(object: T): StoreChange<T> | undefined
  remove(object: T): StoreChange<T> | undefined
  /** Replaces everything at once and answers the differences, deletions included. */
  replace(objects: readonly T[], resourceVersion: string): StoreChange<T>[]
  bookmark(resourceVersion: string): void
  /** Shows the answer to an own write before the watch delivers it (read your own writes). `deleted`: the object is gone. */
  wrote(object: T, deleted: boolean): void
}

const BY_NAMESPACE = 'namespace'

/** A store with its writer: readers cannot write. `indexes` are kept up to date with every change. */
export function createStore<T extends KubeObject>(indexes: IndexFunctions<T> = {}): { store: Store<T>; writer: StoreWriter<T> } {
  const memory = new IndexedMemory<T>({ ...indexes, [BY_NAMESPACE]: (object) => [object.metadata?.namespace ?? ''] })
  return { store: memory, writer: memory }
}

class IndexedMemory<T extends KubeObject> implements Store<T>, StoreWriter<T> {
  readonly #functions: IndexFunctions<T>
  readonly #indexes = new Map<string, Map<string, Map<string, T>>>()
  #objects = new Map<string, T>()
  #pending = new Map<string, { resourceVersion: string; deleted: boolean }>()
  #resourceVersion = ''
  #listed = false

  constructor(functions: IndexFunctions<T>) {
    this.#functions = functions
    for (const name of Object.keys(functions)) this.#indexes.set(name, new Map())
  }

  get size(): number {
    return this.#objects.size
  }

  get resourceVersion(): string {
    return this.#resourceVersion
  }

  get(key: string): T | undefined {
    return this.#objects.get(key)
  }

  list(namespace?: string): T[] {
    return namespace === undefined || namespace === '' ? [...this.#objects.values()] : this.byIndex(BY_NAMESPACE, namespace)
  }

  byIndex(index: string, value: string): T[] {
    const values = this.#indexes.get(index)
    if (values === undefined) throw new Error(`Cannot look up index "${index}": the store has ${[...this.#indexes.keys()].join(', ')}`)
    const found = values.get(value)
    return found === undefined ? [] : [...found.values()]
  }

  pendingWrites(): { key: string; resourceVersion: string }[] {
    return [...this.#pending].map(([key, { resourceVersion }]) => ({ key, resourceVersion }))
  }

  apply(object: T): StoreChange<T> | undefined {
    const key = objectKey(object)
    this.#advance(object)
    if (this.#overtaken(key, object)) return undefined
    return this.#put(key, object, !this.#listed)
  }

  remove(object: T): StoreChange<T> | undefined {
    const key = objectKey(object)
    this.#advance(object)
    if (this.#overtaken(key, object)) return undefined
    return this.#take(key, object)
  }

  replace(objects: readonly T[], resourceVersion: string): StoreChange<T>[] {
    const changes: StoreChange<T>[] = []
    const initial = !this.#listed
    const seen = new Set<string>()
    this.#pending.clear()
    for (const object of objects) {
      const key = objectKey(object)
      seen.add(key)
      const before = this.#objects.get(key)
      if (before !== undefined && before.metadata?.resourceVersion === object.metadata?.resourceVersion) continue
      // A recreated object is another one, although it has the name of the first.
      if (before !== undefined && before.metadata?.uid !== object.metadata?.uid) changes.push(this.#take(key, before)!)
      changes.push(this.#put(key, object, initial))
    }
    for (const [key, object] of this.#objects) if (!seen.has(key)) changes.push(this.#take(key, object)!)
    this.#resourceVersion = resourceVersion
    this.#listed = true
    return changes
  }

  bookmark(resourceVersion: string): void {
    this.#resourceVersion = resourceVersion
    this.#settle(resourceVersion)
  }

  wrote(object: T, deleted: boolean): void {
    const resourceVersion = object.metadata?.resourceVersion ?? ''
    if (!isResourceVersion(resourceVersion) || (isResourceVersion(this.#resourceVersion) && compareResourceVersions(resourceVersion, this.#resourceVersion) <= 0)) return
    const key = objectKey(object)
    const known = this.#pending.get(key)
    if (known !== undefined && compareResourceVersions(known.resourceVersion, resourceVersion) >= 0) return
    this.#pending.set(key, { resourceVersion, deleted })
    if (deleted) this.#take(key, object)
    else this.#put(key, object, false)
  }

  /** Whether an own write that is newer than this event is already shown; the event then changes nothing. */
  #overtaken(key: string, object: T): boolean {
    const pending = this.#pending.get(key)
    if (pending === undefined) return false
    const version = object.metadata?.resourceVersion ?? ''
    const order = isResourceVersion(version) ? compareResourceVersions(version, pending.resourceVersion) : 1
    if (order >= 0) this.#pending.delete(key)
    return order < 0
  }

  #advance(object: T): void {
    const version = object.metadata?.resourceVersion
    if (version !== undefined) this.#resourceVersion = version
  }

  /** Own writes at or below a bookmark were delivered, or a later change of another kind of event overtook them. */
  #settle(resourceVersion: string): void {
    for (const [key, pending] of this.#pending) if (isResourceVersion(resourceVersion) && compareResourceVersions(pending.resourceVersion, resourceVersion) <= 0) this.#pending.delete(key)
  }

  #put(key: string, object: T, initial: boolean): StoreChange<T> {
    const previous = this.#objects.get(key)
    this.#objects.set(key, object)
    for (const [name, fn] of Object.entries(this.#functions)) this.#reindex(name, key, previous === undefined ? [] : fn(previous), fn(object), object)
    return { type: previous === undefined ? 'added' : 'updated', object, previous, initial }
  }

  #take(key: string, object: T): StoreChange<T> | undefined {
    const previous = this.#objects.get(key)
    if (previous === undefined) return undefined
    this.#objects.delete(key)
    for (const [name, fn] of Object.entries(this.#functions)) this.#reindex(name, key, fn(previous), [], object)
    return { type: 'deleted', object, previous, initial: false }
  }

  #reindex(name: string, key: string, before: readonly string[], after: readonly string[], object: T): void {
    const values = this.#indexes.get(name)!
    for (const value of before) {
      if (after.includes(value)) continue
      const bucket = values.get(value)
      bucket?.delete(key)
      if (bucket?.size === 0) values.delete(value)
    }
    for (const value of after) {
      let bucket = values.get(value)
      if (bucket === undefined) values.set(value, (bucket = new Map()))
      bucket.set(key, object)
    }
  }
}
