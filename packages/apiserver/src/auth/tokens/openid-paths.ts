import type { OtherPaths } from '../../http/other-paths.ts'
import type { SigningKey, SigningKeys } from './signing-keys.ts'

const JWKS_PATH = '/openid/v1/jwks'
const JWKS_TYPE = 'application/jwk-set+json'
const CACHE = { 'cache-control': 'public, max-age=3600' } as const

export interface OpenidOptions {
  readonly issuer: string
  readonly keys: SigningKeys
  /** Where the keys are published (`--service-account-jwks-uri`). Default: on this server. */
  readonly jwksUri?: string | undefined
  /** Where this server listens. */
  readonly url: () => string
}

/** The paths by which others verify the tokens of service accounts: OpenID Connect Discovery 1.0, as far as it concerns keys. */
export function addOpenidPaths(paths: OtherPaths, { issuer, keys, jwksUri, url }: OpenidOptions): void {
  paths.on('/.well-known/openid-configuration', () => ({
    contentType: 'application/json',
    bytes: JSON.stringify({
      issuer,
      jwks_uri: jwksUri ?? `${url()}${JWKS_PATH}`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: algorithmsOf(keys.all),
    }),
    headers: CACHE,
  }))
  paths.on(JWKS_PATH, ({ request }) => {
    if (!accepts(request.headers.accept)) {
      return {
        code: 406,
        contentType: 'text/plain; charset=utf-8',
        bytes: `406: Not Acceptable\n\nAvailable representations: ${JWKS_TYPE}`,
      }
    }
    return { contentType: JWKS_TYPE, bytes: JSON.stringify(keys.published()), headers: CACHE }
  })
}

const algorithmsOf = (keys: readonly SigningKey[]): string[] => [...new Set(keys.map((one) => one.algorithm))].sort()

/** Whether an Accept header has the media type of keys in it. */
function accepts(header: string | undefined): boolean {
  if (header === undefined || header.trim() === '') return true
  const ranges = header.split(',').map((range) => range.split(';')[0]!.trim().toLowerCase())
  return ranges.some((range) => range === '*/*' || range === 'application/*' || range === JWKS_TYPE)
}
