import { isExpired, isStatusError, type Kind, type KubeObject } from '@kubetape/apimachinery'
import type { Client } from '@kubetape/client'
import { type Gates, WatchListClient } from '@kubetape/client-go-features'
import { type Clock, type Random, randomFloat, type Timer } from '@kubetape/determinism'
import { Observable, type Subscriber } from 'rxjs'
import { Backoff } from './backoff.ts'
import { openWatch, WATCH_EVERY_MS, type WatchRequestOptions } from './watch-request.ts'
import type { WatcherEvent } from './watcher-event.ts'
import { transition, type WatcherSignal, type WatcherState } from './watcher-state.ts'

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
const LIST_PAGE = 500

/** What a watcher asks of a client. */
export type WatchedClient = Pick<Client, 'list' | 'watch'>

/**
 * The first stage: an endless, self-healing view of one resource type. What the next stage may rely on:
 *
 * - It begins with `listing`, items and `listed`; then changes follow in the order of the server, without a hole.
 * - After a lost connection it resumes from the last resourceVersion it saw; only a 410 makes it list anew.
 * - It never ends by itself and never errors: failures are `interrupted` events, followed by another try with jittered back-off.
 * - It sends no two watches within a second, whatever the server does.
 * - With WatchListClient on, the list is streamed; a server that cannot do that is asked for a plain list, once and for all.
 */
export function watcher<T extends KubeObject>(client: WatchedClient, kind: Kind<T>, options: WatcherOptions): Observable<WatcherEvent<T>> {
  return new Observable((subscriber) => {
    const session = new WatchSession(client, kind, options, subscriber)
    session.start()
    return () => session.stop()
  })
}

class WatchSession<T extends KubeObject> {
  readonly #client: WatchedClient
  readonly #kind: Kind<T>
  readonly #options: WatcherOptions
  readonly #out: Subscriber<WatcherEvent<T>>
  readonly #backoff: Backoff
  readonly #abort = new AbortController()
  #state: WatcherState
  #streams: boolean
  #resourceVersion = ''
  #closeWatch: () => void = () => undefined
  #timer: Timer | undefined
  /** No watch is sent before this. */
  #nextWatchMs = Number.NEGATIVE_INFINITY

  constructor(client: WatchedClient, kind: Kind<T>, options: WatcherOptions, out: Subscriber<WatcherEvent<T>>) {
    this.#client = client
    this.#kind = kind
    this.#options = options
    this.#out = out
    this.#backoff = new Backoff(options.clock, options.random)
    this.#streams = options.gates.enabled(WatchListClient)
    this.#state = this.#streams ? 'streaming' : 'listing'
  }

  start(): void {
    this.#enter()
  }

  stop(): void {
    this.#signal('stop')
  }

  /** Moves on; `error` is why, where something failed. */
  #signal(signal: WatcherSignal, error?: unknown): void {
    const before = this.#state
    this.#state = transition(before, signal, this.#streams)
    if (this.#state === before && signal !== 'ended') return
    // The watch that streamed the list goes on.
    if (signal === 'listed' && before === 'streaming') return
    this.#closeWatch()
    if (before === 'streaming' && this.#state === 'listing') this.#streams = false
    this.#enter(error)
  }

  #enter(error?: unknown): void {
    switch (this.#state) {
      case 'listing':
        void this.#list()
        break
      case 'streaming':
      case 'watching':
        this.#watchInTime(this.#state === 'streaming')
        break
      case 'waiting-to-list':
      case 'waiting-to-watch':
        this.#wait(error)
        break
      case 'stopped':
        this.#timer?.cancel()
        this.#abort.abort(STOPPED)
    }
  }

  #wait(error: unknown): void {
    const { clock } = this.#options
    const lists = this.#state === 'waiting-to-list' && !this.#streams
    const retryMs = Math.max(this.#backoff.next(), lists ? 0 : this.#nextWatchMs - clock.monotonicMs())
    this.#timer = clock.setTimer(() => this.#signal('elapsed'), retryMs)
    this.#out.next({ type: 'interrupted', error, retryMs })
  }

  async #list(): Promise<void> {
    try {
      await this.#readPages()
    } catch (error) {
      this.#signal(isExpired(error) ? 'expired' : 'failed', error)
      return
    }
    if (this.#state === 'stopped') return
    this.#out.next({ type: 'listed', resourceVersion: this.#resourceVersion })
    this.#signal('listed')
  }

  /** Where the list changes too fast for pages (410 in between) it is asked for in one piece, as client-go's pager does. */
  async #readPages(): Promise<void> {
    let limit: number | undefined = LIST_PAGE
    for (let token: string | undefined; ;) {
      if (token === undefined) this.#out.next({ type: 'listing' })
      const paging = { ...(limit === undefined ? {} : { limit }), ...(token === undefined ? {} : { continue: token }) }
      let page
      try {
        page = await this.#client.list(this.#kind, { ...this.#selection, ...paging, signal: this.#abort.signal })
      } catch (error) {
        if (token === undefined || !isExpired(error)) throw error
        limit = token = undefined
        continue
      }
      if (this.#state === 'stopped') return
      for (const object of page.items) this.#out.next({ type: 'item', object })
      this.#resourceVersion = page.metadata.resourceVersion ?? ''
      token = page.metadata.continue || undefined
      if (token === undefined) return
    }
  }

  #watchInTime(initial: boolean): void {
    const { clock } = this.#options
    const waitMs = this.#nextWatchMs - clock.monotonicMs()
    if (!(waitMs > 0)) {
      this.#watch(initial)
      return
    }
    const timer = clock.setTimer(() => this.#watch(initial), waitMs)
    this.#closeWatch = () => timer.cancel()
  }

  #watch(initial: boolean): void {
    if (initial) this.#out.next({ type: 'listing' })
    let listing = initial
    const { clock, idleMs = IDLE_MS } = this.#options
    this.#closeWatch = openWatch<T>({
      open: () => this.#client.watch(this.#kind, this.#watchOptions(initial)),
      clock,
      idleMs,
      onEvent: (type, object) => this.#out.next({ type: type === 'DELETED' ? 'deleted' : listing ? 'item' : 'applied', object }),
      onVersion: (resourceVersion) => (this.#resourceVersion = resourceVersion),
      onBookmark: (initialEnd) => {
        const resourceVersion = this.#resourceVersion
        if (!listing) this.#out.next({ type: 'bookmark', resourceVersion })
        else if (initialEnd) {
          listing = false
          this.#out.next({ type: 'listed', resourceVersion })
          this.#signal('listed')
        }
      },
      onEnd: (end, error, lived) => {
        if (!lived) this.#nextWatchMs = clock.monotonicMs() + WATCH_EVERY_MS
        this.#signal(end === 'failed' ? judge(error, listing) : end, error ?? new Error(`the watch of ${this.#kind.resource} ${WHY[end]}`))
      },
    })
  }

  #watchOptions(initial: boolean): WatchRequestOptions {
    const timeoutSeconds = Math.floor(WATCH_SECONDS_MIN + randomFloat(this.#options.random) * WATCH_SECONDS_SPREAD)
    const from = initial
      ? { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' as const }
      : { resourceVersion: this.#resourceVersion }
    return { ...this.#selection, allowWatchBookmarks: true, timeoutSeconds, ...from, signal: this.#abort.signal }
  }

  get #selection(): { namespace?: string; labelSelector?: string; fieldSelector?: string } {
    const { namespace, labelSelector, fieldSelector } = this.#options
    return { ...(namespace ? { namespace } : {}), ...(labelSelector ? { labelSelector } : {}), ...(fieldSelector ? { fieldSelector } : {}) }
  }
}

/** Made once: an error holds the frames of where it was made, and what they were called on, here the informer. */
const STOPPED = new Error('the watcher was stopped')

const WHY = { failed: 'ended at once', ended: 'ended', silent: 'was silent for too long' } as const

/** What an error of a watch means. `listing`: the server was to stream the list. */
function judge(error: unknown, listing: boolean): WatcherSignal {
  if (isExpired(error)) return 'expired'
  return listing && isStatusError(error) && (error.httpCode === 422 || error.httpCode === 400) ? 'unsupported' : 'failed'
}
