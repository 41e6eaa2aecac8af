/** A fair, de-duplicating, delayed, rate-limited, prioritised queue of keys with client-go's contract. Start with `new RateLimitingQueue({ clock })`. */
export { RateLimitingQueue, type RateLimitingQueueOptions } from './rate-limiting-queue.ts'
export { DelayingQueue } from './delaying-queue.ts'
export { type AddOptions, Queue, type QueueOptions, SHUTDOWN } from './queue.ts'
export {
  bucketRateLimiter,
  defaultControllerRateLimiter,
  exponentialRateLimiter,
  maxOfRateLimiter,
  type RateLimiter,
} from './rate-limiters.ts'
export { type QueueMetricSpec, type QueueMetricsProvider } from './queue-metrics.ts'
