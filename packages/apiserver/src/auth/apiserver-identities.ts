import type { Gates } from '@kubetape/client-go-features'
import type { Clock } from '@kubetape/determinism'
import type { Storage } from '@kubetape/storage'
import type { OtherPaths } from '../http/other-paths.ts'
import type { UserInfo } from '../registry/strategy.ts'
import { type AnonymousAccess, EVERYBODY } from './anonymous-access.ts'
import { Authentication } from './authentication.ts'
import type { Authenticator, TokenAuthenticator } from './authenticator.ts'
import { clientCertificates } from './client-certificate.ts'
import { frontProxy, type FrontProxyOptions } from './front-proxy.ts'
import type { Identities, ServiceAccountTokenIssuer, TokenVerdict } from './identities.ts'
import { staticTokens } from './static-tokens.ts'
import { bootstrapTokens } from './tokens/bootstrap-tokens.ts'
import type { LegacyTokenUse } from './tokens/legacy-token.ts'
import { addOpenidPaths } from './tokens/openid-paths.ts'
import { serviceAccountTokens } from './tokens/service-account-authenticator.ts'
import { SigningKeys } from './tokens/signing-keys.ts'

export const DEFAULT_ISSUER = 'https://kubernetes.default.svc.cluster.local'

/** How clients are known. */
export interface IdentityOptions {
  /** Keys of service account tokens. Default: one that is made when it is first needed, and lost with the process. */
  readonly keys?: SigningKeys
  /** Who makes service account tokens (`--service-account-issuer`): the first new ones; those of the others are believed too. */
  readonly issuers?: readonly string[]
  /** `--api-audiences`. Default: the issuers. */
  readonly apiAudiences?: readonly string[]
  /** `--service-account-max-token-expiration` */
  readonly tokenExpirationMaxSeconds?: number
  /** `--service-account-extend-token-expiration`. Default true. */
  readonly extendsTokenExpiration?: boolean
  /** `--service-account-jwks-uri` */
  readonly jwksUri?: string
  /** PEM text of more CAs of client certificates than our own (`--client-ca-file`). */
  readonly clientCa?: string
  /** Default: none. */
  readonly frontProxy?: FrontProxyOptions
  /** Bootstrap tokens are believed (`--enable-bootstrap-token-auth`). Default false. */
  readonly bootstrapTokens?: boolean
  /** Methods that are asked for tokens after service accounts and bootstrap tokens: OIDC, then webhooks. Read for each token. */
  readonly moreTokens?: () => readonly TokenAuthenticator[]
  /** Default: everybody. Read for each request. */
  readonly anonymous?: () => AnonymousAccess
}

export interface ApiserverIdentitiesOptions extends IdentityOptions {
  readonly storage: Storage
  readonly clock: Clock
  readonly gates: Gates
  readonly log: (level: 'debug' | 'error', message: string, fields: Record<string, unknown>) => void
}

/** All methods by which this API server knows its clients, in upstream's order, and the tokens that it makes itself. */
export class ApiserverIdentities implements Identities {
  readonly apiAudiences: readonly string[]
  readonly authentication: Authentication
  readonly serviceAccounts: ServiceAccountTokenIssuer
  readonly #keys: SigningKeys
  readonly #jwksUri: string | undefined
  readonly #clock: Clock
  readonly frontProxy: FrontProxyOptions | undefined
  /** PEM text of all CAs of client certificates. */
  clientCa: string
  /** Told of each use of a token from a Secret. */
  onLegacyUse: ((use: LegacyTokenUse) => void) | undefined
  #certificates: Authenticator
  #static: TokenAuthenticator

  constructor(options: ApiserverIdentitiesOptions) {
    const { keys = new SigningKeys(), issuers = [DEFAULT_ISSUER], extendsTokenExpiration = true, log } = options
    const { apiAudiences = issuers, moreTokens = () => [], anonymous = () => EVERYBODY } = options
    this.apiAudiences = apiAudiences
    this.#keys = keys
    this.#jwksUri = options.jwksUri
    this.#static = staticTokens(new Map(), apiAudiences)
    this.serviceAccounts = {
      issuer: issuers[0]!,
      expirationMaxSeconds: options.tokenExpirationMaxSeconds,
      extendsExpiration: extendsTokenExpiration,
      sign: (claims) => keys.sign(claims),
    }
    const { storage, clock, gates } = options
    this.#clock = clock
    this.frontProxy = options.frontProxy
    this.clientCa = options.clientCa ?? ''
    this.#certificates = clientCertificates(this.clientCa, clock)
    const proxies = options.frontProxy === undefined ? [] : [frontProxy(options.frontProxy, clock)]
    const accounts = serviceAccountTokens({
      storage,
      clock,
      gates,
      keys,
      issuers,
      apiAudiences,
      onLegacyUse: (use) => this.onLegacyUse?.(use),
    })
    const own = [accounts, ...(options.bootstrapTokens === true ? [bootstrapTokens({ storage, clock, apiAudiences })] : [])]
    this.authentication = new Authentication({
      requests: () => [...proxies, this.#certificates],
      tokens: () => [this.#static, ...own, ...moreTokens()],
      apiAudiences,
      anonymous,
      onRefused: (why) => log('debug', 'credentials were refused', { why }),
    })
  }

  review(token: string, audiences: readonly string[]): Promise<TokenVerdict> {
    return this.authentication.review(token, audiences)
  }

  /** These static tokens are known from here on, instead of others. */
  useTokens(tokens: ReadonlyMap<string, UserInfo>): void {
    this.#static = staticTokens(tokens, this.apiAudiences)
  }

  /** Client certificates of this CA are believed from here on, beside those of the options. Answers all CAs that clients may have theirs from (PEM). */
  trustClients(ca: string): string {
    this.clientCa = joinPem([ca, this.clientCa])
    this.#certificates = clientCertificates(this.clientCa, this.#clock)
    return joinPem([this.clientCa, this.frontProxy?.ca ?? ''])
  }

  /** Publishes the keys of service account tokens. `url` is where this server listens. */
  addPaths(paths: OtherPaths, url: () => string): void {
    addOpenidPaths(paths, { issuer: this.serviceAccounts.issuer, keys: this.#keys, jwksUri: this.#jwksUri, url })
  }
}

const joinPem = (texts: readonly string[]): string =>
  texts
    .filter((text) => text !== '')
    .map((text) => (text.endsWith('\n') ? text : `${text}\n`))
    .join('')
