import { type Clock, sleep } from '@kubetape/determinism'
import type { ReviewAnswer, ReviewTransport } from './review-transport.ts'

const TRIES_MAX = 5
const FIRST_RETRY_MS = 500
const RETRY_FACTOR = 1.5
const TIMEOUT_MS = 30_000

export interface SendReviewOptions {
  readonly transport: ReviewTransport
  readonly clock: Clock
  /** How long all tries together may take. Default 30 seconds. */
  readonly timeoutMs?: number | undefined
}

/**
 * Sends a review to a webhook, again where another try may help: it is overloaded, broken or cannot be reached. Rejects with an Error that says why when
 * nothing came back in time.
 */
export async function sendReview(body: string, { transport, clock, timeoutMs = TIMEOUT_MS }: SendReviewOptions): Promise<ReviewAnswer> {
  const late = new AbortController()
  const { signal } = late
  const timer = clock.setTimer(() => late.abort(new Error('context deadline exceeded')), timeoutMs)
  let delayMs = FIRST_RETRY_MS
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await transport(body, signal)
        if ((answer.code < 500 && answer.code !== 429) || attempt === TRIES_MAX) return answer
      } catch (error) {
        if (signal.aborted || attempt === TRIES_MAX) throw error
      }
      await sleep(clock, delayMs, { signal })
      delayMs *= RETRY_FACTOR
    }
  } catch (error) {
    throw signal.aborted ? new Error('context deadline exceeded', { cause: error }) : error
  } finally {
    timer.cancel()
  }
}
