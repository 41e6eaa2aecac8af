import { type Clock, type Random, sleep, type Timer } from '@kubetape/determinism'
import type { ReviewTransport } from '../auth/webhook/review-transport.ts'
import type { AuditLog } from './audit-log.ts'
import { SendRate } from './send-rate.ts'

export interface AuditWebhookOptions {
  readonly transport: ReviewTransport
  readonly clock: Clock
  readonly random: Random
  /** Events that wait to be sent; more are given up. Default 10,000. */
  readonly bufferMax?: number
  /** Events of one request. Default 400. */
  readonly batchMax?: number
  /** How long an event waits for others, in milliseconds. Default 30,000. */
  readonly batchWaitMs?: number
  /** Requests a second; `undefined` sends without a limit. Default: 10, and 15 at once. */
  readonly rate?: { readonly perSecond: number; readonly burst: number } | undefined
  /** After which time a request is tried again, in milliseconds; then half as much longer each time. Default 10,000. */
  readonly backoffMs?: number
  /** Told when events cannot be sent, how many wait, and how many were given up. */
  readonly onError: (error: Error, waiting: number, lost: number) => void
}

const TRIES_MAX = 5
const BACKOFF_FACTOR = 1.5
const BACKOFF_JITTER = 0.2
const TIMEOUT_MS = 30_000
/** Requests under way; the others wait in the buffer. */
const AT_ONCE_MAX = 15
/** How long a server that stops waits for what it has not sent. */
const CLOSE_MS = 5000
/** Events that are given up are told of together. */
const TELL_MS = 1000
/** How each event begins; in a list that says so once, they do not. */
const EVENT_HEAD = '{"kind":"Event","apiVersion":"audit.k8s.io/v1",'

/**
 * Sends audit events to a webhook in batches (Kubernetes documentation, "Auditing", webhook backend, batch mode).
 *
 * - Nobody waits for it: what comes while the buffer is full is given up, and told.
 * - A batch goes when it is full, or when its first event has waited long enough, as fast as the rate allows.
 * - A request that fails in any way is tried five times in all.
 */
export class AuditWebhook implements AuditLog {
  readonly #options: AuditWebhookOptions
  readonly #rate: SendRate | undefined
  readonly #waiting: string[] = []
  /** When the first of those that wait came. */
  #sinceMs = 0
  #timer: Timer | undefined
  readonly #sending = new Set<Promise<void>>()
  #lost = 0
  #tellTimer: Timer | undefined
  /** No try waits for the next one any more. */
  readonly #closing = new AbortController()
  readonly #giveUp = new AbortController()

  constructor(options: AuditWebhookOptions) {
    this.#options = options
    const { rate } = 'rate' in options ? options : { rate: { perSecond: 10, burst: 15 } }
    this.#rate = rate === undefined ? undefined : new SendRate(options.clock, rate)
  }

  write(line: string): void {
    const { bufferMax = 10_000, clock } = this.#options
    if (this.#waiting.length >= bufferMax) {
      this.#lose()
      return
    }
    if (this.#waiting.length === 0) this.#sinceMs = clock.monotonicMs()
    const count = this.#waiting.push(line)
    if (count === 1 || count === this.#batchMax) this.#pump()
  }

  /** Sends what waits, each batch once more at the most, and gives up what has not gone within five seconds. */
  async close(): Promise<void> {
    const { clock } = this.#options
    const timer = clock.setTimer(() => this.#giveUp.abort(new Error('the server stops')), CLOSE_MS)
    this.#closing.abort(new Error('the server stops'))
    this.#pump()
    while (this.#sending.size > 0) await Promise.all(this.#sending)
    timer.cancel()
    this.#tell()
  }

  get #batchMax(): number {
    return this.#options.batchMax ?? 400
  }

  /** Sends what is due, and looks again when something will be. */
  #pump(): void {
    const { clock } = this.#options
    this.#timer?.cancel()
    while (this.#waiting.length > 0 && this.#sending.size < AT_ONCE_MAX) {
      const waitMs = this.#closing.signal.aborted ? 0 : Math.max(this.#waitMs(), this.#rate?.waitMs() ?? 0)
      if (waitMs > 0) {
        this.#timer = clock.setTimer(() => this.#pump(), waitMs)
        return
      }
      this.#rate?.take()
      this.#send(this.#waiting.splice(0, this.#batchMax))
      this.#sinceMs = clock.monotonicMs()
    }
  }

  /** Until the next batch is full or old enough. */
  #waitMs(): number {
    if (this.#waiting.length >= this.#batchMax) return 0
    const { batchWaitMs = 30_000, clock } = this.#options
    return this.#sinceMs + batchWaitMs - clock.monotonicMs()
  }

  #send(lines: readonly string[]): void {
    const items = lines.map((line) => (line.startsWith(EVENT_HEAD) ? `{${line.slice(EVENT_HEAD.length)}` : line))
    const body = `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[${items.join(',')}]}`
    const sending = this.#deliver(body)
      .catch((error: unknown) => this.#options.onError(error as Error, this.#waiting.length, lines.length))
      .finally(() => {
        this.#sending.delete(sending)
        this.#pump()
      })
    this.#sending.add(sending)
  }

  async #deliver(body: string): Promise<void> {
    const { clock, random, backoffMs = 10_000 } = this.#options
    const { signal } = this.#closing
    for (let attempt = 1; ; attempt++) {
      const isLast = attempt === TRIES_MAX || signal.aborted
      try {
        await this.#post(body)
        return
      } catch (error) {
        if (isLast || this.#giveUp.signal.aborted) throw error
      }
      const jitter = 1 + (BACKOFF_JITTER * random.nextUint32()) / 2 ** 32
      await sleep(clock, backoffMs * BACKOFF_FACTOR ** (attempt - 1) * jitter, { signal }).catch(() => undefined)
    }
  }

  async #post(body: string): Promise<void> {
    const { transport, clock } = this.#options
    const late = new AbortController()
    const timer = clock.setTimer(() => late.abort(new Error('context deadline exceeded')), TIMEOUT_MS)
    const signal = AbortSignal.any([late.signal, this.#giveUp.signal])
    try {
      const { code } = await transport(body, signal)
      if (code < 200 || code >= 300) throw new Error(`the webhook answered ${code}`)
    } catch (error) {
      throw signal.aborted ? (signal.reason as Error) : error
    } finally {
      timer.cancel()
    }
  }

  #lose(): void {
    this.#lost++
    this.#tellTimer ??= this.#options.clock.setTimer(() => this.#tell(), TELL_MS)
  }

  /** Tells of the events that were given up since the last time. */
  #tell(): void {
    this.#tellTimer?.cancel()
    this.#tellTimer = undefined
    if (this.#lost === 0) return
    this.#options.onError(new Error('audit buffer queue blocked'), this.#waiting.length, this.#lost)
    this.#lost = 0
  }
}
