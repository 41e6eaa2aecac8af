import { deepFreeze, type Kind, type KubeObject } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import { Subject, type Subscription, tap } from 'rxjs'
import { reflect } from './reflector.ts'
import { createStore, type IndexFunctions, type Store, type StoreChange, type StoreWriter } from './store.ts'
import { watcher, type WatcherOptions } from './watcher.ts'

export interface InformerOptions<T extends KubeObject> extends WatcherOptions {
  readonly indexes?: IndexFunctions<T>
  /** Freezes what the client delivers, so that a consumer that changes a shared object fails at once. Default false: in-process objects are frozen anyway. */
  readonly mutationDetector?: boolean
  /** Called when the connection failed; the informer goes on by itself. */
  readonly onInterrupted?: (error: unknown, retryMs: number) => void
}

/**
 * One resource type kept in memory: watcher → reflector → store, assembled. What a consumer may rely on:
 *
 * - `changes` delivers every change of the store in order, after the store shows it; several subscribers share one watch.
 * - `synced` resolves when the first listing is in the store; `hasSynced` tells the same without waiting.
 * - Objects are shared: copy before changing.
 */
export class Informer<T extends KubeObject = KubeObject> {
  readonly kind: Kind<T>
  readonly store: Store<T>
  readonly synced: Promise<void>
  readonly #changes = new Subject<StoreChange<T>>()
  readonly #client: Client
  readonly #options: InformerOptions<T>
  readonly #writer: StoreWriter<T>
  #subscription: Subscription | undefined
  #hasSynced = false
  #resolveSynced: () => void = () => undefined

  constructor(client: Client, kind: Kind<T>, options: InformerOptions<T>) {
    this.kind = kind
    this.#client = client
    this.#options = options
    const { store, writer } = createStore<T>(options.indexes)
    this.store = store
    this.#writer = writer
    this.synced = new Promise((resolve) => {
      this.#resolveSynced = resolve
    })
  }

  get changes(): Subject<StoreChange<T>> {
    return this.#changes
  }

  get hasSynced(): boolean {
    return this.#hasSynced
  }

  /** Starts watching; a second call does nothing. */
  start(): void {
    if (this.#subscription !== undefined) return
    const events = watcher(this.#client, this.kind, this.#options).pipe(
      tap((event) => {
        if (event.type === 'interrupted') this.#options.onInterrupted?.(event.error, event.retryMs)
        else if (this.#options.mutationDetector && (event.type === 'applied' || event.type === 'item' || event.type === 'deleted')) deepFreeze(event.object)
      }),
    )
    this.#subscription = reflect(events, this.#writer, () => {
      this.#hasSynced = true
      this.#resolveSynced()
    }).subscribe((change) => this.#changes.next(change))
  }

  /** Shows an own write before the watch delivers it. */
  wrote(object: T, deleted = false): void {
    this.#writer.wrote(object, deleted)
  }

  stop(): void {
    this.#subscription?.unsubscribe()
    this.#changes.complete()
  }
}
