import { INITIAL_EVENTS_END, type KubeObject, type WatchEvent } from '@kubetape/apimachinery'
import type { WatchOptions } from '@kubetape/client'
import type { Clock, Timer } from '@kubetape/determinism'
import { defer, type Observable, Subscription } from 'rxjs'

export type WatchRequestOptions = WatchOptions

/** One watch request and what to do with what it brings. */
export interface WatchRequest<T extends KubeObject> {
  readonly open: () => Observable<WatchEvent<T>>
  readonly clock: Clock
  /** A request that brings nothing for this long is `silent`. */
  readonly idleMs: number
  /** Called with each event's resourceVersion, before anything else is said of the event. */
  readonly onVersion: (resourceVersion: string) => void
  readonly onEvent: (type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T) => void
  /** `initialEnd`: it ends a streamed list. */
  readonly onBookmark: (initialEnd: boolean) => void
  /**
   * Called once, unless the request is closed before. A request that ends within a second has failed, so that it cannot become a busy loop.
   * `lived`: it was answered at least a second ago, as far as can be told from what it brought: the client may have had to send it more than once.
   */
  readonly onEnd: (end: 'failed' | 'ended' | 'silent', error: unknown, lived: boolean) => void
}

/** No two watches are sent within this time. */
export const WATCH_EVERY_MS = 1000

/** Sends one watch request and sees whether it lives. Answers how to close it. */
export function openWatch<T extends KubeObject>(request: WatchRequest<T>): () => void {
  const { clock, idleMs } = request
  const started = clock.monotonicMs()
  const subscription = new Subscription()
  let heardMs = started
  let answeredMs: number | undefined
  let timer: Timer
  const close = (): void => {
    timer.cancel()
    subscription.unsubscribe()
  }
  const end = (how: 'failed' | 'ended' | 'silent', error?: unknown): void => {
    if (subscription.closed) return
    close()
    request.onEnd(how, error, answeredMs !== undefined && clock.monotonicMs() - answeredMs >= WATCH_EVERY_MS)
  }
  /** One timer for all events: when it fires it looks when the last one was. */
  const guard = (delayMs: number): void => {
    timer = clock.setTimer(() => {
      const left = heardMs + idleMs - clock.monotonicMs()
      if (left > 0) guard(left)
      else end('silent')
    }, delayMs)
  }
  guard(idleMs)
  const next = (event: WatchEvent<T>): void => {
    if (subscription.closed) return
    heardMs = clock.monotonicMs()
    answeredMs ??= heardMs
    if (event.type === 'ERROR') return
    const { resourceVersion = '', annotations } = event.object.metadata ?? {}
    if (resourceVersion) request.onVersion(resourceVersion)
    if (event.type === 'BOOKMARK') request.onBookmark(annotations?.[INITIAL_EVENTS_END] === 'true')
    else request.onEvent(event.type, event.object)
  }
  subscription.add(
    defer(request.open).subscribe({
      next,
      error: (error: unknown) => end('failed', error),
      complete: () => end(clock.monotonicMs() - started < WATCH_EVERY_MS ? 'failed' : 'ended'),
    }),
  )
  return close
}
