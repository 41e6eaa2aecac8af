import type { Pod } from '@kubetape/api/types/core/v1'
import {
  badRequest,
  cloneJson,
  conflict,
  type FieldError,
  FieldPath,
  formatTime,
  invalid,
  type KubeObject,
  notFound,
} from '@kubetape/apimachinery'
import { credentialId, objectClaim, type ObjectClaim, tokenClaims } from '../../auth/tokens/token-claims.ts'
import type { ServiceAccountTokenIssuer } from '../../auth/identities.ts'
import type { RegistryEnvironment, RequestContext } from '../environment.ts'
import { readObject } from '../object-store.ts'
import type { SubresourceHandler } from '../registry.ts'
import { judgeQuestion, questionResource, readQuestion, refuseQuestion, stampQuestion } from './question.ts'
import { ACCOUNTS_TOKEN_SECONDS, EXTENDED_SECONDS } from './token-life.ts'

const TOKEN_REQUEST = questionResource({
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenRequest',
  resource: 'tokenrequests',
  namespaced: true,
})
const DEFAULT_SECONDS = 3600
const MIN_SECONDS = 600
const MAX_SECONDS = 2 ** 32

interface BoundReference {
  readonly apiVersion?: string
  readonly kind?: string
  readonly name?: string
  readonly uid?: string
}

interface TokenRequest extends KubeObject {
  spec: { audiences?: readonly string[]; expirationSeconds?: number; boundObjectRef?: BoundReference | null }
  status?: { token: string; expirationTimestamp: string }
}

/** What a token is bound to. */
interface Binding {
  readonly pod?: Readonly<KubeObject>
  readonly secret?: Readonly<KubeObject>
  readonly node?: ObjectClaim
}

/** A token for a service account (API reference, TokenRequest): `serviceaccounts/NAME/token`. Nothing is stored. */
export const requestToken: SubresourceHandler = async (environment, resource, context) => {
  const draft = (await readQuestion(environment, resource, TOKEN_REQUEST, context)) as TokenRequest
  const { name } = context.request
  if (draft.metadata!.name && draft.metadata!.name !== name) {
    const path = FieldPath.of('metadata').child('name')
    refuseQuestion(TOKEN_REQUEST, name, [invalid(path, draft.metadata!.name, 'must match the service account name if specified')])
  }
  const account = readObject(environment, resource, context.namespace, name)?.object
  if (account === undefined) throw notFound(resource.named, name)
  complete(draft, name, environment, context)
  refuseQuestion(TOKEN_REQUEST, '', validate(draft))
  await judgeQuestion(environment, resource, TOKEN_REQUEST, context, draft)
  const binding = bindingOf(environment, context, name, draft.spec.boundObjectRef ?? undefined)
  const { serviceAccounts } = environment.identities
  shorten(draft, serviceAccounts, context)
  const seconds = draft.spec.expirationSeconds!
  const isExtended = serviceAccounts.extendsExpiration && binding.pod !== undefined && isForPods(draft, environment)
  const id = context.gates.enabled('ServiceAccountTokenJTI') ? context.newUid() : undefined
  const token = serviceAccounts.sign(
    tokenClaims({
      issuer: serviceAccounts.issuer,
      audiences: draft.spec.audiences!,
      nowSeconds: Math.floor(context.nowMs / 1000),
      expirationSeconds: isExtended ? EXTENDED_SECONDS : seconds,
      warnAfterSeconds: isExtended ? seconds : undefined,
      id,
      account,
      ...binding,
    }),
  )
  if (id !== undefined) context.request.audit?.annotate('authentication.kubernetes.io/issued-credential-id', credentialId(id))
  draft.status = { token, expirationTimestamp: formatTime(context.nowMs + seconds * 1000) }
  return { type: 'object', code: 201, object: inOrder(draft) }
}

/** What is not said: the account's name, the API server's audiences, an hour. */
function complete(draft: TokenRequest, name: string, { identities }: RegistryEnvironment, context: RequestContext): void {
  draft.metadata!.name = name
  draft.metadata!.namespace = context.namespace
  stampQuestion(draft, context)
  const spec = (draft.spec ??= {})
  if ((spec.audiences ?? []).length === 0) spec.audiences = [...identities.apiAudiences]
  spec.expirationSeconds ??= DEFAULT_SECONDS
  spec.boundObjectRef ??= null
  delete draft.status
}

function validate({ spec }: TokenRequest): FieldError[] {
  const path = FieldPath.of('spec').child('expirationSeconds')
  const seconds = spec.expirationSeconds!
  if (seconds < MIN_SECONDS) return [invalid(path, seconds, 'may not specify a duration less than 10 minutes')]
  if (seconds > MAX_SECONDS) return [invalid(path, seconds, 'may not specify a duration larger than 2^32 seconds')]
  return []
}

function shorten({ spec }: TokenRequest, { expirationMaxSeconds: max }: ServiceAccountTokenIssuer, context: RequestContext): void {
  if (max === undefined || spec.expirationSeconds! <= max) return
  context.warn(`requested expiration of ${spec.expirationSeconds} seconds shortened to ${max} seconds`)
  spec.expirationSeconds = max
}

/** Whether this is what the volume of every Pod asks for: its token may live on for those who do not read it again. */
function isForPods({ spec }: TokenRequest, { identities }: RegistryEnvironment): boolean {
  const audiences = new Set(spec.audiences)
  const ours = new Set(identities.apiAudiences)
  return spec.expirationSeconds === ACCOUNTS_TOKEN_SECONDS && audiences.size === ours.size && [...audiences].every((one) => ours.has(one))
}

/** The object that a token shall be bound to. Throws 404 where it is not there, 409 where it is another one, 400 where it cannot be. */
function bindingOf(
  environment: RegistryEnvironment,
  context: RequestContext,
  account: string,
  reference: BoundReference | undefined,
): Binding {
  if (reference === undefined) return {}
  const { apiVersion = '', kind = '', name = '', uid } = reference
  const isCore = !apiVersion.includes('/') || apiVersion.startsWith('/')
  const found = (resource: string, namespace: string): Readonly<KubeObject> => {
    const stored = environment.storage.get({ group: '', resource }, namespace, name)
    if (stored === undefined) throw notFound({ group: '', resource }, name)
    return stored.object
  }
  const binding = ((): Binding => {
    switch (isCore ? kind : '') {
      case 'Pod':
        return bindPod(environment, context, account, found('pods', context.namespace))
      case 'Secret':
        return { secret: found('secrets', context.namespace) }
      case 'Node':
        if (!context.gates.enabled('ServiceAccountTokenNodeBinding'))
          throw badRequest('cannot bind token to a Node object as the "ServiceAccountTokenNodeBinding" feature-gate is disabled')
        return { node: objectClaim(found('nodes', '')) }
      default:
        throw badRequest(`cannot bind token to object of type ${goKind(apiVersion, kind)}`)
    }
  })()
  const record = (binding.pod ?? binding.secret)?.metadata?.uid ?? binding.node?.uid
  if (uid && uid !== record) {
    throw conflict(
      { group: '', resource: kind },
      name,
      `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    )
  }
  return binding
}

/** A Pod's token also says on which node it is, as far as that is known (KEP-4193). */
function bindPod({ storage }: RegistryEnvironment, { gates }: RequestContext, account: string, pod: Readonly<KubeObject>): Binding {
  const { serviceAccountName, nodeName } = (pod as Readonly<Pod>).spec
  if (serviceAccountName !== account) {
    throw badRequest(`cannot bind token for serviceaccount ${JSON.stringify(account)} to pod running with different serviceaccount name.`)
  }
  if (!nodeName || !gates.enabled('ServiceAccountTokenPodNodeInfo')) return { pod }
  const node = storage.get({ group: '', resource: 'nodes' }, '', nodeName)
  return { pod, node: node === undefined ? { name: nodeName } : objectClaim(node.object) }
}

/** A kind as Go prints it: `/v1, Kind=ConfigMap`. */
function goKind(apiVersion: string, kind: string): string {
  const at = apiVersion.indexOf('/')
  return `${at < 0 ? '' : apiVersion.slice(0, at)}/${apiVersion.slice(at + 1)}, Kind=${kind}`
}

/** The answer, with members in the order of the kind. */
function inOrder({ metadata, spec, status }: TokenRequest): KubeObject {
  const { audiences, expirationSeconds, boundObjectRef } = spec
  return cloneJson({
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata,
    spec: { audiences, expirationSeconds, boundObjectRef },
    status,
  }) as KubeObject
}
