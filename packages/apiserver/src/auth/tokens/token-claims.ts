import type { KubeObject } from '@kubetape/apimachinery'

/** An object that a token names. */
export interface ObjectClaim {
  readonly name: string
  readonly uid?: string
}

/** Claims of a token that was requested, as v1.31 writes them (KEP-1205, KEP-4193). Times are seconds since 1970. */
export interface TokenClaims {
  readonly aud: readonly string[]
  readonly exp: number
  readonly iat: number
  readonly iss: string
  readonly jti?: string
  readonly 'kubernetes.io': {
    readonly namespace: string
    readonly node?: ObjectClaim
    readonly pod?: ObjectClaim
    readonly secret?: ObjectClaim
    readonly serviceaccount: ObjectClaim
    /** After this the token is still good, but its use is noted. */
    readonly warnafter?: number
  }
  readonly nbf: number
  readonly sub: string
}

export interface TokenClaimsOptions {
  readonly issuer: string
  readonly audiences: readonly string[]
  readonly nowSeconds: number
  readonly expirationSeconds: number
  readonly warnAfterSeconds?: number | undefined
  readonly id?: string | undefined
  readonly account: Readonly<KubeObject>
  readonly pod?: Readonly<KubeObject> | undefined
  readonly secret?: Readonly<KubeObject> | undefined
  /** The node itself, or only the name of the Pod's node that is not there. */
  readonly node?: ObjectClaim | undefined
}

export function tokenClaims(options: TokenClaimsOptions): TokenClaims {
  const { account, pod, secret, node, nowSeconds, warnAfterSeconds, id } = options
  const { namespace = '', name = '' } = account.metadata ?? {}
  return {
    aud: options.audiences,
    exp: nowSeconds + options.expirationSeconds,
    iat: nowSeconds,
    iss: options.issuer,
    ...(id === undefined ? {} : { jti: id }),
    'kubernetes.io': {
      namespace,
      ...(node === undefined ? {} : { node }),
      ...(pod === undefined ? {} : { pod: objectClaim(pod) }),
      ...(secret === undefined ? {} : { secret: objectClaim(secret) }),
      serviceaccount: objectClaim(account),
      ...(warnAfterSeconds === undefined ? {} : { warnafter: nowSeconds + warnAfterSeconds }),
    },
    nbf: nowSeconds,
    sub: serviceAccountUser(namespace, name),
  }
}

export function objectClaim({ metadata }: Readonly<KubeObject>): ObjectClaim {
  return { name: metadata!.name!, uid: metadata!.uid! }
}

/** The user that a service account is. */
export function serviceAccountUser(namespace: string, name: string): string {
  return `system:serviceaccount:${namespace}:${name}`
}

/** The groups that every service account of a namespace is in. */
export function serviceAccountGroups(namespace: string): string[] {
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`]
}

/** What stands for a token in audit logs and in `authentication.kubernetes.io/credential-id`. */
export function credentialId(tokenId: string): string {
  return `JTI=${tokenId}`
}
