import type {
  FlowSchemaSpec,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  ResourcePolicyRule,
  Subject,
} from '@kubetape/api/types/flowcontrol/v1'
import {
  type FieldError,
  FieldPath,
  forbidden,
  invalid,
  nameErrors,
  type NameRule,
  notSupported,
  printGoStrings,
  required,
} from '@kubetape/apimachinery'

/** Requests are tried against FlowSchemas from 1 to this. */
const PRECEDENCE_MAX = 10_000
/** The only one that may come first. */
const EXEMPT = 'exempt'
const ALL = '*'
const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch']
const DISTINGUISHERS = ['ByNamespace', 'ByUser']
const SUBJECT_KINDS = ['Group', 'ServiceAccount', 'User']
const NAMESPACE_INTRO = "each member of this list must be '*' or a DNS-1123 label; "

/** What is wrong with the spec of a FlowSchema of this name, in upstream's words and order. */
export function validateFlowSchemaSpec(name: string, spec: FlowSchemaSpec): FieldError[] {
  const path = FieldPath.of('spec')
  const errors: FieldError[] = []
  const { matchingPrecedence: precedence = 0, distinguisherMethod, priorityLevelConfiguration, rules } = spec
  const precedencePath = path.child('matchingPrecedence')
  if (precedence <= 0) errors.push(invalid(precedencePath, precedence, 'must be a positive value'))
  if (precedence > PRECEDENCE_MAX) errors.push(invalid(precedencePath, precedence, `must not be greater than ${PRECEDENCE_MAX}`))
  if (precedence === 1 && name !== EXEMPT)
    errors.push(invalid(precedencePath, precedence, "only the schema named 'exempt' may have matchingPrecedence 1"))
  if (distinguisherMethod !== undefined && !DISTINGUISHERS.includes(distinguisherMethod.type))
    errors.push(notSupported(path.child('distinguisherMethod', 'type'), distinguisherMethod.type, DISTINGUISHERS))
  const levelPath = path.child('priorityLevelConfiguration', 'name')
  const level = priorityLevelConfiguration?.name ?? ''
  if (level === '') errors.push(required(levelPath, 'must reference a priority level'))
  else errors.push(...named(levelPath, level, 'subdomain'))
  for (const [at, rule] of (rules ?? []).entries()) errors.push(...validateRules(rule, path.child('rules').index(at)))
  return errors
}

const named = (path: FieldPath, name: string, rule: NameRule, intro = ''): FieldError[] =>
  nameErrors(rule, name, false).map((text) => invalid(path, name, intro + text))

function validateRules({ subjects, resourceRules = [], nonResourceRules = [] }: PolicyRulesWithSubjects, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  if ((subjects ?? []).length === 0) errors.push(required(path.child('subjects'), 'subjects must contain at least one value'))
  for (const [at, subject] of (subjects ?? []).entries()) errors.push(...validateSubject(subject, path.child('subjects').index(at)))
  if (resourceRules.length === 0 && nonResourceRules.length === 0)
    errors.push(required(path, 'at least one of resourceRules and nonResourceRules has to be non-empty'))
  for (const [at, rule] of resourceRules.entries()) errors.push(...validateResourceRule(rule, path.child('resourceRules').index(at)))
  for (const [at, rule] of nonResourceRules.entries())
    errors.push(...validateNonResourceRule(rule, path.child('nonResourceRules').index(at)))
  return errors
}

function validateSubject(subject: Subject, path: FieldPath): FieldError[] {
  const { kind } = subject
  if (!SUBJECT_KINDS.includes(kind)) return [notSupported(path.child('kind'), kind, SUBJECT_KINDS)]
  const errors = VALIDATE_SUBJECT[kind as keyof typeof VALIDATE_SUBJECT](subject, path)
  for (const [member, of] of MEMBERS) {
    if (of !== kind && subject[member] !== undefined)
      errors.push(forbidden(path.child(member), `${member} is forbidden when subject kind is not '${of}'`))
  }
  return errors
}

/** In the order in which upstream complains of those that do not belong. */
const MEMBERS = [
  ['serviceAccount', 'ServiceAccount'],
  ['user', 'User'],
  ['group', 'Group'],
] as const

const VALIDATE_SUBJECT = {
  ServiceAccount: ({ serviceAccount }: Subject, parent: FieldPath): FieldError[] => {
    const path = parent.child('serviceAccount')
    if (serviceAccount === undefined) return [required(path, "serviceAccount is required when subject kind is 'ServiceAccount'")]
    const { name, namespace } = serviceAccount
    const errors = name === '' ? [required(path.child('name'))] : name === ALL ? [] : named(path.child('name'), name, 'subdomain')
    if (namespace === '') return [...errors, required(path.child('namespace'), 'must specify namespace for service account')]
    return [...errors, ...named(path.child('namespace'), namespace, 'label')]
  },
  User: ({ user }: Subject, path: FieldPath): FieldError[] => withName(user, path.child('user'), 'user', 'User'),
  Group: ({ group }: Subject, path: FieldPath): FieldError[] => withName(group, path.child('group'), 'group', 'Group'),
}

function withName(subject: { readonly name: string } | undefined, path: FieldPath, member: string, kind: string): FieldError[] {
  if (subject === undefined) return [required(path, `${member} is required when subject kind is '${kind}'`)]
  return subject.name === '' ? [required(path.child('name'))] : []
}

function validateVerbs(verbs: readonly string[], path: FieldPath): FieldError[] {
  if (verbs.length === 0) return [required(path, 'verbs must contain at least one value')]
  if (verbs.includes(ALL))
    return verbs.length > 1 ? [invalid(path, verbs, "if '*' is present, must not specify other verbs", printGoStrings(verbs))] : []
  return verbs.every((verb) => VERBS.includes(verb)) ? [] : [notSupported(path, verbs, VERBS, printGoStrings(verbs))]
}

/** A list that is `*` alone, or has something in it. */
function validateWildcards(values: readonly string[], path: FieldPath, missing: string, others: string): FieldError[] {
  if (values.length === 0) return [required(path, missing)]
  return values.length > 1 && values.includes(ALL)
    ? [invalid(path, values, `if '*' is present, must not specify other ${others}`, printGoStrings(values))]
    : []
}

function validateResourceRule(rule: ResourcePolicyRule, path: FieldPath): FieldError[] {
  const { verbs = [], apiGroups = [], resources = [], namespaces, clusterScope = false } = rule
  return [
    ...validateVerbs(verbs, path.child('verbs')),
    ...validateWildcards(apiGroups, path.child('apiGroups'), 'resource rules must supply at least one api group', 'api groups'),
    ...validateWildcards(resources, path.child('resources'), 'resource rules must supply at least one resource', 'resources'),
    ...validateNamespaces(namespaces ?? [], clusterScope, path.child('namespaces')),
  ]
}

function validateNamespaces(namespaces: readonly string[], clusterScope: boolean, path: FieldPath): FieldError[] {
  if (namespaces.length === 0 && !clusterScope)
    return [required(path, 'resource rules that are not cluster scoped must supply at least one namespace')]
  if (namespaces.includes(ALL))
    return namespaces.length > 1
      ? [invalid(path, namespaces, "if '*' is present, must not specify other namespaces", printGoStrings(namespaces))]
      : []
  return namespaces.flatMap((namespace, at) => named(path.index(at), namespace, 'label', NAMESPACE_INTRO))
}

function validateNonResourceRule({ verbs = [], nonResourceURLs = [] }: NonResourcePolicyRule, path: FieldPath): FieldError[] {
  const urls = path.child('nonResourceURLs')
  const wildcards = validateWildcards(nonResourceURLs, urls, 'nonResourceURLs must contain at least one value', 'non-resource URLs')
  return [
    ...validateVerbs(verbs, path.child('verbs')),
    ...wildcards,
    ...(nonResourceURLs.includes(ALL) ? [] : nonResourceURLs.flatMap((url, at) => validatePath(url, urls.index(at)))),
  ]
}

function validatePath(url: string, path: FieldPath): FieldError[] {
  const wrong = pathProblem(url)
  return wrong === undefined ? [] : [invalid(path, url, wrong)]
}

function pathProblem(url: string): string | undefined {
  if (url === '') return 'must not be empty'
  if (url === '/') return undefined
  if (!url.startsWith('/')) return 'must start with slash'
  if (url.includes(' ')) return 'must not contain white-space'
  if (url.includes('//')) return 'must not contain double slash'
  const wildcards = url.split(ALL).length - 1
  return wildcards > 1 || (wildcards === 1 && !url.endsWith('/*')) ? 'wildcard can only do suffix matching' : undefined
}
