import { DelayingQueue } from './delaying-queue.ts'
import type { AddOptions, QueueOptions } from './queue.ts'
import { defaultControllerRateLimiter, type RateLimiter } from './rate-limiters.ts'

/** How a rate-limiting queue is made. */
export interface RateLimitingQueueOptions<T> extends QueueOptions {
  /** Decides the delays of `addRateLimited`. Default: `defaultControllerRateLimiter`. */
  readonly rateLimiter?: RateLimiter<T>
}

/**
 * The queue that controllers work from: a delaying queue that knows how long a failed item has to wait.
 * `done` does not end a row of failures: call `forget` after success, or when an item is given up.
 */
export class RateLimitingQueue<T> extends DelayingQueue<T> {
  readonly #rateLimiter: RateLimiter<T>

  constructor(options: RateLimitingQueueOptions<T>) {
    super(options)
    this.#rateLimiter = options.rateLimiter ?? defaultControllerRateLimiter(options)
  }

  /** Adds `item` when its rate limiter allows it; every call counts as one more failure. */
  addRateLimited(item: T, options?: AddOptions): void {
    this.addAfter(item, this.#rateLimiter.when(item), options)
  }

  /** Lets the delays of `item` start from the beginning; it does not take the item out of the queue. */
  forget(item: T): void {
    this.#rateLimiter.forget(item)
  }

  /** How often `item` was added rate-limited since it was last forgotten. */
  numRequeues(item: T): number {
    return this.#rateLimiter.numRequeues(item)
  }
}
