import type { Clock } from '@kubetape/determinism'
import type * as Jose from 'jose'
import { AuthenticationError, type TokenAuthenticator } from '../authenticator.ts'
import { ClaimsToUser } from './claims-to-user.ts'
import { IssuerKeys, type ReadJson } from './issuer-keys.ts'
import type { JwtConfig } from './jwt-config.ts'

/** Algorithms of keys that only the issuer has; those of shared secrets, and none at all, are never believed. */
const ASYMMETRIC = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512']

export interface JwtAuthenticatorOptions {
  readonly clock: Clock
  /** Audiences of tokens for this API server: whoever this method knows, is known for those. */
  readonly apiAudiences: readonly string[]
  /** Default: over HTTPS. */
  readonly read?: ReadJson
}

/** Knows users by the tokens of another issuer (OpenID Connect, KEP-3331). Tokens of other issuers are none of its business. */
export function jwtAuthenticator(config: JwtConfig, { clock, apiAudiences, read }: JwtAuthenticatorOptions): TokenAuthenticator {
  const { issuer, signingAlgorithms = ASYMMETRIC } = config
  const keys = new IssuerKeys(issuer, clock, read)
  const users = new ClaimsToUser(config)
  return {
    async authenticate(token, wanted) {
      // Most servers believe no other issuer, and start without it.
      const jose = await import('jose')
      if (issuerOf(jose, token) !== issuer.url) return undefined
      const audiences = wanted.filter((one) => apiAudiences.includes(one))
      if (audiences.length === 0) return undefined
      const claims = await verified(jose, token, keys, signingAlgorithms)
      checkAudience(claims, issuer.audiences)
      checkTimes(claims, clock.wallMs() / 1000)
      return { user: users.user(claims), audiences }
    },
  }
}

function issuerOf({ decodeJwt, errors }: typeof Jose, token: string): string | undefined {
  try {
    return decodeJwt(token).iss
  } catch (error) {
    if (!(error instanceof errors.JOSEError)) throw error
    return undefined
  }
}

/** The claims, when one of the issuer's keys signed them; keys that are not known yet are asked for. */
async function verified(
  { compactVerify, createLocalJWKSet, errors }: typeof Jose,
  token: string,
  keys: IssuerKeys,
  algorithms: readonly string[],
): Promise<Record<string, unknown>> {
  const verify = async (anew: boolean): Promise<Jose.CompactVerifyResult> =>
    compactVerify(token, createLocalJWKSet(await keys.keys(anew)), { algorithms: [...algorithms] })
  try {
    const { payload } = await verify(false).catch((error: unknown) => {
      if (error instanceof errors.JWKSNoMatchingKey) return verify(true)
      throw error
    })
    return JSON.parse(Buffer.from(payload).toString('utf8')) as Record<string, unknown>
  } catch (error) {
    if (!(error instanceof errors.JOSEError || error instanceof SyntaxError)) throw error
    throw new AuthenticationError('oidc: verify token: failed to verify signature: failed to verify id token signature', { cause: error })
  }
}

function checkAudience({ aud }: Record<string, unknown>, expected: readonly string[]): void {
  const named = Array.isArray(aud) ? (aud as unknown[]) : [aud]
  if (expected.some((one) => named.includes(one))) return
  throw new AuthenticationError(`oidc: verify token: oidc: expected audience in ${JSON.stringify(expected)} got ${JSON.stringify(named)}`)
}

/** No leeway after the end, five minutes before the beginning: as upstream's library has it. */
function checkTimes({ exp, nbf }: Record<string, unknown>, nowSeconds: number): void {
  if (typeof exp !== 'number' || exp <= nowSeconds) {
    const when = typeof exp === 'number' ? new Date(exp * 1000).toISOString() : 'none'
    throw new AuthenticationError(`oidc: verify token: oidc: token is expired (Token Expiry: ${when})`)
  }
  if (typeof nbf === 'number' && nowSeconds + NOT_BEFORE_LEEWAY_SECONDS < nbf)
    throw new AuthenticationError('oidc: verify token: oidc: current time is before the nbf (not before) time')
}

const NOT_BEFORE_LEEWAY_SECONDS = 300
