import type { Gates } from '@kubetape/client-go-features'
import type { Clock } from '@kubetape/determinism'
import type { Storage } from '@kubetape/storage'
import { type Authenticated, AuthenticationError, type Remarks, type TokenAuthenticator } from '../authenticator.ts'
import { BoundObjects } from './bound-objects.ts'
import { checkLegacyToken, LEGACY_ISSUER, type LegacyClaims, type LegacyTokenUse } from './legacy-token.ts'
import type { SigningKeys } from './signing-keys.ts'
import { credentialId, serviceAccountGroups, serviceAccountUser, type TokenClaims } from './token-claims.ts'
import { verifySignature } from './verify-signature.ts'

export interface ServiceAccountAuthenticatorOptions {
  readonly storage: Storage
  readonly clock: Clock
  readonly gates: Gates
  readonly keys: SigningKeys
  /** Whose tokens are believed; the first makes new ones. */
  readonly issuers: readonly string[]
  readonly apiAudiences: readonly string[]
  /** Told of each use of a token from a Secret that was accepted or refused as no longer good. */
  readonly onLegacyUse?: (use: LegacyTokenUse) => void
}

/** Clocks may differ by this much, and what was deleted is still good for as long. */
export const LEEWAY_SECONDS = 60

/**
 * Tokens of service accounts, requested ones and those from Secrets. A token is good while its signature, issuer, audience and time are, and while the
 * account and what it is bound to are the ones that it names.
 */
export function serviceAccountTokens(options: ServiceAccountAuthenticatorOptions): TokenAuthenticator {
  const { keys, issuers, storage, clock } = options
  const objects = new BoundObjects(storage)
  return {
    authenticate(token, audiences, remarks) {
      const issuer = issuerOf(token)
      if (issuer !== LEGACY_ISSUER && !issuers.includes(issuer)) return undefined
      const claims = verifySignature(token, keys.all)
      const nowMs = clock.wallMs()
      const implied = impliedAudiences(claims, options, remarks)
      const good = implied.filter((one) => audiences.includes(one))
      if (good.length === 0 && options.apiAudiences.length > 0) {
        throw new AuthenticationError(`token audiences ${goStrings(implied)} is invalid for the target audiences ${goStrings(audiences)}`)
      }
      if (issuer === LEGACY_ISSUER) {
        const legacy = claims as unknown as LegacyClaims
        return { user: checkLegacyToken(token, legacy, { objects, nowMs, remarks, onUse: options.onLegacyUse }), audiences: good }
      }
      return checkRequestedToken(claims as unknown as TokenClaims, good, { objects, nowMs, remarks, gates: options.gates })
    },
  }
}

/** Tokens that name no audience are for the API server alone. */
function impliedAudiences(
  claims: Record<string, unknown>,
  { apiAudiences }: ServiceAccountAuthenticatorOptions,
  remarks: Remarks,
): readonly string[] {
  const { aud, sub } = claims
  const named = aud === undefined ? [] : Array.isArray(aud) ? aud.map(String) : [aud as string]
  if (named.length > 0) return named
  remarks.annotate('authentication.k8s.io/legacy-token', sub as string)
  return apiAudiences
}

/** Who made the token, as its body says; nobody where it is no JWT. */
function issuerOf(token: string): string {
  const parts = token.split('.')
  if (parts.length !== 3) return ''
  try {
    const { iss } = JSON.parse(Buffer.from(parts[1]!, 'base64url').toString('utf8')) as { iss?: unknown }
    return typeof iss === 'string' ? iss : ''
  } catch {
    return ''
  }
}

interface Check {
  readonly objects: BoundObjects
  readonly nowMs: number
  readonly remarks: Remarks
  readonly gates: Gates
}

function checkRequestedToken(claims: TokenClaims, audiences: readonly string[], check: Check): Authenticated {
  checkTimes(claims, check.nowMs / 1000)
  const { namespace, serviceaccount, pod, secret, node, warnafter } = claims['kubernetes.io'] ?? {}
  if (serviceaccount === undefined) throw new AuthenticationError('service account token claims could not be validated')
  const deadlineMs = check.nowMs - LEEWAY_SECONDS * 1000
  const { objects, gates } = check
  objects.checkAccount(namespace, serviceaccount, deadlineMs)
  if (secret !== undefined) objects.check('secret', namespace, secret, deadlineMs)
  if (pod !== undefined) objects.check('pod', namespace, pod, deadlineMs)
  if (node !== undefined && pod === undefined) {
    if (!gates.enabled('ServiceAccountTokenNodeBindingValidation'))
      throw new AuthenticationError('token is bound to a Node object but the node bound token validation feature is disabled')
    objects.check('node', '', node, deadlineMs)
  }
  if (warnafter !== undefined && check.nowMs / 1000 > warnafter) {
    const late = Math.floor(check.nowMs / 1000) - warnafter
    check.remarks.annotate('authentication.k8s.io/stale-token', `subject: ${claims.sub}, seconds after warning threshold: ${late}`)
  }
  const showsNode = node !== undefined && (pod === undefined || gates.enabled('ServiceAccountTokenPodNodeInfo'))
  const extra = {
    ...(claims.jti !== undefined && gates.enabled('ServiceAccountTokenJTI')
      ? { 'authentication.kubernetes.io/credential-id': [credentialId(claims.jti)] }
      : {}),
    ...(showsNode ? { 'authentication.kubernetes.io/node-name': [node.name] } : {}),
    ...(showsNode && node.uid ? { 'authentication.kubernetes.io/node-uid': [node.uid] } : {}),
    ...(pod === undefined
      ? {}
      : { 'authentication.kubernetes.io/pod-name': [pod.name], 'authentication.kubernetes.io/pod-uid': [pod.uid!] }),
  }
  return {
    user: {
      name: serviceAccountUser(namespace, serviceaccount.name),
      uid: serviceaccount.uid!,
      groups: serviceAccountGroups(namespace),
      ...(Object.keys(extra).length > 0 ? { extra } : {}),
    },
    audiences,
  }
}

function checkTimes({ exp, nbf, iat }: TokenClaims, nowSeconds: number): void {
  if (nbf !== undefined && nowSeconds + LEEWAY_SECONDS < nbf) throw new AuthenticationError('service account token is not valid yet')
  if (exp !== undefined && nowSeconds - LEEWAY_SECONDS > exp) throw new AuthenticationError('service account token has expired')
  if (iat !== undefined && nowSeconds + LEEWAY_SECONDS < iat) throw new AuthenticationError('service account token is issued in the future')
}

/** Strings as Go prints a slice of them, quoted. */
const goStrings = (texts: readonly string[]): string => `[${texts.map((text) => JSON.stringify(text)).join(' ')}]`
