import type { IncomingMessage } from 'node:http'
import { type Clock, sleep } from '@kubetape/determinism'
import { refusalOf, retryAfterSeconds } from './answer.ts'
import { RequestFailed } from './client.ts'
import type { Credentials, CredentialSource } from './credentials.ts'
import { exchange, type Mode, type Outcome, type Target } from './exchange.ts'
import type { RequestMetrics } from './request-metrics.ts'
import { type Answer, describeRequest, type WireRequest } from './wire-request.ts'

/** How often one request is sent again because the server asked to wait (client-go's number). */
export const RETRIES_MAX = 10

/** A server that asks for a longer wait than this gets its 429 handed to the caller instead. */
export const RETRY_AFTER_SECONDS_MAX = 120

/** A server that asks to be asked again at once is not taken at its word. */
const RETRY_AFTER_SECONDS_MIN = 1

/** How often a read is sent again because its kept-alive connection had been closed. */
const STALE_CONNECTIONS_MAX = 10

export interface ConnectionOptions {
  /** `https://host:port`, with a path when the API stands below one. */
  readonly url: string
  readonly credentials: CredentialSource
  readonly clock: Clock
  readonly userAgent: string
  /** Until a whole answer, or the head of a watch's; each attempt anew. 0: no limit. */
  readonly requestTimeoutMs: number
  readonly metrics?: RequestMetrics | undefined
}

/** One server: sends requests with its credentials and waits when it is asked to. */
export class Connection {
  readonly #options: ConnectionOptions
  readonly #server: Pick<Target, 'secure' | 'hostname' | 'port' | 'prefix'>

  /** Throws a TypeError when the URL is no HTTP(S) URL. */
  constructor(options: ConnectionOptions) {
    this.#options = options
    this.#server = parseServerUrl(options.url)
  }

  /** The whole answer, whatever its code. */
  async send(request: WireRequest): Promise<Answer> {
    const { clock, metrics } = this.#options
    const startedMs = clock.monotonicMs()
    try {
      const outcome = await this.#attempt(request, 'whole')
      if ('answer' in outcome) return outcome.answer
      throw new TypeError('Cannot take a stream for a whole answer')
    } finally {
      metrics?.ended(request.method, (clock.monotonicMs() - startedMs) / 1000)
    }
  }

  /** The body of a successful answer as it arrives; throws the StatusError of a refusal. */
  async open(request: WireRequest): Promise<IncomingMessage> {
    const outcome = await this.#attempt(request, 'stream')
    if ('stream' in outcome) return outcome.stream
    throw refusalOf(request, outcome.answer)
  }

  /** Closes every connection; requests under way fail. */
  close(): void {
    this.#options.credentials.close()
  }

  async #attempt(request: WireRequest, mode: Mode): Promise<Exclude<Outcome, 'stale'>> {
    const { clock, metrics } = this.#options
    for (let retries = 0, stale = 0; ;) {
      request.signal?.throwIfAborted()
      const target = await this.#target(request)
      request.signal?.throwIfAborted()
      const outcome = await this.#exchange(target, request, mode)
      if (outcome === 'stale') {
        // Who watches tries again anyway, and not at once: a server that drops each watch must not get a storm of them.
        if (mode === 'stream' || ++stale > STALE_CONNECTIONS_MAX)
          throw new RequestFailed(`Cannot ${describeRequest(request)}: the server closes every connection`)
        metrics?.retried(request.method, undefined)
        continue
      }
      const waitSeconds = 'answer' in outcome ? waitAskedFor(outcome.answer) : undefined
      if (waitSeconds === undefined || ++retries > RETRIES_MAX) return outcome
      metrics?.retried(request.method, codeOf(outcome))
      await sleep(clock, waitSeconds * 1000, request.signal === undefined ? {} : { signal: request.signal })
    }
  }

  async #exchange(target: Target, request: WireRequest, mode: Mode): Promise<Outcome> {
    const { clock, requestTimeoutMs: timeoutMs, metrics } = this.#options
    try {
      const outcome = await exchange(target, request, mode, { clock, timeoutMs })
      metrics?.attempted(request.method, codeOf(outcome))
      return outcome
    } catch (error) {
      metrics?.attempted(request.method, undefined)
      throw error
    }
  }

  async #target(request: WireRequest): Promise<Target> {
    let credentials: Credentials
    try {
      credentials = await this.#options.credentials.current()
    } catch (cause) {
      throw new RequestFailed(`Cannot ${describeRequest(request)}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    }
    return { ...this.#server, agent: credentials.agent, headers: { 'user-agent': this.#options.userAgent, ...credentials.headers } }
  }
}

/** Undefined: none came. */
function codeOf(outcome: Outcome): number | undefined {
  if (outcome === 'stale') return undefined
  return 'answer' in outcome ? outcome.answer.code : outcome.stream.statusCode
}

/**
 * A 429 with Retry-After was not carried out, so every verb may be sent again. Answers of 500 and above may have taken effect: those are for
 * the caller, who can read first.
 */
function waitAskedFor(answer: Answer): number | undefined {
  if (answer.code !== 429) return undefined
  const seconds = retryAfterSeconds(answer)
  return seconds !== undefined && seconds <= RETRY_AFTER_SECONDS_MAX ? Math.max(RETRY_AFTER_SECONDS_MIN, seconds) : undefined
}

/** Takes a server's URL apart. Throws a TypeError that says what is wrong with it. */
export function parseServerUrl(text: string): Pick<Target, 'secure' | 'hostname' | 'port' | 'prefix'> {
  if (!URL.canParse(text)) throw new TypeError(`Cannot use the server URL ${JSON.stringify(text)}: it is no URL`)
  const url = new URL(text)
  const secure = url.protocol === 'https:'
  if (!secure && url.protocol !== 'http:')
    throw new TypeError(`Cannot use the server URL ${JSON.stringify(text)}: it is neither http nor https`)
  return {
    secure,
    hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    prefix: url.pathname.replace(/\/+$/, ''),
  }
}
