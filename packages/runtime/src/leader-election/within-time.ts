import { RequestFailed } from '@kubetape/client'
import type { Clock } from '@kubetape/determinism'

/**
 * Makes a request and gives up on it after `limitMs` or when `signal` aborts, whether or not the client heeds the signal that it is given.
 * Rejects with RequestFailed then: the request may have taken effect.
 */
export function withinTime<A>(
  clock: Clock,
  limitMs: number,
  signal: AbortSignal | undefined,
  request: (signal: AbortSignal) => Promise<A>,
): Promise<A> {
  const stop = new AbortController()
  return new Promise((resolve, reject) => {
    const giveUp = (why: string): void => {
      const error = new RequestFailed(`Cannot wait for an answer: ${why}`)
      finish()
      reject(error)
      stop.abort(error)
    }
    const onAbort = (): void => giveUp('the caller stopped')
    const timer = clock.setTimer(() => giveUp(`there is none after ${limitMs} ms`), limitMs)
    const finish = (): void => {
      timer.cancel()
      signal?.removeEventListener('abort', onAbort)
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    if (signal?.aborted) {
      onAbort()
      return
    }
    const asked = async (): Promise<A> => request(stop.signal)
    asked().then(resolve, reject).finally(finish)
  })
}
