import {
  alreadyExists,
  cloneJson,
  conflict,
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
import { Observable, Subject } from 'rxjs'
import type { Client, Patch } from '../client.ts'

/** A client over a map: as much of the contract as tests of wrappers need. Watches deliver what happens after they start. */
export class TinyClient implements Client {
  readonly #objects = new Map<string, KubeObject>()
  readonly #events = new Subject<{ resource: string; event: WatchEvent }>()
  #revision = 0

  async get<T extends KubeObject>(kind: Kind<T>, name: ObjectName): Promise<T> {
    return cloneJson(this.#existing(kind, name)) as T
  }

  async list<T extends KubeObject>(kind: Kind<T>): Promise<KubeList<T>> {
    const items = [...this.#objects].filter(([key]) => key.startsWith(`${kind.resource}/`)).map(([, object]) => cloneJson(object) as T)
    return { metadata: { resourceVersion: String(this.#revision) }, items }
  }

  watch<T extends KubeObject>(kind: Kind<T>): Observable<WatchEvent<T>> {
    return new Observable((subscriber) =>
      this.#events.subscribe(({ resource, event }) => {
        if (resource === kind.resource) subscriber.next(event as WatchEvent<T>)
      }),
    )
  }

  async create<T extends KubeObject>(kind: Kind<T>, object: T): Promise<T> {
    const name = object.metadata?.name ?? ''
    if (this.#objects.has(this.#key(kind, object))) throw alreadyExists(kind, name)
    return this.#put(kind, 'ADDED', object)
  }

  async update<T extends KubeObject>(kind: Kind<T>, object: T): Promise<T> {
    const { name = '', namespace, resourceVersion } = object.metadata ?? {}
    const current = this.#existing(kind, namespace === undefined ? { name } : { namespace, name })
    if (resourceVersion !== undefined && resourceVersion !== current.metadata?.resourceVersion) throw conflict(kind, name, OBJECT_MODIFIED)
    return this.#put(kind, 'MODIFIED', object)
  }

  async patch<T extends KubeObject>(kind: Kind<T>, name: ObjectName, patch: Patch): Promise<T> {
    return this.#put(kind, 'MODIFIED', { ...this.#existing(kind, name), ...(patch.body as object) } as T)
  }

  async delete<T extends KubeObject>(kind: Kind<T>, name: ObjectName): Promise<T | Status> {
    const object = this.#existing(kind, name)
    this.#objects.delete(this.#key(kind, object))
    this.#events.next({ resource: kind.resource, event: { type: 'DELETED', object } })
    return object as T
  }

  async deleteCollection<T extends KubeObject>(kind: Kind<T>): Promise<KubeList<T> | Status> {
    const list = await this.list(kind)
    for (const { metadata } of list.items) await this.delete(kind, metadata as ObjectName)
    return list
  }

  #put<T extends KubeObject>(kind: Kind<T>, type: 'ADDED' | 'MODIFIED', object: T): T {
    const stored = cloneJson({ ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#revision) } })
    this.#objects.set(this.#key(kind, stored), stored)
    this.#events.next({ resource: kind.resource, event: { type, object: stored } })
    return cloneJson(stored)
  }

  #existing(kind: Kind, name: ObjectName): KubeObject {
    const object = this.#objects.get(this.#key(kind, { metadata: name }))
    if (object === undefined) throw notFound(kind, name.name)
    return object
  }

  #key(kind: Kind, object: KubeObject): string {
    return `${kind.resource}/${objectKey(object)}`
  }
}

/** What a watch delivers, as it comes: types of events, then the reason or code of its error, or `completed`. */
export function outcomesOf(events: Observable<WatchEvent>): readonly string[] {
  const outcomes: string[] = []
  events.subscribe({
    next: ({ type }) => outcomes.push(type),
    error: (error: { code: string; reason?: string }) => outcomes.push(error.reason ?? error.code),
    complete: () => outcomes.push('completed'),
  })
  return outcomes
}
