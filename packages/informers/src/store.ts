import { compareResourceVersions, isResourceVersion, type KubeObject, objectKey } from '@kubetape/apimachinery'
import { type IndexFunctions, Indexes, type ValueRange } from './indexes.ts'
import { ObjectBucket } from './object-bucket.ts'
import { OwnWrites } from './own-writes.ts'

/** The reading end: the newest known state of one resource type. Objects are shared: copy before changing. Lists are in order of keys. */
export interface Store<T extends KubeObject> {
  get(key: string): T | undefined
  /** All objects, or those of one namespace. */
  list(namespace?: string): T[]
  /** Objects that the named index files under `value`. Throws for an index that does not exist. */
  byIndex(index: string, value: string): T[]
  /**
   * The first object, in order of the values that the named index files it under, whose value lies in `range` and that `passes`. Costs O(log n) and
   * what does not pass: nothing is copied. Throws for an index that does not exist.
   */
  firstByIndex(index: string, range: ValueRange, passes: (object: T) => boolean): T | undefined
  readonly size: number
  /** Everything up to here has been delivered by the watch; '' before the first listing. */
  readonly resourceVersion: string
  /** Own writes that the watch has not delivered yet. */
  pendingWrites(): readonly { readonly key: string; readonly resourceVersion: string }[]
}

/** What the watch delivered, in its order, against what it had delivered before. `initial` marks what the first listing brought. */
export interface StoreChange<T extends KubeObject> {
  readonly type: 'added' | 'updated' | 'deleted'
  readonly object: T
  readonly previous: T | undefined
  readonly initial: boolean
}

/** Told of each change of what readers see, before anybody acts on it; `object` undefined: it is gone, `before` undefined: it was not there. */
export type OnShown<T extends KubeObject> = (key: string, object: T | undefined, before: T | undefined) => void

/** The writing end; only the reflector holds it. */
export interface StoreWriter<T extends KubeObject> {
  apply(object: T): StoreChange<T>
  /** Undefined when the watch never delivered the object. */
  remove(object: T): StoreChange<T> | undefined
  /** Replaces everything at once and answers the differences, deletions included. */
  replace(objects: readonly T[], resourceVersion: string): StoreChange<T>[]
  bookmark(resourceVersion: string): void
  /** Files what is there and what comes under more indexes; one of a name that is there already stays as it is. */
  addIndexes(indexes: IndexFunctions<T>): void
  /** Shows the answer to an own write before the watch delivers it (read your own writes). `deleted`: the object is gone. */
  wrote(object: T, deleted: boolean): void
}

const BY_NAMESPACE = 'namespace'

/**
 * A store with its writer: readers cannot write. What both may rely on:
 *
 * - `indexes` are kept up to date with every change.
 * - Own writes are shown until the watch has passed them, whether or not it delivers them; an older event does not take them back.
 * - Own writes make no changes: each event makes the change that it would have made without them, so nobody misses what another wrote.
 */
export function createStore<T extends KubeObject>(
  indexes: IndexFunctions<T> = {},
  onShown?: OnShown<T>,
): { store: Store<T>; writer: StoreWriter<T> } {
  const memory = new IndexedMemory<T>({ ...indexes, [BY_NAMESPACE]: (object) => [object.metadata?.namespace ?? ''] }, onShown)
  return { store: memory, writer: memory }
}

class IndexedMemory<T extends KubeObject> implements Store<T>, StoreWriter<T> {
  readonly #indexes: Indexes<T>
  /** What readers see. */
  readonly #objects = new ObjectBucket<T>()
  /** Where readers see something else than the watch delivered. */
  readonly #own = new OwnWrites<T>()
  readonly #onShown: OnShown<T> | undefined
  #resourceVersion = ''
  #listed = false

  constructor(functions: IndexFunctions<T>, onShown: OnShown<T> | undefined) {
    this.#indexes = new Indexes(functions)
    this.#onShown = onShown
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
    return namespace === undefined || namespace === '' ? this.#objects.values() : this.byIndex(BY_NAMESPACE, namespace)
  }

  byIndex(index: string, value: string): T[] {
    return this.#indexes.find(index, value)
  }

  firstByIndex(index: string, range: ValueRange, passes: (object: T) => boolean): T | undefined {
    return this.#indexes.first(index, range, passes)
  }

  pendingWrites(): { key: string; resourceVersion: string }[] {
    return Array.from(this.#own.entries(), ([key, { resourceVersion }]) => ({ key, resourceVersion }))
  }

  apply(object: T): StoreChange<T> {
    const previous = this.#deliver(objectKey(object), object, object.metadata?.resourceVersion ?? '')
    this.#advance(object.metadata?.resourceVersion)
    return { type: previous === undefined ? 'added' : 'updated', object, previous, initial: !this.#listed }
  }

  remove(object: T): StoreChange<T> | undefined {
    const previous = this.#deliver(objectKey(object), undefined, object.metadata?.resourceVersion ?? '')
    this.#advance(object.metadata?.resourceVersion)
    return previous === undefined ? undefined : { type: 'deleted', object, previous, initial: false }
  }

  replace(objects: readonly T[], resourceVersion: string): StoreChange<T>[] {
    const changes: StoreChange<T>[] = []
    const initial = !this.#listed
    const gone = new Set(this.#objects.keys())
    for (const [key, { delivered }] of this.#own.entries()) {
      if (delivered === undefined) gone.delete(key)
      else gone.add(key)
    }
    for (const object of objects) {
      const key = objectKey(object)
      gone.delete(key)
      const known = this.#delivered(key)
      const isSame = known !== undefined && isSameVersion(known, object)
      // What did not change stays the object that it was: whoever holds it shares it with the store.
      const previous = this.#deliver(key, isSame ? known : object, resourceVersion)
      if (previous === undefined) changes.push({ type: 'added', object, previous, initial })
      else if (previous.metadata?.uid !== object.metadata?.uid) {
        // A recreated object is another one, although it has the name of the first.
        changes.push(
          { type: 'deleted', object: previous, previous, initial: false },
          { type: 'added', object, previous: undefined, initial },
        )
      } else if (!isSame) changes.push({ type: 'updated', object, previous, initial })
    }
    for (const key of gone) {
      const previous = this.#deliver(key, undefined, resourceVersion)!
      changes.push({ type: 'deleted', object: previous, previous, initial: false })
    }
    this.bookmark(resourceVersion)
    this.#listed = true
    return changes
  }

  addIndexes(indexes: IndexFunctions<T>): void {
    this.#indexes.add(indexes, this.#objects.entries())
  }

  bookmark(resourceVersion: string): void {
    this.#resourceVersion = resourceVersion
    this.#settle(true)
  }

  wrote(object: T, deleted: boolean): void {
    const resourceVersion = object.metadata?.resourceVersion ?? ''
    // Without an order of versions nobody could tell when the watch has passed the write.
    if (!isResourceVersion(resourceVersion) || !isNewer(resourceVersion, this.#resourceVersion)) return
    const key = objectKey(object)
    const known = this.#own.get(key)
    if (known !== undefined && !isNewer(resourceVersion, known.resourceVersion)) return
    this.#own.set(key, { resourceVersion, delivered: known === undefined ? this.#objects.get(key) : known.delivered })
    this.#show(key, deleted ? undefined : object)
  }

  /** What the watch said last of `key`. */
  #delivered(key: string): T | undefined {
    const own = this.#own.get(key)
    return own === undefined ? this.#objects.get(key) : own.delivered
  }

  /** Takes over what the watch says of `key`; answers what it had said before. Readers see it unless an own write is newer. */
  #deliver(key: string, object: T | undefined, resourceVersion: string): T | undefined {
    const own = this.#own.get(key)
    const previous = this.#delivered(key)
    if (own !== undefined && isResourceVersion(resourceVersion) && isNewer(own.resourceVersion, resourceVersion)) {
      own.delivered = object
      return previous
    }
    if (own !== undefined) this.#own.delete(key)
    this.#show(key, object)
    return previous
  }

  #advance(resourceVersion: string | undefined): void {
    if (resourceVersion === undefined) return
    this.#resourceVersion = resourceVersion
    this.#settle(false)
  }

  /** The watch has passed these own writes without delivering them (they are outside of its selection): what it said holds. */
  #settle(thorough: boolean): void {
    for (const [key, { delivered }] of this.#own.passed(this.#resourceVersion, thorough)) this.#show(key, delivered)
  }

  #show(key: string, object: T | undefined): void {
    const before = this.#objects.get(key)
    if (before === object) return
    if (object === undefined) this.#objects.delete(key)
    else this.#objects.set(key, object)
    this.#indexes.move(key, before, object)
    this.#onShown?.(key, object, before)
  }
}

function isSameVersion(a: KubeObject, b: KubeObject): boolean {
  return a.metadata?.resourceVersion === b.metadata?.resourceVersion && a.metadata?.uid === b.metadata?.uid
}

/** Whether version `a` is above `b`; every version is above none. */
function isNewer(a: string, b: string): boolean {
  return !isResourceVersion(b) || compareResourceVersions(a, b) > 0
}
