import type { IncomingMessage } from 'node:http'
import { unauthorized } from '@kubetape/apimachinery'
import type { UserInfo } from '../registry/strategy.ts'
import { type AnonymousAccess, isAnonymousAllowed } from './anonymous-access.ts'
import {
  ANONYMOUS,
  AUTHENTICATED,
  type Authenticated,
  AuthenticationError,
  type Authenticator,
  NO_REMARKS,
  type Remarks,
  type TokenAuthenticator,
  UNAUTHENTICATED,
} from './authenticator.ts'
import { bearerToken } from './bearer-token.ts'
import type { TokenVerdict } from './identities.ts'

export interface AuthenticationParts {
  /** Asked in this order, before tokens: front proxies, client certificates. */
  readonly requests: () => readonly Authenticator[]
  /** Asked in this order for whose a bearer token is. */
  readonly tokens: () => readonly TokenAuthenticator[]
  readonly apiAudiences: readonly string[]
  /** Who may come without credentials. Asked for each request. */
  readonly anonymous: () => AnonymousAccess
  /** Told why credentials were refused, never the credentials. */
  readonly onRefused?: (why: string) => void
}

/**
 * Finds out who asks.
 *
 * - The first method that knows the credentials decides; what others said against them does not matter then.
 * - Credentials that are there and that nobody knows are 401, also where nobody would have been let in.
 * - Without any credentials it is system:anonymous, where that is allowed, else 401.
 * - Everybody who is known is in system:authenticated.
 */
export class Authentication {
  readonly #parts: AuthenticationParts

  constructor(parts: AuthenticationParts) {
    this.#parts = parts
  }

  /** Throws the 401 Status. `path` is the request's, without its query. */
  async authenticate(request: IncomingMessage, path: string, remarks: Remarks = NO_REMARKS): Promise<UserInfo> {
    const { requests, apiAudiences, anonymous, onRefused } = this.#parts
    const errors: string[] = []
    for (const one of requests()) {
      const user = await known(errors, () => one.authenticate(request, remarks))
      if (user !== undefined) return withAuthenticated(user)
    }
    const token = bearerToken(request, remarks)
    if (token !== undefined) {
      const found = await this.#tokenUser(token, apiAudiences, remarks, errors)
      if (found !== undefined) return withAuthenticated(found.user)
    }
    if (errors.length > 0) {
      onRefused?.(joined(errors))
      throw unauthorized()
    }
    if (!isAnonymousAllowed(anonymous(), path)) throw unauthorized()
    return ANONYMOUS
  }

  /** What a TokenReview says of a token. */
  async review(token: string, audiences: readonly string[]): Promise<TokenVerdict> {
    const errors: string[] = []
    const found = await this.#tokenUser(token, audiences, NO_REMARKS, errors)
    if (found === undefined) return { error: joined(errors) }
    return { user: withAuthenticated(found.user), audiences: found.audiences }
  }

  /** Upstream first asks for its own loopback token, which answers `invalid bearer token` to all others. */
  async #tokenUser(token: string, audiences: readonly string[], remarks: Remarks, errors: string[]): Promise<Authenticated | undefined> {
    errors.push(INVALID_TOKEN)
    for (const one of this.#parts.tokens()) {
      const found = await known(errors, () => one.authenticate(token, audiences, remarks))
      if (found !== undefined) return found
    }
    return undefined
  }
}

const INVALID_TOKEN = 'invalid bearer token'

/** What the method answers; what it has against the credentials goes to `errors`. */
async function known<T>(errors: string[], ask: () => T | undefined | Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof AuthenticationError)) throw error
    errors.push(error.message)
    return undefined
  }
}

/** Several errors as one text, each once. */
function joined(errors: readonly string[]): string {
  const different = [...new Set(errors)]
  return different.length === 1 ? different[0]! : `[${different.join(', ')}]`
}

function withAuthenticated(user: UserInfo): UserInfo {
  const { groups } = user
  return groups.includes(AUTHENTICATED) || groups.includes(UNAUTHENTICATED) ? user : { ...user, groups: [...groups, AUTHENTICATED] }
}
