import type { GroupResource, KubeObject } from '@kubetape/apimachinery'
import { deepFreeze, failure, gone } from '@kubetape/apimachinery'
import { type Clock, sleep } from '@kubetape/determinism'
import { type AppendEntry, type AppendRecord, type Commit, type EventLog, ExpectationFailed, type Operation } from '@kubetape/eventlog'
import { type CacheCheck, checkCache } from './cache-check.ts'
import { list, type ListRequest, type ListResult } from './list.ts'
import { keyWithinResource, parseLogKey, resourcePrefix } from './object-keys.ts'
import { ResourceCache } from './resource-cache.ts'
import { encodeObject, StoredObject } from './stored-object.ts'
import { type StorageEvent, watch, type WatchRequest } from './watch.ts'

/** One change of one object, with the precondition it stands on. */
export interface ObjectWrite extends GroupResource {
  readonly namespace: string
  readonly name: string
  readonly operation: Operation
  /** The revision of the stored object that this write replaces; 0 for a creation. */
  readonly expect: number
  /** The new state (of a deletion, the last one). Storage sets metadata.resourceVersion and freezes it. */
  readonly object: KubeObject
  /** Of a deletion: the log keeps only what names the object, while watchers get it whole. For what is not worth its bytes (expired Events). */
  readonly slim?: boolean
}

export interface CommitOptions {
  /** Opaque to storage: the cause of architecture decision 3. */
  readonly cause?: string
  /** Side records to write in the same commit. */
  readonly records?: readonly AppendRecord[]
}

/** An object whose entry waits for its commit, and the bytes that the log got for it. */
interface Staged {
  readonly object: StoredObject
  readonly logged: Uint8Array
}

/** How long a read waits for a resourceVersion that is not there yet (upstream's 3 s). */
const FUTURE_WAIT_MS = 3000
const FUTURE_POLL_MS = 50
const LOAD_PAGE = 10_000

/**
 * Kubernetes objects over a log. What a caller may rely on:
 *
 * - `commit` is compare-and-set per object and all or nothing over its writes; `ExpectationFailed` of the log means somebody was faster.
 * - When `commit` resolves, the writes are durable, visible to every read and delivered to every watcher, in this order.
 * - The cache is fed by committed entries only and synchronously, so a read from it is never older than the newest commit.
 * - Whatever a watcher asks while it is told of a change, it sees the state of that change's revision, never a later one.
 * - One counter numbers all writes; a resourceVersion is that number. Order is promised per resource only.
 */
export class Storage {
  readonly #log: EventLog
  readonly #clock: Clock
  readonly #caches = new Map<string, ResourceCache>()
  /** Up to where nothing is known any more of resources that were forgotten. */
  readonly #forgotten = new Map<string, number>()
  readonly #staged = new Map<number, Staged>()
  readonly #startRevision: number
  readonly #stopListening: () => void
  #revision: number

  private constructor(log: EventLog, clock: Clock) {
    this.#log = log
    this.#clock = clock
    this.#startRevision = log.head()
    this.#revision = this.#startRevision
    this.#load()
    this.#stopListening = log.onCommit((commit) => this.#apply(commit))
  }

  /** Folds the log into the cache. Costs O(live objects); values are parsed when first looked at. */
  static open(options: { log: EventLog; clock: Clock }): Storage {
    return new Storage(options.log, options.clock)
  }

  /** The newest revision that reads show. Within a delivery it is that of the change being delivered. */
  get revision(): number {
    return this.#revision
  }

  get(resource: GroupResource, namespace: string, name: string): StoredObject | undefined {
    return this.#caches.get(idOf(resource))?.objects.get(keyWithinResource(namespace, name))
  }

  /** The object as it was at `revision`; undefined when it did not exist then. Throws 410 where the log no longer knows. */
  getAt(resource: GroupResource, namespace: string, name: string, revision: number): StoredObject | undefined {
    if (revision < this.#log.compactedRevision()) throw gone(`too old resource version: ${revision} (${this.#log.compactedRevision()})`)
    const entry = this.#log.latest(resourcePrefix(resource) + keyWithinResource(namespace, name), revision)
    if (entry === undefined || entry.operation === 'delete') return undefined
    if (entry.value === undefined) throw gone(`too old resource version: ${revision} (the value of ${entry.revision} was erased)`)
    return new StoredObject(namespace, name, entry.revision, entry.value)
  }

  /** See `list` of list.ts for what it throws. */
  list(resource: GroupResource, namespaced: boolean, request: ListRequest): ListResult {
    return list({ log: this.#log, cache: this.#cache(resource), ...resource, namespaced, head: this.revision }, request)
  }

  /** See `watch` of watch.ts: delivery is synchronous, first the backlog, then changes as they are committed. */
  watch(resource: GroupResource, request: WatchRequest, deliver: (event: StorageEvent) => void): () => void {
    return watch(this.#cache(resource), request, deliver)
  }

  /** Waits until `revision` is committed, at most 3 s; then throws the 504 that upstream answers to a version from the future. */
  async waitFor(revision: number): Promise<void> {
    const deadline = this.#clock.monotonicMs() + FUTURE_WAIT_MS
    while (this.revision < revision) {
      if (this.#clock.monotonicMs() >= deadline) {
        throw failure(504, 'Timeout', `Timeout: Too large resource version: ${revision}, current: ${this.revision}`, {
          causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
          retryAfterSeconds: 1,
        })
      }
      await sleep(this.#clock, FUTURE_POLL_MS)
    }
  }

  async commit(writes: readonly ObjectWrite[], options: CommitOptions = {}): Promise<StoredObject[]> {
    const staged: Staged[] = []
    const entries = writes.map((write) => this.#entryOf(write, options.cause, staged))
    try {
      await this.#log.append({ entries, ...(options.records === undefined ? {} : { records: options.records }) })
    } catch (error) {
      // Another append may have got the same revision meanwhile.
      for (const one of staged) if (this.#staged.get(one.object.revision) === one) this.#staged.delete(one.object.revision)
      // What won may be queued and not committed yet: whoever tries again at once would only meet it again.
      if (error instanceof ExpectationFailed) await this.#log.flush()
      throw error
    }
    return staged.map(({ object }) => object)
  }

  /** Shows the live objects of a resource in the order of their keys, from behind `after` on, as long as `take` answers true. */
  walk(resource: GroupResource, after: string, take: (object: StoredObject) => boolean): void {
    this.#caches.get(idOf(resource))?.objects.scan('', after, take)
  }

  /** Number of live objects of a resource. Nothing is kept of resources that there are none of: their names may be the clients'. */
  count(resource: GroupResource): number {
    return this.#caches.get(idOf(resource))?.objects.size ?? 0
  }

  /**
   * Lets go of what is kept of a resource that has no objects and no watchers, which is its window: later watches from before now are answered 410.
   * Otherwise nothing happens.
   */
  forget(resource: GroupResource): void {
    const id = idOf(resource)
    if (this.#caches.get(id)?.isIdle !== true) return
    this.#caches.delete(id)
    this.#forgotten.set(id, this.revision)
  }

  /** Compares every cache with the log at the newest revision, page by page beside other work: a self-check for tests and operators (KEP-4988). */
  verifyCache(): Promise<CacheCheck> {
    const snapshot = new Map<string, number>()
    for (const [id, { objects }] of this.#caches)
      for (const object of objects.values()) snapshot.set(`${id}/${object.key}`, object.revision)
    return checkCache(this.#log, snapshot, this.revision, () => new Promise((resolve) => this.#clock.defer(resolve)))
  }

  /** Stops following the log; the log itself stays its owner's. */
  close(): void {
    this.#stopListening()
  }

  #cache(resource: GroupResource): ResourceCache {
    const id = idOf(resource)
    let cache = this.#caches.get(id)
    if (cache === undefined) {
      cache = new ResourceCache(this.#forgotten.get(id) ?? this.#startRevision)
      this.#caches.set(id, cache)
    }
    return cache
  }

  #load(): void {
    for (let after = ''; ;) {
      const entries = this.#log.range({ prefix: '', ...(after ? { after } : {}), limit: LOAD_PAGE })
      for (const entry of entries) {
        const { namespace, name, ...resource } = parseLogKey(entry.key)
        this.#cache(resource).load(new StoredObject(namespace, name, entry.revision, entry.value!))
      }
      if (entries.length < LOAD_PAGE) return
      after = entries.at(-1)!.key
    }
  }

  /** The log's form of a write. What it encodes is kept, so that the commit need not parse it. */
  #entryOf(write: ObjectWrite, cause: string | undefined, staged: Staged[]): AppendEntry {
    const { namespace, name, operation, expect, object } = write
    return {
      key: resourcePrefix(write) + keyWithinResource(namespace, name),
      operation,
      expect,
      encode: (revision) => {
        object.metadata = { ...object.metadata, resourceVersion: String(revision) }
        const bytes = encodeObject(object)
        const logged = write.slim === true ? encodeObject(slimmed(object)) : bytes
        const one: Staged = { object: new StoredObject(namespace, name, revision, bytes, deepFreeze(object)), logged }
        staged.push(one)
        this.#staged.set(revision, one)
        return logged
      },
      ...(cause === undefined ? {} : { cause }),
    }
  }

  /** Takes a commit over, change by change. A watcher that throws keeps nobody from the rest; its error surfaces at the end. */
  #apply(commit: Commit): void {
    let thrown: { error: unknown } | undefined
    for (const entry of commit.entries) {
      const staged = this.#staged.get(entry.revision)
      this.#staged.delete(entry.revision)
      const { namespace, name, ...resource } = parseLogKey(entry.key)
      // What others append to the log is taken from its bytes.
      const own = staged !== undefined && staged.logged === entry.value
      const object = own ? staged.object : new StoredObject(namespace, name, entry.revision, entry.value!)
      this.#revision = entry.revision
      try {
        this.#cache(resource).apply(entry.operation, object)
      } catch (error) {
        thrown ??= { error }
      }
    }
    if (thrown !== undefined) throw thrown.error
  }
}

/** An object's names and nothing else. */
function slimmed({ kind, apiVersion, metadata = {} }: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion } = metadata
  return { kind, apiVersion, metadata: { name, namespace, uid, resourceVersion } } as KubeObject
}

const idOf = ({ group, resource }: GroupResource): string => `${group}/${resource}`
