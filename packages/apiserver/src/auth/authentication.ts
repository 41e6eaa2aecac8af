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
  /** Everybody who is known by the same object is so again: what is kept for a user is found for all their requests. */
  readonly #users = new WeakMap<UserInfo, UserInfo>()

  constructor(parts: AuthenticationParts) {
    this.#parts = parts
  }

  /** Throws the 401 Status. `path` is the request's, without its query. */
  async authenticate(request: IncomingMessage, path: string, remarks: Remarks = NO_REMARKS): Promise<UserInfo> {
    const { requests, apiAudiences, anonymous, onRefused } = this.#parts
    const errors: string[] = []
    const shown = firstKnown(requests(), (one) => one.authenticate(request, remarks), errors)
    const user = shown instanceof Promise ? await shown : shown
    if (user !== undefined) return this.#withAuthenticated(user)
    const token = bearerToken(request, remarks)
    if (token !== undefined) {
      const answer = this.#tokenUser(token, apiAudiences, remarks, errors)
      const found = answer instanceof Promise ? await answer : answer
      if (found !== undefined) return this.#withAuthenticated(found.user)
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
    return { user: this.#withAuthenticated(found.user), audiences: found.audiences }
  }

  /** Upstream first asks for its own loopback token, which answers `invalid bearer token` to all others. */
  #tokenUser(token: string, audiences: readonly string[], remarks: Remarks, errors: string[]): Answer<Authenticated> {
    errors.push(INVALID_TOKEN)
    return firstKnown(this.#parts.tokens(), (one) => one.authenticate(token, audiences, remarks), errors)
  }

  #withAuthenticated(user: UserInfo): UserInfo {
    const { groups } = user
    if (groups.includes(AUTHENTICATED) || groups.includes(UNAUTHENTICATED)) return user
    let known = this.#users.get(user)
    if (known === undefined) this.#users.set(user, (known = { ...user, groups: [...groups, AUTHENTICATED] }))
    return known
  }
}

const INVALID_TOKEN = 'invalid bearer token'

type Answer<T> = T | undefined | Promise<T | undefined>

/** The first answer of the methods from `from` on; what they have against the credentials goes to `errors`. A promise only where a method waits. */
function firstKnown<M, T>(methods: readonly M[], ask: (method: M) => Answer<T>, errors: string[], from = 0): Answer<T> {
  for (let at = from; at < methods.length; at++) {
    try {
      const found = ask(methods[at]!)
      if (found instanceof Promise) {
        const settled = found.catch((error: unknown) => noteRefusal(error, errors))
        return settled.then((user) => user ?? firstKnown(methods, ask, errors, at + 1))
      }
      if (found !== undefined) return found
    } catch (error) {
      noteRefusal(error, errors)
    }
  }
  return undefined
}

/** Throws what is no refusal of credentials. */
function noteRefusal(error: unknown, errors: string[]): undefined {
  if (!(error instanceof AuthenticationError)) throw error
  errors.push(error.message)
  return undefined
}

/** Several errors as one text, each once. */
function joined(errors: readonly string[]): string {
  const different = [...new Set(errors)]
  return different.length === 1 ? different[0]! : `[${different.join(', ')}]`
}
