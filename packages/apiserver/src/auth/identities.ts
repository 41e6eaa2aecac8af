import type { UserInfo } from '../registry/strategy.ts'

/** What a token came to. */
export type TokenVerdict = { readonly user: UserInfo; readonly audiences: readonly string[] | undefined } | { readonly error: string }

/** What the registry may ask about who is who: for TokenReviews, and to make the tokens of service accounts. */
export interface Identities {
  /** Audiences of tokens that are meant for this API server. */
  readonly apiAudiences: readonly string[]
  /** Whose token this is, if it is good for one of `audiences`. Never throws. */
  review(token: string, audiences: readonly string[]): Promise<TokenVerdict>
  readonly serviceAccounts: ServiceAccountTokenIssuer
}

/** Makes tokens of service accounts. */
export interface ServiceAccountTokenIssuer {
  /** What tokens say who made them. */
  readonly issuer: string
  /** The longest life of a token in seconds; longer ones are shortened, with a warning. Undefined: as long as asked for. */
  readonly expirationMaxSeconds?: number | undefined
  /** Whether tokens that Pods get for an hour and seven seconds live a year and are only warned about (`--service-account-extend-token-expiration`). */
  readonly extendsExpiration: boolean
  /** A signed JWT of these claims. */
  sign(claims: object): string
}
