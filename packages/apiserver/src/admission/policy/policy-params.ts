import type { ParamKind, ParamRef } from '@kubetape/api/types/admissionregistration/v1'
import { type KubeObject, labelSelectorOf, parseGroupVersion } from '@kubetape/apimachinery'
import type { Registry } from '../../registry/registry.ts'
import type { ServedResource } from '../../registry/served-resource.ts'
import type { MatchSources } from './match-resources.ts'
import { PolicyConfigurationError } from './policy-configuration-error.ts'
import type { RequestForms } from './request-forms.ts'

type Params = Readonly<KubeObject> | null
const NO_PARAMS: readonly Params[] = [null]

/** The resource of a policy's params. Throws a PolicyConfigurationError when nothing of the kind is served. */
export function paramResource(paramKind: ParamKind, { registry }: Pick<MatchSources, 'registry'>): ServedResource {
  const found = servedParamResource(paramKind, registry())
  if (found !== undefined) return found
  const { apiVersion = '', kind = '' } = paramKind
  const { group, version } = parseGroupVersion(apiVersion)
  throw new PolicyConfigurationError(`failed to find resource referenced by paramKind: '${group}/${version}, Kind=${kind}'`)
}

/** As `paramResource`; undefined when nothing of the kind is served. */
export function servedParamResource({ apiVersion = '', kind = '' }: ParamKind, registry: Registry): ServedResource | undefined {
  const { group, version } = parseGroupVersion(apiVersion)
  for (const resource of registry.resources()) {
    const { gvk } = resource
    if (gvk.kind === kind && gvk.group === group && gvk.version === version && resource.info.verbs.includes('list')) return resource
  }
  return undefined
}

/**
 * The params with which a policy is evaluated for a request in `namespace`: null where the policy takes none or the binding names none; none at all
 * where the binding's are missing and it allows that. Throws a PolicyConfigurationError, and a CelPending while a webhook converts them.
 */
export function collectParams(
  resource: ServedResource | undefined,
  paramRef: ParamRef | undefined,
  namespace: string,
  { storage }: MatchSources,
  forms: RequestForms,
): readonly Params[] {
  if (resource === undefined || paramRef === undefined) return NO_PARAMS
  const from = placeOf(resource, paramRef, namespace)
  const found = named(paramRef)
    ? [storage.get(resource.stored, from, paramRef.name!)].filter((one) => one !== undefined)
    : storage.list(resource.stored, resource.info.namespaced, { namespace: from, matches: selecting(paramRef) }).items
  if (found.length === 0 && paramRef.parameterNotFoundAction === 'Deny') {
    throw new PolicyConfigurationError('no params found for policy binding with `Deny` parameterNotFoundAction')
  }
  return forms.params(resource, found)
}

const named = ({ name = '' }: ParamRef): boolean => name !== ''

function selecting({ selector }: ParamRef): (stored: { readonly object: Readonly<KubeObject> }) => boolean {
  const labels = labelSelectorOf(selector)
  return ({ object }) => labels.matches(object.metadata?.labels)
}

function placeOf(resource: ServedResource, { namespace: stated = '' }: ParamRef, namespace: string): string {
  if (!resource.info.namespaced) {
    if (stated !== '') throw new PolicyConfigurationError('paramRef.namespace must not be provided for a cluster-scoped `paramKind`')
    return ''
  }
  if (stated !== '') return stated
  if (namespace !== '') return namespace
  throw new PolicyConfigurationError('cannot use namespaced paramRef in policy binding that matches cluster-scoped resources')
}
