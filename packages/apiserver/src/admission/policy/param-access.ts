import type { ParamKind, ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from '@kubetape/api/types/admissionregistration/v1'
import { deepEqual, FieldPath, forbidden, invalidObject, parseGroupVersion } from '@kubetape/apimachinery'
import type { ResourceAttributes } from '../../auth/authorizer.ts'
import type { UserInfo } from '../../registry/strategy.ts'
import type { AdmissionAttributes } from '../admission.ts'
import type { PluginEnvironment } from '../default-plugins.ts'
import { servedParamResource } from './policy-params.ts'

const SPEC = FieldPath.of('spec')
const POLICIES = { group: 'admissionregistration.k8s.io', resource: 'validatingadmissionpolicies' } as const

type Question = Pick<ResourceAttributes, 'verb' | 'group' | 'version' | 'resource' | 'namespace' | 'name'>

/** Who makes policies read params must be allowed to read these: their expressions tell what is in them. Throws 422. */
export function checkParamAccess(attributes: AdmissionAttributes, environment: PluginEnvironment): void | Promise<void> {
  const { draft, old, operation, subresource, context } = attributes
  if (draft === undefined || subresource !== '' || (operation !== 'CREATE' && operation !== 'UPDATE')) return
  const { user } = context
  if (user.groups.includes('system:masters')) return
  const kind = attributes.resource.info.kind
  if (kind === 'ValidatingAdmissionPolicy') {
    const { paramKind } = (draft as ValidatingAdmissionPolicy).spec ?? {}
    const before = (old as Readonly<ValidatingAdmissionPolicy> | undefined)?.spec?.paramKind
    if (paramKind === undefined || deepEqual(paramKind, before)) return
    const { apiVersion = '', kind: of = '' } = paramKind
    const why = `user ${printUser(user)} must have "get" permission on all objects of the referenced paramKind (kind=${of}, apiVersion=${apiVersion})`
    return ask({ verb: 'get', ...targetOf(paramKind, environment), namespace: '*', name: '*' }, 'paramKind', why, attributes, environment)
  }
  if (kind !== 'ValidatingAdmissionPolicyBinding') return
  const { paramRef, policyName = '' } = (draft as ValidatingAdmissionPolicyBinding).spec ?? {}
  const before = (old as Readonly<ValidatingAdmissionPolicyBinding> | undefined)?.spec
  if (paramRef === undefined || (deepEqual(paramRef, before?.paramRef) && policyName === before?.policyName)) return
  const policy = environment.storage.get(POLICIES, '', policyName)?.object as Readonly<ValidatingAdmissionPolicy> | undefined
  const { name = '', namespace = '' } = paramRef
  const verb = name === '' ? 'list' : 'get'
  const unknown = `, unable to get policy ${policyName} to determine minimum required permissions and user ${printUser(user)} does not have "${verb}" permission for all groups, versions and resources`
  const why = `user ${printUser(user)} does not have "${verb}" permission on the object referenced by paramRef${policy === undefined ? unknown : ''}`
  return ask({ verb, ...targetOf(policy?.spec?.paramKind, environment), namespace, name }, 'paramRef', why, attributes, environment)
}

function ask(
  question: Question,
  field: string,
  why: string,
  { resource, name, context }: AdmissionAttributes,
  { authorizer }: PluginEnvironment,
): void | Promise<void> {
  const judge = ({ verdict }: { readonly verdict: string }): void => {
    if (verdict !== 'allow') throw invalidObject(resource.named, name, [forbidden(SPEC.child(field), why)])
  }
  const decision = authorizer.authorize({ user: context.user, isResource: true, subresource: '', ...question })
  return decision instanceof Promise ? decision.then(judge) : judge(decision)
}

/** What is not known must be allowed for everything. */
function targetOf(paramKind: ParamKind | undefined, { registry }: PluginEnvironment): Pick<Question, 'group' | 'version' | 'resource'> {
  if (paramKind === undefined) return { group: '*', version: '*', resource: '*' }
  const { group, version } = parseGroupVersion(paramKind.apiVersion ?? '')
  return { group, version, resource: servedParamResource(paramKind, registry())?.info.resource ?? '*' }
}

/** A user as Go prints one. */
function printUser({ name, uid = '', groups, extra = {} }: UserInfo): string {
  const more = Object.keys(extra)
    .sort()
    .map((key) => `${key}:[${extra[key]!.join(' ')}]`)
  return `&{${name} ${uid} [${groups.join(' ')}] map[${more.join(' ')}]}`
}
