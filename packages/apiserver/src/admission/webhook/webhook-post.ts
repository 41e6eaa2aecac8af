import type { ServiceReference } from '@kubetape/api/types/admissionregistration/v1'
import type { Clock } from '@kubetape/determinism'
import type { Storage } from '@kubetape/storage'
import { codeProblem } from './answer-code.ts'
import { placesOf } from './service-target.ts'
import type { WebhookTarget, WebhookTransport } from './webhook-transport.ts'

/** How a webhook is reached: at an address, or at a port of a Service (API reference, WebhookClientConfig). */
export interface WebhookAddress {
  readonly url?: string
  readonly service?: Readonly<ServiceReference>
  /** The certificates that the webhook's is verified with: PEM in base64. Default: those that the machine trusts. */
  readonly caBundle?: string
}

/** Sends JSON to webhooks of any kind. */
export class WebhookPost {
  readonly #storage: Storage
  readonly #clock: Clock
  readonly #transport: WebhookTransport
  /** Places of a Service are asked in turn. */
  #turn = 0

  constructor(storage: Storage, clock: Clock, transport: WebhookTransport) {
    this.#storage = storage
    this.#clock = clock
    this.#transport = transport
  }

  /** Posts JSON and answers the text of a success. Throws an Error in upstream's words otherwise, also when `seconds` are over; the webhook is told of those. */
  async post(config: WebhookAddress, seconds: number, body: string): Promise<string> {
    const { url, target } = this.#address(config, seconds)
    try {
      const { code, body: answer } = await this.#withinTime(seconds, (signal) => this.#transport.post(target(), body, signal))
      const problem = codeProblem(code, answer)
      if (problem !== undefined) throw new AnswerError(problem)
      return answer
    } catch (error) {
      if (error instanceof AnswerError) throw error
      throw new Error(`Post ${JSON.stringify(url)}: ${(error as Error).message}`, { cause: error })
    }
  }

  /** The address as messages show it, and where that is. */
  #address({ url, service, caBundle }: WebhookAddress, seconds: number): { url: string; target: () => WebhookTarget } {
    const query = `?timeout=${seconds}s`
    const ca = caBundle ? Buffer.from(caBundle, 'base64').toString('utf8') : undefined
    if (service === undefined) {
      const parsed = new URL(url ?? '')
      const path = parsed.pathname + query
      const host = parsed.hostname.replace(/^\[(.*)\]$/, '$1')
      return {
        url: `https://${parsed.host}${path}`,
        target: () => ({ host, port: Number(parsed.port || 443), serverName: host, ca, path }),
      }
    }
    const serverName = `${service.name}.${service.namespace}.svc`
    const path = (service.path ?? '').replace(/^\/?/, '/') + query
    return {
      url: `https://${serverName}:${service.port ?? 443}${path}`,
      target: () => {
        const places = placesOf(this.#storage, service)
        return { ...places[this.#turn++ % places.length]!, serverName, ca, path }
      },
    }
  }

  async #withinTime<T>(seconds: number, send: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const aborter = new AbortController()
    const timer = this.#clock.setTimer(() => aborter.abort(), seconds * 1000)
    try {
      return await Promise.race([
        send(aborter.signal),
        new Promise<never>((_, reject) =>
          aborter.signal.addEventListener('abort', () => reject(new Error('context deadline exceeded')), { once: true }),
        ),
      ])
    } catch (error) {
      throw aborter.signal.aborted ? new Error('context deadline exceeded', { cause: error }) : error
    } finally {
      timer.cancel()
    }
  }
}

/** An answer that says that it is none. */
class AnswerError extends Error {}
