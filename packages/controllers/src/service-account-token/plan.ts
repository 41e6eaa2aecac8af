import type { Secret, ServiceAccount } from '@kubetape/api/types/core/v1'

export const TOKEN_SECRET_TYPE = 'kubernetes.io/service-account-token'
export const ACCOUNT_NAME_ANNOTATION = 'kubernetes.io/service-account.name'
export const ACCOUNT_UID_ANNOTATION = 'kubernetes.io/service-account.uid'

/** What to do about one Secret, or about the account itself. */
export type TokenSecretStep =
  /** Its account is gone, or was made anew: nobody can use it. */
  | { readonly type: 'delete'; readonly secret: Secret }
  /** Something is missing in it. `needsToken`: a token too. */
  | { readonly type: 'fill'; readonly secret: Secret; readonly needsToken: boolean }
  /** The account names Secrets that are gone. */
  | { readonly type: 'forget'; readonly account: ServiceAccount; readonly names: readonly string[] }

export interface TokenSecretObserved {
  readonly account: ServiceAccount | undefined
  /** Secrets of type service-account-token that name the account. */
  readonly secrets: readonly Secret[]
  /** Names of such Secrets that were deleted. */
  readonly deleted: readonly string[]
  /** What token Secrets have as `ca.crt`; empty: none. */
  readonly ca: string
}

/**
 * Secrets with tokens live and die with their account (kube-controller-manager's serviceaccount-token-controller): each is filled once, and again where
 * part of it was taken out; those of an account that is gone, or is another one now, are deleted.
 */
export function plan({ account, secrets, deleted, ca }: TokenSecretObserved): TokenSecretStep[] {
  const steps: TokenSecretStep[] = []
  for (const secret of secrets) {
    if (account === undefined || isOfAnother(secret, account)) {
      steps.push({ type: 'delete', secret })
      continue
    }
    const { data = {} } = secret
    const needsToken = !data['token']
    if (needsToken || !data['namespace'] || (ca !== '' && data['ca.crt'] !== base64(ca))) steps.push({ type: 'fill', secret, needsToken })
  }
  const named = new Set((account?.secrets ?? []).map(({ name }) => name))
  const alive = new Set(secrets.map(({ metadata }) => metadata.name))
  const names = deleted.filter((name) => named.has(name) && !alive.has(name))
  if (account !== undefined && names.length > 0) steps.push({ type: 'forget', account, names })
  return steps
}

/** The Secret as it should be. `token` undefined: it keeps its own. */
export function filled(secret: Secret, account: ServiceAccount, ca: string, token: string | undefined): Secret {
  const annotations = {
    ...secret.metadata.annotations,
    [ACCOUNT_NAME_ANNOTATION]: account.metadata.name!,
    [ACCOUNT_UID_ANNOTATION]: account.metadata.uid!,
  }
  const data = {
    ...secret.data,
    ...(ca === '' ? {} : { 'ca.crt': base64(ca) }),
    ...(secret.data?.['namespace'] ? {} : { namespace: base64(secret.metadata.namespace!) }),
    ...(token === undefined ? {} : { token: base64(token) }),
  }
  return { ...secret, metadata: { ...secret.metadata, annotations }, data }
}

/** The claims of a token that lives as long as its Secret. */
export function tokenClaims(secret: Secret, account: ServiceAccount): Record<string, string> {
  const { namespace = '', name = '', uid = '' } = account.metadata
  return {
    iss: 'kubernetes/serviceaccount',
    'kubernetes.io/serviceaccount/namespace': namespace,
    'kubernetes.io/serviceaccount/secret.name': secret.metadata.name!,
    'kubernetes.io/serviceaccount/service-account.name': name,
    'kubernetes.io/serviceaccount/service-account.uid': uid,
    sub: `system:serviceaccount:${namespace}:${name}`,
  }
}

/** Which account a Secret is of: `namespace/name`; nothing where it is no token Secret. */
export function accountsOf({ type, metadata }: Secret): readonly string[] {
  const name = metadata.annotations?.[ACCOUNT_NAME_ANNOTATION]
  return type === TOKEN_SECRET_TYPE && name ? [`${metadata.namespace}/${name}`] : []
}

function isOfAnother({ metadata }: Secret, account: ServiceAccount): boolean {
  const uid = metadata.annotations?.[ACCOUNT_UID_ANNOTATION]
  return uid !== undefined && uid !== '' && uid !== account.metadata.uid
}

const base64 = (text: string): string => btoa(String.fromCharCode(...new TextEncoder().encode(text)))
