import { badRequest, type Status, StatusError } from '@kubetape/apimachinery'
import type { Clock } from '@kubetape/determinism'
import type { Storage } from '@kubetape/storage'
import type { AdmissionAttributes } from '../admission.ts'
import { makeReview, type ReviewedObjects, type Verdict } from './admission-review.ts'
import { codeProblem } from './answer-code.ts'
import { placesOf } from './service-target.ts'
import type { Webhook } from './webhook.ts'
import type { Invocation } from './webhook-match.ts'
import type { WebhookTarget, WebhookTransport } from './webhook-transport.ts'

/** A webhook that could not be asked, or whose answer was none. Its failure policy says what follows. */
export class WebhookCallError extends Error {
  readonly code = 'WEBHOOK_CALL'

  constructor(name: string, reason: string) {
    super(`failed calling webhook ${JSON.stringify(name)}: ${reason}`)
    this.name = 'WebhookCallError'
  }
}

const DEFAULT_TIMEOUT_SECONDS = 10

/** Asks webhooks and reads what they answer. */
export class WebhookCaller {
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

  /**
   * What the webhook says; what it warns of and notes for the audit log is passed on. Throws a WebhookCallError when it does not answer, and what refuses
   * the request.
   */
  async ask(invocation: Invocation, attributes: AdmissionAttributes, objects: ReviewedObjects, mutating: boolean): Promise<Verdict> {
    const { webhook } = invocation
    const { name, sideEffects } = webhook.spec
    if (attributes.dryRun && sideEffects !== 'None' && sideEffects !== 'NoneOnDryRun')
      throw badRequest(`admission webhook ${JSON.stringify(name)} does not support dry run`)
    const verdict = await this.#verdict(invocation, attributes, objects, mutating)
    const { context } = attributes
    for (const [key, value] of Object.entries(verdict.auditAnnotations)) context.request.audit?.annotate(`${name}/${key}`, value)
    for (const text of verdict.warnings) context.warn(text)
    if (!verdict.allowed) throw denial(name, verdict.status)
    return verdict
  }

  async #verdict(invocation: Invocation, attributes: AdmissionAttributes, objects: ReviewedObjects, mutating: boolean): Promise<Verdict> {
    const { name } = invocation.webhook.spec
    const failed = (reason: string, error: unknown): WebhookCallError =>
      new WebhookCallError(name, `${reason}: ${(error as Error).message}`)
    let review
    try {
      review = makeReview(invocation, attributes, objects)
    } catch (error) {
      throw failed('could not create admission objects', error)
    }
    let answer: string
    try {
      answer = await this.#post(invocation.webhook, review.body)
    } catch (error) {
      throw failed('failed to call webhook', error)
    }
    try {
      return review.read(answer, mutating)
    } catch (error) {
      throw failed('received invalid webhook response', error)
    }
  }

  async #post({ spec }: Webhook, body: string): Promise<string> {
    const seconds = spec.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS
    const { url, target } = this.#address(spec.clientConfig, seconds)
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
  #address({ url, service, caBundle }: Webhook['spec']['clientConfig'], seconds: number): { url: string; target: () => WebhookTarget } {
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

/** The refusal of a webhook: its code is at least 400, and its message says who refuses. */
function denial(name: string, status: Partial<Status> | undefined): StatusError {
  const denied = `admission webhook ${JSON.stringify(name)} denied the request`
  const why = status?.message || status?.reason
  return new StatusError({
    ...status,
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: why ? `${denied}: ${why}` : `${denied} without explanation`,
    code: (status?.code ?? 0) < 400 ? 400 : status!.code!,
  })
}
