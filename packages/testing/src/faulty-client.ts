import {
  type Kind,
  type KubeList,
  type KubeObject,
  type ObjectName,
  resourceWithCluster,
  type Status,
  type WatchEvent,
} from '@kubetape/apimachinery'
import type { Client, DeleteOptions, GetOptions, ListOptions, Patch, WatchOptions, WriteOptions } from '@kubetape/client'
import { Observable } from 'rxjs'
import type { Faults, RequestOfController } from './faults.ts'

/** A client of one life of the controllers: what they ask and what they see goes through the faults, and nothing passes after their end. */
export class FaultyClient implements Client {
  readonly #client: Client
  readonly #faults: Faults
  readonly #watches = new Set<{ unsubscribe(): void }>()
  #isDead = false

  constructor(client: Client, faults: Faults) {
    this.#client = client
    this.#faults = faults
  }

  /** The process died: no request is answered, no event comes any more. */
  die(): void {
    this.#isDead = true
    for (const watch of [...this.#watches]) watch.unsubscribe()
  }

  get<T extends KubeObject>(kind: Kind<T>, name: ObjectName, options?: GetOptions): Promise<T> {
    return this.#ask('get', kind, name, () => this.#client.get(kind, name, options))
  }

  list<T extends KubeObject>(kind: Kind<T>, options: ListOptions = {}): Promise<KubeList<T>> {
    const staleAt = this.#faults.staleAt(kind)
    const asked: ListOptions = staleAt === undefined ? options : { ...options, resourceVersion: staleAt, resourceVersionMatch: 'Exact' }
    return this.#ask('list', kind, { namespace: options.namespace ?? '', name: '' }, () => this.#client.list(kind, asked))
  }

  watch<T extends KubeObject>(kind: Kind<T>, options?: WatchOptions): Observable<WatchEvent<T>> {
    return new Observable((subscriber) => {
      const gate = this.#faults.gate(kind, (event) => {
        if (this.#isDead) return
        if (event instanceof Error) subscriber.error(event)
        else subscriber.next(event as WatchEvent<T>)
      })
      const subscription = this.#client.watch(kind, options).subscribe({
        next: (event) => gate.pass(event),
        error: (error) => {
          if (!this.#isDead) subscriber.error(error)
        },
        complete: () => {
          if (!this.#isDead) subscriber.complete()
        },
      })
      const watch = {
        unsubscribe: () => {
          this.#watches.delete(watch)
          gate.close()
          subscription.unsubscribe()
        },
      }
      this.#watches.add(watch)
      return () => watch.unsubscribe()
    })
  }

  create<T extends KubeObject>(kind: Kind<T>, object: T, options?: WriteOptions): Promise<T> {
    return this.#ask('create', kind, nameOf(object), () => this.#client.create(kind, object, options))
  }

  update<T extends KubeObject>(kind: Kind<T>, object: T, options?: WriteOptions): Promise<T> {
    return this.#ask('update', kind, nameOf(object), () => this.#client.update(kind, object, options))
  }

  patch<T extends KubeObject>(kind: Kind<T>, name: ObjectName, patch: Patch, options?: WriteOptions): Promise<T> {
    return this.#ask('patch', kind, name, () => this.#client.patch(kind, name, patch, options))
  }

  delete<T extends KubeObject>(kind: Kind<T>, name: ObjectName, options?: DeleteOptions): Promise<T | Status> {
    return this.#ask('delete', kind, name, () => this.#client.delete(kind, name, options))
  }

  deleteCollection<T extends KubeObject>(kind: Kind<T>, options: ListOptions & DeleteOptions = {}): Promise<KubeList<T> | Status> {
    return this.#ask('deletecollection', kind, { namespace: options.namespace ?? '', name: '' }, () =>
      this.#client.deleteCollection(kind, options),
    )
  }

  async #ask<A>(
    verb: RequestOfController['verb'],
    kind: Pick<Kind, 'resource' | 'cluster'>,
    { namespace = '', name = '' }: ObjectName,
    send: () => Promise<A>,
  ): Promise<A> {
    const request: RequestOfController = { verb, resource: resourceWithCluster(kind), namespace, name }
    await this.#alive()
    this.#faults.before(request)
    await this.#alive()
    const answer = await send()
    this.#faults.after(request)
    await this.#alive()
    return answer
  }

  /** Waits for ever in a process that has ended. */
  #alive(): Promise<void> | undefined {
    return this.#isDead ? new Promise(() => undefined) : undefined
  }
}

const nameOf = ({ metadata }: KubeObject): ObjectName => ({
  ...(metadata?.namespace ? { namespace: metadata.namespace } : {}),
  name: metadata?.name ?? '',
})
