import { deepFreeze, type Kind, type KubeObject } from '@kubetape/apimachinery'
import { InformerResourceVersion } from '@kubetape/client-go-features'
import { type Observable, Subject, type Subscription, tap } from 'rxjs'
import type { IndexFunctions } from './indexes.ts'
import { reflect } from './reflector.ts'
import { createStore, type OnShown, type Store, type StoreChange, type StoreWriter } from './store.ts'
import { type WatchedClient, watcher, type WatcherOptions } from './watcher.ts'

export interface InformerOptions<T extends KubeObject> extends WatcherOptions {
  readonly indexes?: IndexFunctions<T>
  /** Told of each change of what the store shows, own writes included, before anybody acts on it: for who keeps a copy of it. */
  readonly onShown?: OnShown<T>
  /** Freezes what the client delivers, so that a consumer that changes a shared object fails at once. Default false: in-process objects are frozen anyway. */
  readonly mutationDetector?: boolean
  /** Called when the connection failed; the informer goes on by itself. */
  readonly onInterrupted?: (error: unknown, retryMs: number) => void
}

/**
 * One resource type kept in memory: watcher → reflector → store, assembled. What a consumer may rely on:
 *
 * - `changes` delivers what the watch brings, in order, after the store shows it; several subscribers share one watch. It begins with what
 *   comes after the subscription: what is there already stands in the store.
 * - `synced` resolves when the first listing is in the store and its changes are out; `hasSynced` tells the same without waiting.
 * - Objects are shared: copy before changing.
 */
export class Informer<T extends KubeObject = KubeObject> {
  readonly kind: Kind<T>
  readonly store: Store<T>
  readonly changes: Observable<StoreChange<T>>
  /** Never rejects; stays pending when the informer is stopped before. */
  readonly synced: Promise<void>
  readonly #changes = new Subject<StoreChange<T>>()
  readonly #client: WatchedClient
  readonly #options: InformerOptions<T>
  readonly #writer: StoreWriter<T>
  #subscription: Subscription | undefined
  #stopped = false
  #hasSynced = false
  #resolveSynced: () => void = () => undefined

  constructor(client: WatchedClient, kind: Kind<T>, options: InformerOptions<T>) {
    this.kind = kind
    this.changes = this.#changes.asObservable()
    this.#client = client
    this.#options = options
    const { store, writer } = createStore<T>(options.indexes, options.onShown)
    this.store = store
    this.#writer = writer
    this.synced = new Promise((resolve) => {
      this.#resolveSynced = resolve
    })
  }

  get hasSynced(): boolean {
    return this.#hasSynced
  }

  /**
   * The resourceVersion up to which the informer has seen everything of its type, also when it filters; '' before the first listing, and
   * always with InformerResourceVersion off. Asked of the gates anew each time, as client-go does.
   */
  get lastSyncResourceVersion(): string {
    return this.#options.gates.enabled(InformerResourceVersion) ? this.store.resourceVersion : ''
  }

  /** Starts watching; a second call, or one after `stop`, does nothing. */
  start(): void {
    if (this.#subscription !== undefined || this.#stopped) return
    const events = watcher(this.#client, this.kind, this.#options).pipe(
      tap((event) => {
        if (event.type === 'interrupted') this.#options.onInterrupted?.(event.error, event.retryMs)
        else if (this.#options.mutationDetector && (event.type === 'applied' || event.type === 'item' || event.type === 'deleted'))
          deepFreeze(event.object)
      }),
    )
    this.#subscription = reflect(events, this.#writer, () => {
      this.#hasSynced = true
      this.#resolveSynced()
    }).subscribe((change) => this.#changes.next(change))
  }

  /** Files the objects under more indexes, now and from now on (client-go's AddIndexers); one of a name that is there already stays as it is. */
  addIndexes(indexes: IndexFunctions<T>): void {
    this.#writer.addIndexes(indexes)
  }

  /** Shows an own write before the watch delivers it. */
  wrote(object: T, deleted = false): void {
    if (this.#options.mutationDetector) deepFreeze(object)
    this.#writer.wrote(object, deleted)
  }

  /** Ends the watch and completes `changes`; the store stays readable. */
  stop(): void {
    this.#stopped = true
    this.#subscription?.unsubscribe()
    this.#changes.complete()
  }
}
