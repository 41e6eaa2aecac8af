import { createHash } from 'node:crypto'
import type { Clock } from '@kubetape/determinism'
import { shaped } from '../../webhook/answer-shape.ts'
import { type Authenticated, AuthenticationError, type TokenAuthenticator } from '../authenticator.ts'
import type { ReviewAnswer, ReviewTransport } from './review-transport.ts'
import { sendReview } from './send-review.ts'

export interface WebhookTokensOptions {
  readonly transport: ReviewTransport
  /** Version of TokenReview that is sent. Default `v1beta1`, as upstream's flag has it. */
  readonly version?: 'v1' | 'v1beta1'
  /** How long answers are remembered. Default 2 minutes. */
  readonly ttlMs?: number
  /** How long the webhook may take. Default 30 seconds. */
  readonly timeoutMs?: number
}

/** Answers that are kept; the oldest go first. */
export const REMEMBERED_MAX = 4096
const TTL_MS = 120_000

interface ReviewStatus {
  readonly authenticated?: boolean
  readonly error?: string
  readonly audiences?: readonly string[]
  readonly user?: {
    readonly username?: string
    readonly uid?: string
    readonly groups?: readonly string[]
    readonly extra?: Readonly<Record<string, readonly string[]>>
  }
}

/**
 * Asks a webhook whose a token is (Kubernetes documentation, "Webhook Token Authentication"). Answers are remembered under the digest of the token, which
 * itself is kept nowhere; failures are not.
 */
export function webhookTokens(
  { transport, version = 'v1beta1', ttlMs = TTL_MS, timeoutMs }: WebhookTokensOptions,
  { clock, apiAudiences }: { readonly clock: Clock; readonly apiAudiences: readonly string[] },
): TokenAuthenticator {
  const known = new Map<string, { readonly answer: Authenticated | undefined; readonly untilMs: number }>()
  return {
    async authenticate(token, audiences) {
      const key = createHash('sha256')
        .update(JSON.stringify([token, audiences]))
        .digest('base64')
      const before = known.get(key)
      if (before !== undefined && clock.monotonicMs() < before.untilMs) return before.answer
      const body = JSON.stringify({
        kind: 'TokenReview',
        apiVersion: `authentication.k8s.io/${version}`,
        metadata: { creationTimestamp: null },
        spec: { token, audiences },
        status: { user: {} },
      })
      const answer = answerOf(await asked(body, { transport, clock, timeoutMs }), audiences, apiAudiences)
      known.delete(key)
      known.set(key, { answer, untilMs: clock.monotonicMs() + ttlMs })
      if (known.size > REMEMBERED_MAX) known.delete(known.keys().next().value!)
      return answer
    },
  }
}

async function asked(body: string, options: Parameters<typeof sendReview>[1]): Promise<ReviewStatus> {
  try {
    return statusOf(await sendReview(body, options))
  } catch (error) {
    throw new AuthenticationError((error as Error).message, { cause: error })
  }
}

const ANSWER_SHAPE = {
  status: {
    authenticated: 'boolean',
    error: 'string',
    audiences: ['string'],
    user: { username: 'string', uid: 'string', groups: ['string'], extra: { '*': ['string'] } },
  },
} as const

function statusOf({ code, body }: ReviewAnswer): ReviewStatus {
  if (code < 200 || code > 299) throw new Error(`webhook answered with status ${code}`)
  const { status } = (shaped(JSON.parse(body), ANSWER_SHAPE) ?? {}) as { status?: ReviewStatus }
  if (status === undefined) throw new Error('webhook answered no status')
  return status
}

/** A webhook that knows no audiences speaks for this API server's. */
function answerOf(status: ReviewStatus, wanted: readonly string[], apiAudiences: readonly string[]): Authenticated | undefined {
  const named = (status.audiences ?? []).length > 0 ? status.audiences! : apiAudiences
  const audiences = wanted.filter((one) => named.includes(one))
  if (status.authenticated !== true) {
    if (status.error) throw new AuthenticationError(status.error)
    return undefined
  }
  if (audiences.length === 0) return undefined
  const { username = '', uid, groups = [], extra } = status.user ?? {}
  return { user: { name: username, ...(uid ? { uid } : {}), groups, ...(extra === undefined ? {} : { extra }) }, audiences }
}
