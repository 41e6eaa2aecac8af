import type { ClusterRole, PolicyRule, RoleBinding } from '@kubetape/api/types/rbac/v1'
import { deepEqual, forbiddenError, type KubeObject, type ObjectMeta, notFound } from '@kubetape/apimachinery'
import type { AdmissionAttributes, AdmissionPlugin } from '../../admission/admission.ts'
import { type Authorizer, joinErrors, MASTERS, type ResourceAttributes } from '../authorizer.ts'
import { compactRules, missingRights, printQuoted, printRule } from './covers.ts'
import type { RbacAuthorizer } from './rbac-authorizer.ts'
import { RBAC_GROUP } from './role-fold.ts'

const ROLES = new Set(['roles', 'clusterroles'])
const BINDINGS = new Set(['rolebindings', 'clusterrolebindings'])
/** All rights that there are. */
const EVERYTHING: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
]

/**
 * Nobody gives away more than they have (Kubernetes documentation, "Privilege escalation prevention"). Making or changing a role takes all rights in
 * it or the verb `escalate`; binding one takes all rights in it or the verb `bind` on it; gathering roles takes all rights that there are.
 * Refuses with 403 and names what is missing. It is no plugin that anybody can switch off: it comes after all that change the object.
 */
export function grantCheck(rbac: RbacAuthorizer, authorizer: Authorizer): AdmissionPlugin {
  return {
    name: 'GrantCheck',
    mutate(attributes) {
      const { operation, resource, subresource, context } = attributes
      const { group, resource: what } = resource.info
      if (group !== RBAC_GROUP || subresource !== '' || (operation !== 'CREATE' && operation !== 'UPDATE')) return undefined
      if (context.user.groups.includes(MASTERS)) return undefined
      if (ROLES.has(what)) return checkRole(rbac, authorizer, attributes)
      return BINDINGS.has(what) ? checkBinding(rbac, authorizer, attributes) : undefined
    },
  }
}

async function checkRole(rbac: RbacAuthorizer, authorizer: Authorizer, attributes: AdmissionAttributes): Promise<void> {
  const { draft, old, resource } = attributes
  // What lets garbage collection go on changes no right.
  if (old !== undefined && changesOnlyHolds(draft!, old)) return
  const named = attributes.operation === 'CREATE' ? '' : attributes.name
  if (await may(authorizer, attributes, { verb: 'escalate', resource: resource.info.resource, name: named })) return
  const role = draft as ClusterRole
  const excess = excessOf(rbac, attributes, role.rules ?? [])
  if (excess !== undefined) throw forbiddenError(resource.named, nameOf(attributes), excess)
  const gathers = gathersRules(role) || (old !== undefined && gathersRules(old as ClusterRole))
  if (gathers && excessOf(rbac, attributes, EVERYTHING) !== undefined)
    throw forbiddenError(resource.named, nameOf(attributes), 'must have cluster-admin privileges to use the aggregationRule')
}

const gathersRules = ({ aggregationRule }: ClusterRole): boolean => (aggregationRule?.clusterRoleSelectors ?? []).length > 0

async function checkBinding(rbac: RbacAuthorizer, authorizer: Authorizer, attributes: AdmissionAttributes): Promise<void> {
  const { draft, old, resource } = attributes
  if (old !== undefined && changesOnlyHolds(draft!, old)) return
  const { roleRef } = draft as RoleBinding
  const { kind = '', name = '' } = roleRef ?? {}
  const roles = kind === 'Role' ? 'roles' : kind === 'ClusterRole' ? 'clusterroles' : undefined
  // Validation refuses what is no role.
  if (roles === undefined || name === '') return
  if (await may(authorizer, attributes, { verb: 'bind', resource: roles, name })) return
  const rules = rbac.fold.rules(roleRef, attributes.namespace)
  if (rules === undefined) throw notFound({ group: RBAC_GROUP, resource: roles }, name)
  const excess = excessOf(rbac, attributes, rules)
  if (excess !== undefined) throw forbiddenError(resource.named, nameOf(attributes), excess)
}

const nameOf = ({ draft }: AdmissionAttributes): string => draft!.metadata?.name ?? ''

async function may(
  authorizer: Authorizer,
  { context, namespace }: AdmissionAttributes,
  asked: Pick<ResourceAttributes, 'verb' | 'resource' | 'name'>,
): Promise<boolean> {
  const { user } = context
  const decision = await authorizer.authorize({
    user,
    isResource: true,
    group: RBAC_GROUP,
    version: '*',
    subresource: '',
    namespace,
    ...asked,
  })
  return decision.verdict === 'allow'
}

/** What the user lacks of these rules, in upstream's words; undefined when they have all. */
function excessOf(rbac: RbacAuthorizer, { context, namespace }: AdmissionAttributes, asked: readonly PolicyRule[]): string | undefined {
  const { user } = context
  const { rules, errors } = rbac.rulesOf(user, namespace, 'plural')
  const missing = missingRights(rules, asked)
  if (missing.length === 0) return undefined
  const lines = [...new Set(compactRules(missing).map(printRule))].sort()
  const trouble = errors.length === 0 ? '' : `; resolution errors: [${joinErrors(errors)}]`
  return (
    `user ${JSON.stringify(user.name)} (groups=${printQuoted(user.groups)}) ` +
    `is attempting to grant RBAC permissions not currently held:\n${lines.join('\n')}${trouble}`
  )
}

/** Whether nothing but owners and finalizers is changed. */
function changesOnlyHolds(draft: KubeObject, old: Readonly<KubeObject>): boolean {
  const bare = ({ metadata, ...rest }: Readonly<KubeObject>): object => ({ ...rest, metadata: plain(metadata ?? {}) })
  return deepEqual(bare(draft), bare(old))
}

/** What of metadata its owner sets, without what holds an object. */
const plain = ({ name, labels, annotations }: ObjectMeta): object => ({ name, labels: labels ?? {}, annotations: annotations ?? {} })
