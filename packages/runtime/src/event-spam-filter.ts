/** client-go's defaults: so many events at once about an object, and one more in this time. */
const BURST = 25
const REFILL_MS = 300_000
const REMEMBERED_MAX = 4096

interface Bucket {
  tokens: number
  /** When the tokens were counted. */
  atMs: number
}

/**
 * Lets through 25 events of one reporter about one object, then one every five minutes (client-go's EventSourceObjectSpamFilter): an object that is in
 * trouble for days must not fill the store with what it said already.
 */
export class EventSpamFilter {
  readonly #buckets = new Map<string, Bucket>()

  /** Whether one more event of this reporter and object may be written now. */
  allows(source: string, nowMs: number): boolean {
    const known = this.#buckets.get(source)
    const tokens = known === undefined ? BURST : Math.min(BURST, known.tokens + Math.max(0, nowMs - known.atMs) / REFILL_MS)
    const isAllowed = tokens >= 1
    this.#buckets.delete(source)
    this.#buckets.set(source, { tokens: isAllowed ? tokens - 1 : tokens, atMs: nowMs })
    if (this.#buckets.size > REMEMBERED_MAX) this.#buckets.delete(this.#buckets.keys().next().value!)
    return isAllowed
  }
}
