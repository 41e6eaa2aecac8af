/** A claim or an expression that says something of the user. */
export interface ClaimOrExpression {
  readonly claim?: string
  readonly prefix?: string
  readonly expression?: string
}

/** One issuer of tokens and what its claims mean (API reference, apiserver.config.k8s.io/v1beta1 JWTAuthenticator). */
export interface JwtConfig {
  readonly issuer: {
    readonly url: string
    /** Where its configuration is, if not at its own address. */
    readonly discoveryURL?: string
    /** PEM text that it is verified with. Default: what the machine trusts. */
    readonly certificateAuthority?: string
    readonly audiences: readonly string[]
    readonly audienceMatchPolicy?: string
  }
  readonly claimValidationRules?: readonly {
    readonly claim?: string
    readonly requiredValue?: string
    readonly expression?: string
    readonly message?: string
  }[]
  readonly claimMappings: {
    readonly username: ClaimOrExpression
    readonly groups?: ClaimOrExpression
    readonly uid?: ClaimOrExpression
    readonly extra?: readonly { readonly key: string; readonly valueExpression: string }[]
  }
  readonly userValidationRules?: readonly { readonly expression: string; readonly message?: string }[]
  /** Signature algorithms that are believed. Default: those of RSA, ECDSA and RSA-PSS. */
  readonly signingAlgorithms?: readonly string[]
}

/** `apiserver.config.k8s.io/v1beta1` AuthenticationConfiguration. */
export interface AuthenticationConfig {
  readonly jwt: readonly JwtConfig[]
  /** Undefined: as the flags say. */
  readonly anonymous?: { readonly enabled: boolean; readonly conditions?: readonly { readonly path: string }[] }
}
