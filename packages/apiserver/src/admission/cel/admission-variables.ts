import type { GroupVersionKind, KubeObject } from '@kubetape/apimachinery'
import { CelAuthorizer, CelResourceCheck } from '@kubetape/cel'
import type { Storage } from '@kubetape/storage'
import type { Authorizer } from '../../auth/authorizer.ts'
import type { ServedResource } from '../../registry/served-resource.ts'
import type { AdmissionAttributes } from '../admission.ts'
import { operationOptions } from '../operation-options.ts'
import { requestNamespace } from '../request-namespace.ts'
import { authorizerQuestions } from './authorizer-questions.ts'

/** Where expressions find what is no part of the request. */
export interface VariableSources {
  readonly storage: Storage
  readonly authorizer: Authorizer
}

/** In what form a policy or webhook has matched a request: that of the request itself, or an equivalent one. */
export interface MatchedForm {
  readonly resource: ServedResource
  readonly kind: GroupVersionKind
  readonly object: Readonly<KubeObject> | undefined
  readonly old: Readonly<KubeObject> | undefined
}

/** The form that was asked for. */
export const ownForm = ({ resource, kind, draft, old }: AdmissionAttributes): MatchedForm => ({ resource, kind, object: draft, old })

/**
 * The variables of admission expressions, each made when it is first read: `object`, `oldObject`, `request`, `namespaceObject`, `authorizer`,
 * `authorizer.requestResource` and `params`. One set, or one `ask` in all sets, for all expressions about one request, so that an authorizer is asked the same only once.
 */
export function admissionVariables(
  attributes: AdmissionAttributes,
  form: MatchedForm,
  { storage, authorizer }: VariableSources,
  params: Readonly<KubeObject> | null = null,
  ask: CelAuthorizer = authorizerVariable(attributes, authorizer),
): Record<string, unknown> {
  const { info } = attributes.resource
  let request: object | undefined
  return {
    object: form.object ?? null,
    oldObject: form.old ?? null,
    request: () => (request ??= requestOf(attributes, form)),
    namespaceObject: () => namespaceOf(attributes, storage),
    authorizer: ask,
    'authorizer.requestResource': () =>
      new CelResourceCheck(ask, {
        group: info.group,
        resource: info.resource,
        subresource: attributes.subresource,
        namespace: attributes.namespace,
        name: attributes.name,
      }),
    params,
  }
}

/** The variable `authorizer` of one request. */
export const authorizerVariable = ({ context }: AdmissionAttributes, authorizer: Authorizer): CelAuthorizer =>
  new CelAuthorizer(authorizerQuestions(authorizer, context.user))

const filled = (members: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== ''))

function requestOf(attributes: AdmissionAttributes, form: MatchedForm): object {
  const { resource, kind, subresource, name, operation, dryRun, context } = attributes
  const namespace = requestNamespace(attributes)
  const resourceOf = ({ info }: ServedResource): object => ({ group: info.group, version: info.version, resource: info.resource })
  const kindOf = ({ group, version, kind: of }: GroupVersionKind): object => ({ group, version, kind: of })
  const { user } = context
  return {
    kind: kindOf(form.kind),
    resource: resourceOf(form.resource),
    requestKind: kindOf(kind),
    requestResource: resourceOf(resource),
    ...filled({ subResource: subresource, requestSubResource: subresource, name, namespace }),
    operation,
    userInfo: {
      ...filled({ username: user.name, uid: user.uid ?? '' }),
      ...(user.groups.length > 0 ? { groups: user.groups } : {}),
      ...(Object.keys(user.extra ?? {}).length > 0 ? { extra: user.extra } : {}),
    },
    dryRun,
    options: operationOptions(attributes),
  }
}

/** Null for objects outside of namespaces, and for namespaces themselves. */
function namespaceOf({ namespace, kind }: AdmissionAttributes, storage: Storage): object | null {
  if (namespace === '' || (kind.kind === 'Namespace' && kind.group === '')) return null
  const stored = storage.get({ group: '', resource: 'namespaces' }, '', namespace)
  if (stored === undefined) return null
  const { metadata, spec, status } = stored.object
  return { metadata: { ...metadata, UID: metadata?.uid }, spec, status }
}
