import type {
  FlowSchema,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  ResourcePolicyRule,
  Subject,
} from '@kubetape/api/types/flowcontrol/v1'
import type { UserInfo } from '../registry/strategy.ts'
import type { RequestInfo } from '../request/request-info.ts'

const ALL = '*'
const ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/

/** Whether a request belongs to a FlowSchema: some rule has both its user and what it asks for. */
export function isMatch({ spec }: Readonly<FlowSchema>, user: UserInfo, info: RequestInfo): boolean {
  return (spec?.rules ?? []).some((rule) => (rule.subjects ?? []).some((subject) => isSubject(subject, user)) && isAskedFor(rule, info))
}

/** Tells the requests of one FlowSchema apart: those of one user, or to one namespace, are one flow. */
export function distinguisherOf({ spec }: Readonly<FlowSchema>, user: UserInfo, info: RequestInfo): string {
  switch (spec?.distinguisherMethod?.type) {
    case 'ByUser':
      return user.name
    case 'ByNamespace':
      return info.isResource ? info.namespace : ''
    default:
      return ''
  }
}

function isSubject({ kind, user: wanted, group, serviceAccount }: Subject, user: UserInfo): boolean {
  switch (kind) {
    case 'User':
      return wanted?.name === ALL || wanted?.name === user.name
    case 'Group':
      return group?.name === ALL || (group !== undefined && user.groups.includes(group.name))
    case 'ServiceAccount': {
      const [, namespace, name] = ACCOUNT.exec(user.name) ?? []
      if (serviceAccount === undefined || namespace !== serviceAccount.namespace) return false
      return serviceAccount.name === ALL || serviceAccount.name === name
    }
    default:
      return false
  }
}

function isAskedFor({ resourceRules = [], nonResourceRules = [] }: PolicyRulesWithSubjects, info: RequestInfo): boolean {
  return info.isResource
    ? resourceRules.some((rule) => isResource(rule, info))
    : nonResourceRules.some(
        ({ verbs, nonResourceURLs }: Partial<NonResourcePolicyRule>) => has(verbs, info.verb) && nonResourceURLs?.some(covers(info.path)),
      )
}

/** What a rule leaves out, as only earlier releases let it, it does not cover. */
function isResource(rule: Partial<ResourcePolicyRule>, info: Extract<RequestInfo, { isResource: true }>): boolean {
  const { verbs, apiGroups, resources, namespaces, clusterScope = false } = rule
  const resource = info.subresource === '' ? info.resource : `${info.resource}/${info.subresource}`
  if (!has(verbs, info.verb) || !has(apiGroups, info.group) || !has(resources, resource)) return false
  return info.namespace === '' ? clusterScope : has(namespaces, info.namespace)
}

const has = (values: readonly string[] = [], value: string): boolean => values.includes(value) || values.includes(ALL)

const covers =
  (path: string) =>
  (pattern: string): boolean =>
    pattern === ALL || pattern === path || (pattern.endsWith('/*') && path.startsWith(pattern.slice(0, -1)))
