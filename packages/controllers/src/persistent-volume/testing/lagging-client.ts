import type { Kind, KubeList, KubeObject, ObjectName, Status, WatchEvent } from '@kubetape/apimachinery'
import type { Client, DeleteOptions, ListOptions, Patch, WatchOptions, WriteOptions } from '@kubetape/client'
import type { Clock, Random } from '@kubetape/determinism'

/** Longest time that a request is on its way, in each direction. */
const REQUEST_MS_MAX = 200
/** How late the events of a kind may be, and how much later one than the one before. */
const LAGS_MS = [0, 50, 1000, 20_000]

/**
 * One process's connection to an API server: requests take their time in both directions, and the events of each kind come late, in order, each kind
 * at its own pace. When the process dies, no request reaches the server any more and no answer comes back.
 */
export class LaggingClient implements Client {
  readonly #server: Client
  readonly #clock: Clock
  readonly #random: Random
  readonly #onWrite: () => Promise<void>
  readonly #lagOf = new Map<string, number>()
  #isDead = false

  constructor(server: Client, clock: Clock, random: Random, onWrite: () => Promise<void>) {
    this.#server = server
    this.#clock = clock
    this.#random = random
    this.#onWrite = onWrite
  }

  die(): void {
    this.#isDead = true
  }

  get<T extends KubeObject>(kind: Kind<T>, name: ObjectName): Promise<T> {
    return this.#send(() => this.#server.get(kind, name))
  }

  list<T extends KubeObject>(kind: Kind<T>, options?: ListOptions): Promise<KubeList<T>> {
    return this.#send(() => this.#server.list(kind, options))
  }

  create<T extends KubeObject>(kind: Kind<T>, object: T, options?: WriteOptions): Promise<T> {
    return this.#write(() => this.#server.create(kind, object, options))
  }

  update<T extends KubeObject>(kind: Kind<T>, object: T, options?: WriteOptions): Promise<T> {
    return this.#write(() => this.#server.update(kind, object, options))
  }

  patch<T extends KubeObject>(kind: Kind<T>, name: ObjectName, patch: Patch, options?: WriteOptions): Promise<T> {
    return this.#write(() => this.#server.patch(kind, name, patch, options))
  }

  delete<T extends KubeObject>(kind: Kind<T>, name: ObjectName, options?: DeleteOptions): Promise<T | Status> {
    return this.#write(() => this.#server.delete(kind, name, options))
  }

  deleteCollection<T extends KubeObject>(kind: Kind<T>, options?: ListOptions & DeleteOptions): Promise<KubeList<T> | Status> {
    return this.#write(() => this.#server.deleteCollection(kind, options))
  }

  /** What rxjs takes for an Observable, without needing rxjs here. */
  watch<T extends KubeObject>(kind: Kind<T>, options?: WatchOptions): never {
    const subscribe = (observer: { next(event: WatchEvent<T>): void }): { unsubscribe: () => void } => {
      let isOpen = true
      let lastMs = 0
      const next = (event: WatchEvent<T>): void => {
        const nowMs = this.#clock.monotonicMs()
        lastMs = Math.max(lastMs, nowMs + this.#below(this.#lag(kind) + 1))
        const deliver = (): void => {
          if (isOpen && !this.#isDead) observer.next(event)
        }
        this.#clock.setTimer(deliver, lastMs - nowMs)
      }
      const inner = this.#server.watch(kind, options).subscribe({ next })
      return {
        unsubscribe: () => {
          isOpen = false
          inner.unsubscribe()
        },
      }
    }
    const watching = { subscribe, '@@observable': () => watching }
    return watching as never
  }

  #lag(kind: Kind): number {
    let lagMs = this.#lagOf.get(kind.resource)
    if (lagMs === undefined) this.#lagOf.set(kind.resource, (lagMs = LAGS_MS[this.#below(LAGS_MS.length)]!))
    return lagMs
  }

  #write<T>(request: () => Promise<T>): Promise<T> {
    return this.#send(async () => {
      const answer = await request()
      await this.#onWrite()
      return answer
    })
  }

  async #send<T>(request: () => Promise<T>): Promise<T> {
    await this.#travel()
    const answer = await request()
    await this.#travel()
    return answer
  }

  async #travel(): Promise<void> {
    if (!this.#isDead) await new Promise<void>((resolve) => this.#clock.setTimer(resolve, this.#below(REQUEST_MS_MAX)))
    if (this.#isDead) throw new Error('this process is dead')
  }

  #below(limit: number): number {
    return this.#random.nextUint32() % limit
  }
}
