import type { ConfigMap, Secret } from '@kubetape/api/types/core/v1'
import {
  BOOTSTRAP_TOKEN_NAMESPACE,
  BOOTSTRAP_TOKEN_PREFIX,
  BOOTSTRAP_TOKEN_TYPE,
  BootstrapToken,
  parseBootstrapToken,
} from '@kubetape/apimachinery'

/** What clients without credentials find the cluster by (Kubernetes documentation, "Authenticating with Bootstrap Tokens"). */
export const CLUSTER_INFO = { namespace: 'kube-public', name: 'cluster-info' } as const

const KUBECONFIG = 'kubeconfig'
const SIGNATURE_PREFIX = 'jws-kubeconfig-'

/** Signs a text with a token: a detached JSON Web Signature (HS256) whose key is named by the token's id. Pure. */
export type SignWithToken = (content: string, token: { readonly id: string; readonly secret: string }) => string

/** Whether it is a bootstrap token where those are looked for. */
export function isTokenSecret({ metadata, type }: Readonly<Secret>): boolean {
  return metadata.namespace === BOOTSTRAP_TOKEN_NAMESPACE && type === BOOTSTRAP_TOKEN_TYPE
}

/** The tokens with which the cluster's address is signed. */
export function signingTokens(secrets: readonly Readonly<Secret>[], nowMs: number): BootstrapToken[] {
  return secrets.flatMap((secret) => {
    const token = BootstrapToken.of(secret)
    if (token === undefined || secret.metadata.deletionTimestamp !== undefined) return []
    const isWhole = parseBootstrapToken(`${token.id}.${token.secret}`) !== undefined
    const isNamed = secret.metadata.name === `${BOOTSTRAP_TOKEN_PREFIX}${token.id}`
    const isOver = token.expirationMs !== undefined && token.expirationMs <= nowMs
    return isWhole && isNamed && !isOver && token.mayBeUsedFor('signing') ? [token] : []
  })
}

/** The ConfigMap with the signatures that it should have; undefined when it has them, or there is nothing to sign. */
export function signed(configMap: Readonly<ConfigMap>, tokens: readonly BootstrapToken[], sign: SignWithToken): ConfigMap | undefined {
  const known = configMap.data ?? {}
  const content = known[KUBECONFIG]
  if (content === undefined) return undefined
  const others = Object.entries(known).filter(([name]) => !name.startsWith(SIGNATURE_PREFIX))
  const signatures = tokens.map((token): [string, string] => [`${SIGNATURE_PREFIX}${token.id}`, sign(content, token)])
  const data = Object.fromEntries([...others, ...signatures])
  const isRight =
    Object.keys(data).length === Object.keys(known).length && Object.entries(data).every(([name, text]) => known[name] === text)
  return isRight ? undefined : { ...configMap, data }
}

/** When the first of these tokens expires, in Unix milliseconds. */
export function firstExpiration(tokens: readonly BootstrapToken[]): number | undefined {
  const times = tokens.flatMap(({ expirationMs }) => (expirationMs === undefined ? [] : [expirationMs]))
  return times.length === 0 ? undefined : Math.min(...times)
}
