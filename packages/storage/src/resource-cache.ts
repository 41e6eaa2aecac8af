import { ObjectChange } from './object-change.ts'
import { SortedObjects } from './sorted-objects.ts'
import type { StoredObject } from './stored-object.ts'

export type ChangeListener = (change: ObjectChange) => void

/** Changes kept for resuming watches, per resource. Below this window a watch is answered 410 (architecture decision 7). */
export const WATCH_WINDOW_MAX = 4096
/** The window ends earlier where objects are large: its changes hold at most this many bytes, but always the newest change. */
export const WATCH_WINDOW_BYTES_MAX = 64 << 20

/**
 * The watch cache of one resource: current objects, the window of recent changes, and who is listening. Fed by committed entries only.
 * Below `startRevision`, where the cache begins, it knows nothing of what was.
 */
export class ResourceCache {
  readonly objects = new SortedObjects()
  #window: (ObjectChange | undefined)[] = []
  #windowStart = 0
  #windowBytes = 0
  /** A watch may start at this revision or later. */
  #oldest: number
  #changed: number
  #listeners = new Set<ChangeListener>()

  constructor(startRevision: number) {
    this.#oldest = startRevision
    this.#changed = startRevision
  }

  /** From this revision on the resource has not changed: the current objects are its state. */
  get changedRevision(): number {
    return this.#changed
  }

  get oldestWatchable(): number {
    return this.#oldest
  }

  /** Puts an object in place without telling anybody: loading from the log. */
  load(object: StoredObject): void {
    this.objects.set(object.key, object)
  }

  /** Takes a committed change over and tells everybody. A listener that throws is dropped, since it missed an event; then its error is thrown. */
  apply(operation: 'create' | 'update' | 'delete', object: StoredObject): void {
    const { key } = object
    const previous = this.objects.get(key)
    if (operation === 'delete') this.objects.delete(key)
    else this.objects.set(key, object)
    this.#changed = object.revision
    const change = new ObjectChange(operation === 'delete' ? 'DELETED' : previous === undefined ? 'ADDED' : 'MODIFIED', object, previous)
    this.#remember(change)
    try {
      this.#tell(change)
    } finally {
      change.settle()
    }
  }

  /** Changes after `revision`, oldest first; undefined when the window no longer reaches back so far. */
  since(revision: number): ObjectChange[] | undefined {
    if (revision < this.#oldest) return undefined
    let low = this.#windowStart
    let high = this.#window.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#window[middle]!.revision <= revision) low = middle + 1
      else high = middle
    }
    return this.#window.slice(low) as ObjectChange[]
  }

  /** How many keys with this prefix came after `after` at `revision`; undefined when that is too long ago to tell. */
  countAfter(prefix: string, after: string, revision: number): number | undefined {
    const undone = this.since(revision)
    if (undone === undefined) return undefined
    let count = this.objects.countAfter(prefix, after)
    for (const { type, object } of undone) {
      if (type === 'MODIFIED' || object.key <= after || !object.key.startsWith(prefix)) continue
      count += type === 'DELETED' ? 1 : -1
    }
    return count
  }

  /** Nothing is in it and nobody listens: only its window tells it from a new one. */
  get isIdle(): boolean {
    return this.objects.size === 0 && this.#listeners.size === 0
  }

  listen(listener: ChangeListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #tell(change: ObjectChange): void {
    let thrown: { error: unknown } | undefined
    for (const listener of this.#listeners) {
      try {
        listener(change)
      } catch (error) {
        this.#listeners.delete(listener)
        thrown ??= { error }
      }
    }
    if (thrown !== undefined) throw thrown.error
  }

  #remember(change: ObjectChange): void {
    this.#window.push(change)
    this.#windowBytes += change.object.bytes.byteLength
    for (;;) {
      const length = this.#window.length - this.#windowStart
      if (length <= 1 || (length <= WATCH_WINDOW_MAX && this.#windowBytes <= WATCH_WINDOW_BYTES_MAX)) break
      this.#dropOldest()
    }
    // Dropping the dead half at once keeps the cost of a change constant.
    if (this.#windowStart >= WATCH_WINDOW_MAX) {
      this.#window = this.#window.slice(this.#windowStart)
      this.#windowStart = 0
    }
  }

  #dropOldest(): void {
    const dropped = this.#window[this.#windowStart]!
    this.#window[this.#windowStart++] = undefined
    this.#windowBytes -= dropped.object.bytes.byteLength
    this.#oldest = dropped.revision
  }
}
