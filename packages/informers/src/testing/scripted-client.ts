import type { Kind, KubeList, KubeObject, WatchEvent } from '@kubetape/apimachinery'
import { INITIAL_EVENTS_END } from '@kubetape/apimachinery'
import type { Client, ListOptions, WatchOptions } from '@kubetape/client'
import { Observable, type Subscriber } from 'rxjs'

/** A watch request that the code under test has open, with what the server may do to it. */
export class OpenWatch {
  readonly options: WatchOptions
  readonly #subscriber: Subscriber<WatchEvent<KubeObject>>

  constructor(options: WatchOptions, subscriber: Subscriber<WatchEvent<KubeObject>>) {
    this.options = options
    this.#subscriber = subscriber
  }

  get closed(): boolean {
    return this.#subscriber.closed
  }

  send(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject): void {
    this.#subscriber.next({ type, object })
  }

  bookmark(resourceVersion: string, initialEnd = false): void {
    const annotations = initialEnd ? { [INITIAL_EVENTS_END]: 'true' } : {}
    this.#subscriber.next({ type: 'BOOKMARK', object: { metadata: { resourceVersion, annotations } } })
  }

  fail(error: unknown): void {
    this.#subscriber.error(error)
  }

  end(): void {
    this.#subscriber.complete()
  }
}

/** A list request that waits for its answer. */
export interface OpenList {
  readonly options: ListOptions
  answer(objects: readonly KubeObject[], resourceVersion: string, continued?: string): void
  fail(error: unknown): void
}

/** A client whose lists and watches a test answers by hand. It has no other requests. */
export class ScriptedClient {
  readonly lists: OpenList[] = []
  readonly watches: OpenWatch[] = []

  /** As what the code under test takes. */
  get client(): Client {
    return this as unknown as Client
  }

  list(_kind: Kind, options: ListOptions): Promise<KubeList> {
    return new Promise((resolve, reject) => {
      options.signal?.addEventListener('abort', () => reject(options.signal!.reason as Error))
      this.lists.push({
        options,
        answer: (items, resourceVersion, continued) =>
          resolve({ items: [...items], metadata: { resourceVersion, ...(continued === undefined ? {} : { continue: continued }) } }),
        fail: reject,
      })
    })
  }

  watch(_kind: Kind, options: WatchOptions): Observable<WatchEvent<KubeObject>> {
    return new Observable((subscriber) => {
      this.watches.push(new OpenWatch(options, subscriber))
    })
  }

  /** The newest list request. */
  get lastList(): OpenList {
    return this.lists.at(-1)!
  }

  /** The newest watch request. */
  get lastWatch(): OpenWatch {
    return this.watches.at(-1)!
  }
}
