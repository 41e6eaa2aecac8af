import { failure, isStatusError, type KubeObject, parseExactJson, printExactJson, type StatusError } from '@kubetape/apimachinery'
import type { Clock } from '@kubetape/determinism'
import type { RunLog } from '../reconcile.ts'
import { printAdmissionReview, readAdmissionReview } from './admission-review.ts'
import type { AdmissionWebhook } from './admission-webhook.ts'
import { badReview } from './bad-review.ts'
import { convertAll, messageOf, printConversionReview, readConversionReview } from './conversion-review.ts'
import type { ConversionWebhook } from './conversion-webhook.ts'
import type { WebhookMetrics } from './webhook-metrics.ts'

/** What a Manager serves beside its controllers. */
export type Webhook = AdmissionWebhook | ConversionWebhook

/** Where all conversion webhooks are asked. */
export const CONVERSION_PATH = '/convert'
/** Longer reviews are refused: two objects of the greatest size that the API server stores, and some room. */
export const REVIEW_BYTES_MAX = 7 * 1024 * 1024

/** A request as it came. */
export interface WebhookCall {
  readonly method: string
  /** Without a query. */
  readonly path: string
  readonly contentType: string
  /** The body as text; undefined when it was longer than `REVIEW_BYTES_MAX`. */
  readonly body: string | undefined
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal
}

/** JSON and its HTTP code. */
export interface WebhookReply {
  readonly code: number
  readonly body: string
}

export interface WebhookEnvironment {
  readonly clock: Clock
  readonly log: (fields: Record<string, unknown>) => RunLog
  readonly metrics?: WebhookMetrics
}

/**
 * Answers reviews, whoever listens for them. What a caller may rely on:
 *
 * - Every review that can be read is answered with 200; a refusal, and an error of a handler, stand in the answer.
 * - What is no review gets a Status as its body: 404 for a path that is nobody's, 405, 413, 415, 400.
 * - Each decision is one line in the log: refusals at info, errors of handlers at error, all else at debug.
 */
export class WebhookRouter {
  readonly #admission = new Map<string, AdmissionWebhook>()
  readonly #conversions: ConversionWebhook[] = []
  readonly #environment: WebhookEnvironment

  /** Throws when two webhooks are for the same. */
  constructor(webhooks: readonly Webhook[], environment: WebhookEnvironment) {
    this.#environment = environment
    for (const webhook of webhooks) {
      if (webhook.type === 'conversion') this.#addConversion(webhook)
      else this.#addAdmission(webhook)
    }
  }

  /** Never throws. */
  async answer(call: WebhookCall): Promise<WebhookReply> {
    const { path } = call
    if (!this.#isServed(path)) return replyOf(failure(404, 'NotFound', `Cannot answer: no webhook is at ${path}`))
    const { metrics, clock } = this.#environment
    const since = clock.monotonicMs()
    metrics?.begun(path)
    const reply = await this.#reply(call)
    metrics?.ended(path, reply.code, (clock.monotonicMs() - since) / 1000)
    return reply
  }

  async #reply(call: WebhookCall): Promise<WebhookReply> {
    try {
      const review = reviewOf(call)
      const webhook = this.#admission.get(call.path)
      return { code: 200, body: webhook === undefined ? await this.#convert(review) : await this.#decide(webhook, review, call.signal) }
    } catch (error) {
      const status = isStatusError(error) ? error : failure(500, 'InternalError', messageOf(error))
      this.#environment.log({ webhook: call.path }).warn('a review was not answered', { code: status.httpCode, error: status.message })
      return replyOf(status)
    }
  }

  async #decide(webhook: AdmissionWebhook, review: unknown, signal: AbortSignal): Promise<string> {
    const request = readAdmissionReview(review)
    const { uid, operation, name, namespace, userInfo, dryRun, kind } = request
    const log = this.#environment.log({ webhook: webhook.path, uid })
    const since = this.#environment.clock.monotonicMs()
    const decision = await webhook.decide(request, { log, signal })
    const { allowed, status, warnings, patch, error } = decision
    const failed = error !== undefined && !isStatusError(error)
    log[failed ? 'error' : allowed ? 'debug' : 'info'](failed ? 'a webhook failed' : allowed ? 'allowed' : 'denied', {
      operation,
      kind: kind.kind,
      ...(namespace ? { namespace } : {}),
      ...(name ? { name } : {}),
      ...(userInfo.username ? { user: userInfo.username } : {}),
      ...(dryRun ? { dryRun } : {}),
      allowed,
      ...(status === undefined ? {} : { code: status.code, reason: status.reason, why: status.message }),
      ...(warnings.length === 0 ? {} : { warnings }),
      ...(patch.length === 0 ? {} : { patched: patch.map(({ path }) => path) }),
      ...(failed && error instanceof Error ? { error: error.stack ?? error.message } : {}),
      durationMs: this.#environment.clock.monotonicMs() - since,
    })
    return printAdmissionReview(uid, decision)
  }

  async #convert(review: unknown): Promise<string> {
    const request = readConversionReview(review)
    const { uid, desiredAPIVersion, objects } = request
    const log = this.#environment.log({ webhook: CONVERSION_PATH, uid })
    const since = this.#environment.clock.monotonicMs()
    const conversion = await convertAll(request, this.#conversions)
    const fields = { desiredAPIVersion, ...described(objects), durationMs: this.#environment.clock.monotonicMs() - since }
    if ('error' in conversion) log.error('a conversion failed', { ...fields, error: messageOf(conversion.error) })
    else log.debug('converted', fields)
    return printConversionReview(uid, conversion)
  }

  #isServed(path: string): boolean {
    return this.#admission.has(path) || (path === CONVERSION_PATH && this.#conversions.length > 0)
  }

  #addAdmission(webhook: AdmissionWebhook): void {
    const { path } = webhook
    if (!path.startsWith('/')) throw new Error(`Cannot serve a webhook at ${JSON.stringify(path)}: paths begin with a slash`)
    if (this.#admission.has(path) || path === CONVERSION_PATH)
      throw new Error(`Cannot serve two webhooks at ${path}: give one another path`)
    this.#admission.set(path, webhook)
  }

  #addConversion(webhook: ConversionWebhook): void {
    const { group, kind } = webhook.kind
    if (this.#conversions.some((one) => one.kind.group === group && one.kind.kind === kind))
      throw new Error(`Cannot serve two conversions of ${kind}.${group}: name all versions in one`)
    this.#conversions.push(webhook)
  }
}

function reviewOf({ method, contentType, body }: WebhookCall): unknown {
  if (method !== 'POST') throw failure(405, 'MethodNotAllowed', `Cannot answer a ${method}: reviews are sent with POST`)
  if (contentType.split(';')[0]!.trim().toLowerCase() !== 'application/json')
    throw failure(
      415,
      'UnsupportedMediaType',
      `Cannot read the review: its content type is ${JSON.stringify(contentType)}, not application/json`,
    )
  if (body === undefined) throw failure(413, 'RequestEntityTooLarge', `Cannot read the review: it is longer than ${REVIEW_BYTES_MAX} bytes`)
  if (body === '') throw badReview('the body is empty')
  try {
    return parseExactJson(body)
  } catch (error) {
    throw badReview(`the body is no JSON: ${messageOf(error)}`)
  }
}

function described(objects: readonly KubeObject[]): object {
  const [first] = objects
  return { kind: first?.kind, objects: objects.length, ...(objects.length === 1 ? { name: first?.metadata?.name } : {}) }
}

const replyOf = ({ status }: StatusError): WebhookReply => ({ code: status.code ?? 500, body: printExactJson(status) })
