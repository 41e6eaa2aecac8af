import { timingSafeEqual } from 'node:crypto'
import type { Secret } from '@kubetape/api/types/core/v1'
import { BOOTSTRAP_TOKEN_NAMESPACE, BOOTSTRAP_TOKEN_PREFIX, BootstrapToken, parseBootstrapToken } from '@kubetape/apimachinery'
import type { Clock } from '@kubetape/determinism'
import type { Storage } from '@kubetape/storage'
import type { TokenAuthenticator } from '../authenticator.ts'

const SECRETS = { group: '', resource: 'secrets' } as const
const USER_PREFIX = 'system:bootstrap:'

export interface BootstrapTokensOptions {
  readonly storage: Storage
  readonly clock: Clock
  readonly apiAudiences: readonly string[]
}

/**
 * Tokens of Secrets of type bootstrap.kubernetes.io/token in kube-system (`--enable-bootstrap-token-auth`). One that is there, whole, not expired and meant
 * for it is the user `system:bootstrap:<id>`; of all others nothing is said.
 */
export function bootstrapTokens({ storage, clock, apiAudiences }: BootstrapTokensOptions): TokenAuthenticator {
  return {
    authenticate(text, wanted) {
      const asked = parseBootstrapToken(text)
      const audiences = wanted.filter((one) => apiAudiences.includes(one))
      if (asked === undefined || audiences.length === 0) return undefined
      const stored = storage.get(SECRETS, BOOTSTRAP_TOKEN_NAMESPACE, `${BOOTSTRAP_TOKEN_PREFIX}${asked.id}`)
      const secret = stored?.object as Readonly<Secret> | undefined
      if (secret === undefined || secret.metadata.deletionTimestamp !== undefined) return undefined
      const token = BootstrapToken.of(secret)
      if (token === undefined || !isSame(token.secret, asked.secret) || token.id !== asked.id) return undefined
      if (token.expirationMs !== undefined && token.expirationMs <= clock.wallMs()) return undefined
      const { groups } = token
      if (groups === undefined || !token.mayBeUsedFor('authentication')) return undefined
      return { user: { name: `${USER_PREFIX}${asked.id}`, groups }, audiences }
    },
  }
}

/** Takes as long whichever letters differ. */
function isSame(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}
