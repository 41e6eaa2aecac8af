import { badRequest, type Status, StatusError } from '@kubetape/apimachinery'
import type { Clock } from '@kubetape/determinism'
import type { Storage } from '@kubetape/storage'
import type { AdmissionAttributes } from '../admission.ts'
import { makeReview, type ReviewedObjects, type Verdict } from './admission-review.ts'
import type { Invocation } from './webhook-match.ts'
import { WebhookPost } from './webhook-post.ts'
import type { WebhookTransport } from './webhook-transport.ts'

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
  readonly #post: WebhookPost

  constructor(storage: Storage, clock: Clock, transport: WebhookTransport) {
    this.#post = new WebhookPost(storage, clock, transport)
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
      const { clientConfig, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS } = invocation.webhook.spec
      answer = await this.#post.post(clientConfig, timeoutSeconds, review.body)
    } catch (error) {
      throw failed('failed to call webhook', error)
    }
    try {
      return review.read(answer, mutating)
    } catch (error) {
      throw failed('received invalid webhook response', error)
    }
  }
}

/** No answer can have a code beyond three digits. */
const refusalCode = (code: number): number => (code < 400 ? 400 : code > 999 ? 500 : code)

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
    code: refusalCode(status?.code ?? 0),
  })
}
