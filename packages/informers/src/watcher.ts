import { INITIAL_EVENTS_END, isExpired, isStatusError, type Kind, type KubeObject } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import type { Gates } from '@kubetape/client-go-features'
import { type Clock, type Random, randomFloat, type Timer } from '@kubetape/determinism'
import { Observable, type Subscriber, type Subscription } from 'rxjs'
import { Backoff } from './backoff.ts'
import type { WatcherEvent } from './watcher-event.ts'

/** What to watch and how. */
export interface WatcherOptions {
  readonly clock: Clock
  readonly random: Random
  readonly gates: Gates
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
  /** A watch that delivers nothing, not even a bookmark, for this long is taken for dead and opened again. Default 180,000. */
  readonly idleMs?: number
}

const IDLE_MS = 180_000
/** Servers end a watch after a time drawn from here, as client-go asks for. */
const WATCH_SECONDS_MIN = 300
const WATCH_SECONDS_SPREAD = 300
/** A watch that ends sooner than this without an event counts as a failure, so that it cannot become a busy loop. */
const SHORT_WATCH_MS = 1000
const LIST_PAGE = 500

/**
 * The first stage: an endless, self-healing view of one resource type. What the next stage may rely on:
 *
 * - It begins with `listing`, items and `listed`; then changes follow in the order of the server, without a hole.
 * - After a lost connection it resumes from the last resourceVersion it saw; only a 410 makes it list anew.
 * - It never ends by itself and never errors: failures are `interrupted` events, followed by another try with jittered back-off.
 * - With WatchListClient on, the initial list is streamed; a server that cannot do that is asked for a plain list, once and for all.
 */
export function watcher<T extends KubeObject>(client: Client, kind: Kind<T>, options: WatcherOptions): Observable<WatcherEvent<T>> {
  return new Observable((subscriber) => {
    const session = new WatchSession(client, kind, options, subscriber)
    session.start()
    return () => session.stop()
  })
}

class WatchSession<T extends KubeObject> {
  readonly #client: Client
  readonly #kind: Kind<T>
  readonly #options: WatcherOptions
  readonly #out: Subscriber<WatcherEvent<T>>
  readonly #backoff: Backoff
  readonly #abort = new AbortController()
  #streamingList: boolean
  #resourceVersion = ''
  #subscription: Subscription | undefined
  #timer: Timer | undefined

  constructor(client: Client, kind: Kind<T>, options: WatcherOptions, out: Subscriber<WatcherEvent<T>>) {
    this.#client = client
    this.#kind = kind
    this.#options = options
    this.#out = out
    this.#backoff = new Backoff(options.clock, options.random)
    this.#streamingList = options.gates.enabled('WatchListClient')
  }

  start(): void {
    this.#relist()
  }

  stop(): void {
    this.#abort.abort(new Error('the watcher was stopped'))
    this.#timer?.cancel()
    this.#subscription?.unsubscribe()
  }

  get #selection(): { namespace?: string; labelSelector?: string; fieldSelector?: string } {
    const { namespace, labelSelector, fieldSelector } = this.#options
    return { ...(namespace ? { namespace } : {}), ...(labelSelector ? { labelSelector } : {}), ...(fieldSelector ? { fieldSelector } : {}) }
  }

  #relist(): void {
    this.#resourceVersion = ''
    if (this.#streamingList) {
      this.#watch(true)
      return
    }
    this.#list().then(
      () => this.#watch(false),
      (error: unknown) => this.#retry(error, () => this.#relist()),
    )
  }

  async #list(): Promise<void> {
    this.#out.next({ type: 'listing' })
    let token: string | undefined
    do {
      const page = await this.#client.list(this.#kind, { ...this.#selection, limit: LIST_PAGE, ...(token === undefined ? {} : { continue: token }), signal: this.#abort.signal })
      for (const object of page.items) this.#out.next({ type: 'item', object })
      this.#resourceVersion = page.metadata.resourceVersion ?? ''
      token = page.metadata.continue || undefined
    } while (token !== undefined)
    this.#out.next({ type: 'listed', resourceVersion: this.#resourceVersion })
  }

  /** Opens one watch request. `initial`: the server streams the list first. */
  #watch(initial: boolean): void {
    if (this.#out.closed) return
    const { clock, random } = this.#options
    const started = clock.monotonicMs()
    let listing = initial
    let delivered = 0
    if (initial) this.#out.next({ type: 'listing' })
    const again = (error: unknown): void => {
      this.#closeWatch()
      if (isExpired(error)) this.#relistAfter(error)
      else if (initial && listing && isStatusError(error) && (error.httpCode === 422 || error.httpCode === 400)) this.#fallBack()
      else if (listing) this.#retry(error, () => this.#relist())
      else if (error === undefined && (delivered > 0 || clock.monotonicMs() - started >= SHORT_WATCH_MS)) this.#watch(false)
      else this.#retry(error ?? new Error(`the watch of ${this.#kind.resource} ended at once`), () => this.#watch(false))
    }
    const idle = (): void => {
      this.#timer?.cancel()
      this.#timer = clock.setTimer(() => again(new Error(`the watch of ${this.#kind.resource} was silent for ${this.#options.idleMs ?? IDLE_MS} ms`)), this.#options.idleMs ?? IDLE_MS)
    }
    idle()
    this.#subscription = this.#client
      .watch(this.#kind, {
        ...this.#selection,
        allowWatchBookmarks: true,
        timeoutSeconds: Math.floor(WATCH_SECONDS_MIN + randomFloat(random) * WATCH_SECONDS_SPREAD),
        ...(initial ? { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' as const } : { resourceVersion: this.#resourceVersion }),
        signal: this.#abort.signal,
      })
      .subscribe({
        next: (event) => {
          delivered++
          idle()
          if (event.type === 'ERROR') return
          this.#resourceVersion = event.object.metadata?.resourceVersion ?? this.#resourceVersion
          if (event.type === 'BOOKMARK') {
            if (listing && event.object.metadata?.annotations?.[INITIAL_EVENTS_END] === 'true') {
              listing = false
              this.#out.next({ type: 'listed', resourceVersion: this.#resourceVersion })
            } else if (!listing) this.#out.next({ type: 'bookmark', resourceVersion: this.#resourceVersion })
          } else if (event.type === 'DELETED') this.#out.next({ type: 'deleted', object: event.object })
          else this.#out.next({ type: listing ? 'item' : 'applied', object: event.object })
        },
        error: again,
        complete: () => again(undefined),
      })
    if (this.#out.closed) this.#closeWatch()
  }

  #closeWatch(): void {
    this.#timer?.cancel()
    this.#subscription?.unsubscribe()
    this.#subscription = undefined
  }

  #fallBack(): void {
    this.#streamingList = false
    this.#relist()
  }

  /** 410 is part of a watch's life: list at once, unless it comes again and again. */
  #relistAfter(error: unknown): void {
    this.#retry(error, () => this.#relist())
  }

  #retry(error: unknown, next: () => void): void {
    if (this.#out.closed) return
    const retryMs = this.#backoff.next()
    this.#out.next({ type: 'interrupted', error, retryMs })
    this.#timer = this.#options.clock.setTimer(next, retryMs)
  }
}
