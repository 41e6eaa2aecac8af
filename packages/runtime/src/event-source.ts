import { type KubeObject, objectKey } from '@kubetape/apimachinery'
import type { Clock, Timer } from '@kubetape/determinism'
import { map, Observable } from 'rxjs'
import type { KindLookup } from './controller.ts'
import type { RunLog } from './reconcile.ts'

/** Something outside of the API that objects are to be reconciled for: a queue, a poller, a timer. */
export interface EventSource {
  /** In triggers on the tape, in logs. */
  readonly name: string
  /**
   * What emits the keys (`namespace/name`, or `name`) to reconcile. Subscribed to when the informers have synced, ended when the controller
   * stops. One that fails, or emits what are no keys, is subscribed to again, with back-off; one that completes is not.
   */
  readonly keys: (context: SourceContext) => Observable<string | readonly string[]>
}

/** What a source may use. */
export interface SourceContext {
  /** The only clock that virtual time reaches. */
  readonly clock: Clock
  readonly lookup: KindLookup
  readonly log: RunLog
}

/** First and longest wait before a source that failed is subscribed to again. */
const RETRY_BASE_MS = 1000
const RETRY_MAX_MS = 60_000

/** Follows a source until `unsubscribe`, over its failures. */
export function followSource(source: EventSource, context: SourceContext, enqueue: (key: string) => void): { unsubscribe(): void } {
  let failures = 0
  return new Observable<never>(() => {
    let timer: Timer | undefined
    let isOver = false
    let inner: { unsubscribe(): void } | undefined
    const begin = (): void => {
      inner = observed(source, context).subscribe({
        next: (keys) => {
          failures = 0
          for (const key of keys) enqueue(key)
        },
        error: (error: unknown) => {
          const retryMs = Math.min(RETRY_BASE_MS * 2 ** failures++, RETRY_MAX_MS)
          const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
          context.log.error('an event source failed and will be subscribed to again', { source: source.name, error: text, retryMs })
          if (!isOver) timer = context.clock.setTimer(begin, retryMs)
        },
      })
    }
    begin()
    return () => {
      isOver = true
      timer?.cancel()
      inner?.unsubscribe()
    }
  }).subscribe()
}

/** A source is somebody's code: what it throws, and what it emits that are no keys, is a failure like any other. */
function observed(source: EventSource, context: SourceContext): Observable<readonly string[]> {
  return new Observable<string | readonly string[]>((subscriber) => source.keys(context).subscribe(subscriber)).pipe(
    map((keys) => (typeof keys === 'string' ? [keys] : [...keys])),
  )
}

/** A source that asks for keys again and again, first after one period; when `keys` throws, as a source that failed. */
export function timerSource(name: string, everyMs: number, keys: (lookup: KindLookup) => readonly string[]): EventSource {
  if (!(everyMs > 0)) throw new RangeError(`Cannot run every ${everyMs} ms: the period must be above 0`)
  return {
    name,
    keys: ({ clock, lookup }) =>
      new Observable((subscriber) => {
        let timer: Timer
        const arm = (): void => {
          timer = clock.setTimer(() => {
            arm()
            try {
              subscriber.next(keys(lookup))
            } catch (error) {
              subscriber.error(error)
            }
          }, everyMs)
        }
        arm()
        return () => timer.cancel()
      }),
  }
}

/** The keys of these objects, for sources that reconcile all of some. */
export const keysOf = (objects: readonly KubeObject[]): string[] => objects.map(objectKey)
