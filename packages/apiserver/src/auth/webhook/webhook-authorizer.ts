import type { Gates } from '@kubetape/client-go-features'
import type { Clock } from '@kubetape/determinism'
import type { UserInfo } from '../../registry/strategy.ts'
import { type AccessAttributes, type Authorizer, type Decision, NO_OPINION, NO_RIGHTS, type RightsList } from '../authorizer.ts'
import { shaped } from '../../webhook/answer-shape.ts'
import { DecisionCache } from './decision-cache.ts'
import { RequestConditions } from './request-conditions.ts'
import type { ReviewAnswer, ReviewTransport } from './review-transport.ts'
import { sendReview } from './send-review.ts'
import { type ReviewSpec, reviewSpec } from './review-body.ts'

export interface WebhookAuthorizerOptions {
  readonly transport: ReviewTransport
  /** Version of SubjectAccessReview that is sent. Default `v1`. */
  readonly version?: 'v1' | 'v1beta1'
  /** How long permissions are remembered. Default 5 minutes. */
  readonly authorizedTtlMs?: number
  /** How long everything else is remembered. Default 30 seconds. */
  readonly unauthorizedTtlMs?: number
  /** How long the webhook may take. Default 30 seconds. */
  readonly timeoutMs?: number
  /** What it means when the webhook cannot be asked. Default `NoOpinion`. */
  readonly failurePolicy?: 'NoOpinion' | 'Deny'
  /** CEL expressions over `request`; only requests for which all are true are sent. Default: all requests. */
  readonly matchConditions?: readonly string[]
}

/**
 * Asks a webhook who may do what (Kubernetes documentation, "Webhook Mode"). Answers are remembered. Where it gives none after five tries, the failure
 * policy decides and the error is told.
 */
export class WebhookAuthorizer implements Authorizer {
  readonly #options: WebhookAuthorizerOptions
  readonly #clock: Clock
  readonly #cache: DecisionCache
  readonly #conditions: RequestConditions | undefined

  /** Throws an Error for match conditions that do not compile. */
  constructor(options: WebhookAuthorizerOptions, { clock, gates }: { readonly clock: Clock; readonly gates: Gates }) {
    const { authorizedTtlMs = 300_000, unauthorizedTtlMs = 30_000, matchConditions = [] } = options
    this.#options = options
    this.#clock = clock
    this.#cache = new DecisionCache({ clock, authorizedTtlMs, unauthorizedTtlMs })
    this.#conditions =
      matchConditions.length === 0
        ? undefined
        : new RequestConditions(matchConditions, { withSelectors: gates.enabled('AuthorizeWithSelectors') })
  }

  authorize(attributes: AccessAttributes): Decision | Promise<Decision> {
    const spec = reviewSpec(attributes)
    const match = this.#conditions?.match(spec) ?? { matches: true }
    if ('error' in match) return this.#failed(match.error)
    if (!match.matches) return NO_OPINION
    const key = JSON.stringify(spec)
    return this.#cache.get(key) ?? this.#ask(spec, key)
  }

  rightsOf(_user: UserInfo, _namespace: string): RightsList {
    return { ...NO_RIGHTS, incomplete: true, error: 'webhook authorizer does not support user rule resolution' }
  }

  async #ask(spec: ReviewSpec, key: string): Promise<Decision> {
    const { version = 'v1' } = this.#options
    // The old version calls the groups `group`.
    const { groups, ...rest } = spec
    const asked = version === 'v1' || groups === undefined ? spec : { ...rest, group: groups }
    const body = JSON.stringify({
      kind: 'SubjectAccessReview',
      apiVersion: `authorization.k8s.io/${version}`,
      metadata: { creationTimestamp: null },
      spec: asked,
      status: { allowed: false },
    })
    const { transport, timeoutMs } = this.#options
    try {
      const decision = decisionOf(await sendReview(body, { transport, clock: this.#clock, timeoutMs }))
      this.#cache.set(key, decision)
      return decision
    } catch (error) {
      return this.#failed((error as Error).message)
    }
  }

  #failed(error: string): Decision {
    return { verdict: this.#options.failurePolicy === 'Deny' ? 'deny' : 'no-opinion', reason: '', error }
  }
}

const ANSWER_SHAPE = { status: { allowed: 'boolean', denied: 'boolean', reason: 'string' } } as const

function decisionOf({ code, body }: ReviewAnswer): Decision {
  if (code < 200 || code > 299) throw new Error(`webhook answered with status ${code}`)
  const { status } = (shaped(JSON.parse(body), ANSWER_SHAPE) ?? {}) as { status?: { allowed?: boolean; denied?: boolean; reason?: string } }
  if (status === undefined) throw new Error('webhook answered no status')
  const { allowed = false, denied = false, reason = '' } = status
  if (allowed && denied) throw new Error('webhook subject access review returned both allow and deny response')
  return { verdict: denied ? 'deny' : allowed ? 'allow' : 'no-opinion', reason }
}
