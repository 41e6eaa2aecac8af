import {
  alreadyExists,
  applyMergePatch,
  cloneJson,
  compareResourceVersions,
  conflict,
  deepFreeze,
  type Kind,
  type KubeList,
  type KubeObject,
  notFound,
  objectKey,
  OBJECT_MODIFIED,
  type ObjectName,
  type Status,
  type WatchEvent,
} from '@kubetape/apimachinery'
import type { Cause, Client, DeleteOptions, ListOptions, Patch, WatchOptions, WriteOptions } from '@kubetape/client'
import { Observable, type Subscriber } from 'rxjs'

/** One request that reached the API. */
export interface SeenRequest {
  readonly verb: string
  readonly resource: string
  readonly key: string
  readonly cause: Cause | undefined
  readonly body?: unknown
}

interface Change {
  readonly resource: string
  readonly revision: string
  readonly event: WatchEvent
}

/**
 * The smallest API that a Manager can work with: objects in a map, one counter, watches that begin at any version. Watch events come at once,
 * or when a test lets them (`lag`).
 */
export class FakeApi implements Client {
  readonly requests: SeenRequest[] = []
  /** Called before a request takes effect; what it throws is the answer, what it waits for holds the request up. */
  before: (request: SeenRequest) => Promise<void> | void = () => undefined
  /** Called after it took effect: a lost answer. */
  after: (request: SeenRequest) => Promise<void> | void = () => undefined
  readonly #objects = new Map<string, KubeObject>()
  readonly #history: Change[] = []
  readonly #watches = new Set<{ resource: string; at: number; subscriber: Subscriber<WatchEvent<never>> }>()
  #lagging = false
  #revision = 0

  get openWatches(): number {
    return this.#watches.size
  }

  /** Holds watch events back, or delivers what was held back. */
  lag(lagging: boolean): void {
    this.#lagging = lagging
    if (!lagging) this.#deliver()
  }

  /** An object as it is now. */
  peek(kind: Kind, key: string): KubeObject | undefined {
    return this.#objects.get(`${kind.resource}/${key}`)
  }

  async get<T extends KubeObject>(kind: Kind<T>, name: ObjectName): Promise<T> {
    return this.#serve('get', kind, objectKey({ metadata: name }), {}, (id) => this.#existing(kind, id) as T)
  }

  async list<T extends KubeObject>(kind: Kind<T>, { namespace }: ListOptions = {}): Promise<KubeList<T>> {
    return this.#serve('list', kind, namespace ?? '', {}, (prefix) => ({
      metadata: { resourceVersion: String(this.#revision) },
      items: [...this.#objects].filter(([id]) => id.startsWith(namespace ? `${prefix}/` : prefix)).map(([, object]) => object as T),
    }))
  }

  watch<T extends KubeObject>(kind: Kind<T>, { resourceVersion = '0' }: WatchOptions = {}): Observable<WatchEvent<T>> {
    return new Observable((subscriber) => {
      const at = this.#history.findIndex(
        ({ revision }) => resourceVersion === '0' || compareResourceVersions(revision, resourceVersion) > 0,
      )
      const watch = {
        resource: kind.resource,
        at: at < 0 ? this.#history.length : at,
        subscriber: subscriber as Subscriber<WatchEvent<never>>,
      }
      this.#watches.add(watch)
      this.#deliver()
      return () => this.#watches.delete(watch)
    })
  }

  async create<T extends KubeObject>(kind: Kind<T>, object: T, options: WriteOptions = {}): Promise<T> {
    return this.#serve('create', kind, objectKey(object), { ...options, body: object }, (id) => {
      if (this.#objects.has(id)) throw alreadyExists(kind, object.metadata?.name ?? '')
      return this.#put(kind, id, { ...object, metadata: { ...object.metadata, uid: `uid-${this.#revision + 1}` } })
    })
  }

  async update<T extends KubeObject>(kind: Kind<T>, object: T, options: WriteOptions = {}): Promise<T> {
    return this.#serve('update', kind, objectKey(object), { ...options, body: object }, (id) => {
      const { resourceVersion, uid } = this.#existing(kind, id).metadata!
      const given = object.metadata?.resourceVersion
      if (given !== undefined && given !== resourceVersion) throw conflict(kind, object.metadata?.name ?? '', OBJECT_MODIFIED)
      return this.#put(kind, id, { ...object, metadata: { ...object.metadata, uid: uid! } })
    })
  }

  async patch<T extends KubeObject>(kind: Kind<T>, name: ObjectName, patch: Patch, options: WriteOptions = {}): Promise<T> {
    return this.#serve('patch', kind, objectKey({ metadata: name }), { ...options, body: patch.body }, (id) =>
      this.#put(kind, id, applyMergePatch(this.#existing(kind, id), patch.body) as T),
    )
  }

  async delete<T extends KubeObject>(kind: Kind<T>, name: ObjectName, options: DeleteOptions = {}): Promise<T | Status> {
    return this.#serve('delete', kind, objectKey({ metadata: name }), options, (id) => {
      const object = cloneJson(this.#existing(kind, id)) as T
      if ((object.metadata?.finalizers?.length ?? 0) > 0) {
        return this.#put(kind, id, { ...object, metadata: { ...object.metadata, deletionTimestamp: '2024-08-13T00:00:00Z' } })
      }
      return this.#remove(kind, id, object)
    })
  }

  deleteCollection(): Promise<never> {
    return Promise.reject(new Error('no deletion of collections here'))
  }

  async #serve<A>(verb: string, kind: Kind, key: string, options: { cause?: Cause; body?: unknown }, act: (id: string) => A): Promise<A> {
    const { cause, body } = options
    const request = { verb, resource: kind.resource, key, cause, ...(body === undefined ? {} : { body }) }
    this.requests.push(request)
    await this.before(request)
    const answer = act(`${kind.resource}/${key}`)
    await this.after(request)
    return answer
  }

  #existing(kind: Kind, id: string): KubeObject {
    const object = this.#objects.get(id)
    if (object === undefined) throw notFound(kind, id.slice(id.lastIndexOf('/') + 1))
    return object
  }

  #put<T extends KubeObject>(kind: Kind, id: string, object: T): T {
    const before = this.#objects.get(id)
    const { deletionTimestamp, finalizers = [] } = object.metadata ?? {}
    if (deletionTimestamp !== undefined && finalizers.length === 0) return this.#remove(kind, id, object)
    const stored = this.#numbered(object)
    this.#objects.set(id, stored)
    this.#publish(kind, before === undefined ? 'ADDED' : 'MODIFIED', stored)
    return stored
  }

  #remove<T extends KubeObject>(kind: Kind, id: string, object: T): T {
    const last = this.#numbered(object)
    this.#objects.delete(id)
    this.#publish(kind, 'DELETED', last)
    return last
  }

  #numbered<T extends KubeObject>(object: T): T {
    return deepFreeze(cloneJson({ ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#revision) } }))
  }

  #publish(kind: Kind, type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject): void {
    this.#history.push({ resource: kind.resource, revision: object.metadata!.resourceVersion!, event: { type, object } })
    this.#deliver()
  }

  #deliver(): void {
    if (this.#lagging) return
    for (const watch of this.#watches) {
      while (watch.at < this.#history.length) {
        const { resource, event } = this.#history[watch.at++]!
        if (resource === watch.resource) watch.subscriber.next(event as WatchEvent<never>)
      }
    }
  }
}
