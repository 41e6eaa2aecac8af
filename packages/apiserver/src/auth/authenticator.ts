import type { IncomingMessage } from 'node:http'
import type { UserInfo } from '../registry/strategy.ts'

/** What authenticators have to say beside who somebody is. */
export interface Remarks {
  /** For the client, in a `Warning` header. */
  warn(text: string): void
  /** For the audit log. */
  annotate(key: string, value: string): void
}

/** Somebody who is known, and for which audiences; undefined: by a method that knows no audiences. */
export interface Authenticated {
  readonly user: UserInfo
  readonly audiences?: readonly string[]
}

/** Credentials that were looked at and are wrong. Its message is told in TokenReviews; whoever asks something else only hears 401. Terminal. */
export class AuthenticationError extends Error {
  readonly code = 'UNAUTHENTICATED' as const

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'AuthenticationError'
  }
}

/** Finds out who asks from the request itself. Undefined: this method has nothing to say. Throws an AuthenticationError for wrong credentials. */
export interface Authenticator {
  authenticate(request: IncomingMessage, remarks: Remarks): UserInfo | undefined | Promise<UserInfo | undefined>
}

/** Finds out whose a bearer token is, for any of `audiences`. Undefined: not one of this method's. Throws an AuthenticationError for a wrong one. */
export interface TokenAuthenticator {
  authenticate(
    token: string,
    audiences: readonly string[],
    remarks: Remarks,
  ): Authenticated | undefined | Promise<Authenticated | undefined>
}

export const AUTHENTICATED = 'system:authenticated'
export const UNAUTHENTICATED = 'system:unauthenticated'
export const ANONYMOUS: UserInfo = Object.freeze({ name: 'system:anonymous', groups: [UNAUTHENTICATED] })

export const NO_REMARKS: Remarks = { warn: () => undefined, annotate: () => undefined }
