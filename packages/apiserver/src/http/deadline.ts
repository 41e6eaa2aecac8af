import { badRequest, failure, goDurationError, goDurationMs, type StatusError } from '@kubetape/apimachinery'
import type { Clock } from '@kubetape/determinism'

/** What does not last is answered within this time (upstream's `--request-timeout`). */
const REQUEST_MAX_MS = 60_000

/** How long a request may take, in milliseconds: what its `timeout` asks for, but not more than the server allows. Throws 400 for no duration. */
export function allowedMs(query: URLSearchParams): number {
  const text = query.get('timeout')
  if (text === null || text === '') return REQUEST_MAX_MS
  const asked = goDurationMs(text)
  if (asked === undefined) throw badRequest(`invalid timeout specified in the request URL - ${goDurationError(text)}`)
  return asked <= 0 ? REQUEST_MAX_MS : Math.min(asked, REQUEST_MAX_MS)
}

/** Waits for `work`, but not longer than `limitMs`: then throws 504. What was begun goes on, unheard. */
export function within<T>(clock: Clock, limitMs: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimer(() => reject(tooLate()), limitMs)
    work.then(
      (answer) => {
        timer.cancel()
        resolve(answer)
      },
      (error: Error) => {
        timer.cancel()
        reject(error)
      },
    )
  })
}

const tooLate = (): StatusError => failure(504, 'Timeout', 'Timeout: request did not complete within the allotted timeout', {})
