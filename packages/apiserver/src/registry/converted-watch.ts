import { failure, isStatusError, type Status, StatusError } from '@kubetape/apimachinery'
import type { Storage, StorageEvent, StoredObject } from '@kubetape/storage'
import type { RunningWatch, WatchSink } from './read.ts'
import type { ServedResource } from './served-resource.ts'

/** What is watched of objects that somebody else converts. */
export interface ConvertedWatchRequest {
  readonly namespace?: string
  readonly name?: string
  readonly matches: ((object: StoredObject) => boolean) | undefined
  readonly since: number | undefined
  /** Say where the initial events end. */
  readonly initialEnd: boolean
}

/** Events that wait to be converted; a watch that falls behind further has to begin anew. */
const WAITING_MAX = 100_000

type Waiting =
  /** `before`: what the object was, where a selector asks for that. */
  { readonly event: StorageEvent; readonly before: StoredObject | undefined } | { readonly initialEndAt: number }

/**
 * A watch of objects that somebody else converts: events wait until they are, all that wait together, and keep their order. What an object was before a
 * change decides, as for every watch with a selector, whether it comes, changes or goes. A conversion that fails ends the watch.
 */
export class ConvertedWatch implements RunningWatch {
  readonly #storage: Storage
  readonly #resource: ServedResource
  readonly #matches: ConvertedWatchRequest['matches']
  readonly #sink: WatchSink
  readonly #stopStorage: () => void
  #waiting: Waiting[] = []
  #converting = false
  #stopped = false
  #delivered: number

  constructor(storage: Storage, resource: ServedResource, { matches, initialEnd, ...wanted }: ConvertedWatchRequest, sink: WatchSink) {
    this.#storage = storage
    this.#resource = resource
    this.#matches = matches
    this.#sink = sink
    this.#delivered = wanted.since ?? 0
    this.#stopStorage = storage.watch(resource.stored, wanted, (event) => this.#push({ event, before: this.#before(event) }))
    if (initialEnd) this.#push({ initialEndAt: storage.revision })
  }

  stop(): void {
    this.#stopped = true
    this.#waiting = []
    this.#stopStorage()
  }

  revision(): number {
    return this.#waiting.length === 0 && !this.#converting ? this.#storage.revision : this.#delivered
  }

  #before({ type, object, revision }: StorageEvent): StoredObject | undefined {
    if (this.#matches === undefined || type === 'ADDED') return undefined
    try {
      return this.#storage.getAt(this.#resource.stored, object.namespace, object.name, revision - 1)
    } catch (error) {
      // The log no longer has it: the watcher is told of the object as if it had not known it.
      if (isStatusError(error, 'Expired')) return undefined
      throw error
    }
  }

  #push(one: Waiting): void {
    if (this.#waiting.length === WAITING_MAX) {
      this.#fail(failure(410, 'Expired', 'Cannot go on watching: too many events wait for their conversion').status)
      return
    }
    this.#waiting.push(one)
    if (this.#converting) return
    this.#converting = true
    void this.#pump()
  }

  /** NOTE: it must be over in the turn in which nothing waits any more: what comes in a later one starts it again. */
  async #pump(): Promise<void> {
    // What is delivered as the watch begins is taken together.
    await Promise.resolve()
    try {
      while (this.#waiting.length > 0 && !this.#stopped) {
        const batch = this.#waiting
        this.#waiting = []
        const converting = this.#resource.convert(batch.flatMap(objectsOf))
        if (converting !== undefined) await converting
        for (const one of batch) if (!this.#stopped) this.#deliver(one)
      }
    } catch (error) {
      this.#fail(statusOf(error))
    }
    this.#converting = false
  }

  #deliver(one: Waiting): void {
    if ('initialEndAt' in one) this.#sink.initialEnd(one.initialEndAt)
    else {
      const event = this.#selected(one.event, one.before)
      if (event !== undefined) this.#sink.event(event)
      this.#delivered = one.event.revision
    }
  }

  /** The event as this watcher sees it; undefined where the object neither was nor is among those that it asks for. */
  #selected(event: StorageEvent, before: StoredObject | undefined): StorageEvent | undefined {
    const object = this.#resource.served(event.object)
    const matches = this.#matches
    if (matches === undefined) return { ...event, object }
    const was = before === undefined ? undefined : this.#resource.served(before)
    const had = was !== undefined && matches(was)
    if (event.type !== 'DELETED' && matches(object)) return { ...event, type: had ? 'MODIFIED' : 'ADDED', object }
    if (!had) return undefined
    return { ...event, type: 'DELETED', object: event.type === 'DELETED' ? object : lastOf(was, object) }
  }

  #fail(status: Status): void {
    if (this.#stopped) return
    this.stop()
    this.#sink.fail(status)
  }
}

const objectsOf = (one: Waiting): StoredObject[] =>
  'initialEndAt' in one ? [] : [one.event.object, ...(one.before === undefined ? [] : [one.before])]

/** An object that left a selector: what it was, at the version of the change. */
function lastOf(was: StoredObject, now: StoredObject): StoredObject {
  return now.withObject({ ...was.object, metadata: { ...was.object.metadata, resourceVersion: String(now.revision) } })
}

function statusOf(error: unknown): Status {
  if (error instanceof StatusError) return error.status
  return failure(500, 'InternalError', error instanceof Error ? error.message : String(error)).status
}
