import type { UserInfo } from '../registry/strategy.ts'
import type { RequestInfo } from '../request/request-info.ts'
import { yamlLibrary } from '../yaml-library.ts'

export const LEVELS = ['None', 'Metadata', 'Request', 'RequestResponse'] as const
export const STAGES = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'] as const
/** How much of a request is logged. */
export type AuditLevel = (typeof LEVELS)[number]
/** When something is logged. */
export type AuditStage = (typeof STAGES)[number]

interface GroupResources {
  readonly group?: string
  readonly resources?: readonly string[]
  readonly resourceNames?: readonly string[]
}

/** One rule of a policy (API reference, audit.k8s.io/v1 PolicyRule). What is empty matches everything. */
export interface PolicyRule {
  readonly level: AuditLevel
  readonly users?: readonly string[]
  readonly userGroups?: readonly string[]
  readonly verbs?: readonly string[]
  readonly resources?: readonly GroupResources[]
  readonly namespaces?: readonly string[]
  readonly nonResourceURLs?: readonly string[]
  readonly omitStages?: readonly AuditStage[]
  readonly omitManagedFields?: boolean
}

/** What is logged of which requests (API reference, audit.k8s.io/v1 Policy). */
export interface AuditPolicy {
  readonly rules: readonly PolicyRule[]
  readonly omitStages?: readonly AuditStage[]
  readonly omitManagedFields?: boolean
}

/** What of one request is logged. */
export interface AuditDecision {
  readonly level: AuditLevel
  readonly omitStages: ReadonlySet<AuditStage>
  readonly omitManagedFields: boolean
}

const NOTHING: AuditDecision = { level: 'None', omitStages: new Set(), omitManagedFields: false }

/** The first rule that matches decides; a request that none matches is not logged. */
export function decideAudit(policy: AuditPolicy, user: UserInfo, info: RequestInfo): AuditDecision {
  const rule = policy.rules.find((one) => matches(one, user, info))
  if (rule === undefined || rule.level === 'None') return NOTHING
  return {
    level: rule.level,
    omitStages: new Set([...(policy.omitStages ?? []), ...(rule.omitStages ?? [])]),
    omitManagedFields: rule.omitManagedFields ?? policy.omitManagedFields ?? false,
  }
}

const isAny = (list: readonly unknown[] | undefined): list is undefined => list === undefined || list.length === 0

function matches(rule: PolicyRule, user: UserInfo, info: RequestInfo): boolean {
  const { users, userGroups, verbs, namespaces, resources, nonResourceURLs } = rule
  if (!isAny(users) && !users.includes(user.name)) return false
  if (!isAny(userGroups) && !user.groups.some((group) => userGroups.includes(group))) return false
  if (!isAny(verbs) && !verbs.includes(info.verb)) return false
  if (!isAny(namespaces) || !isAny(resources)) return matchesResource(namespaces, resources, info)
  if (isAny(nonResourceURLs)) return true
  return !info.isResource && nonResourceURLs.some((url) => (url.endsWith('*') ? info.path.startsWith(url.slice(0, -1)) : info.path === url))
}

function matchesResource(namespaces: PolicyRule['namespaces'], resources: PolicyRule['resources'], info: RequestInfo): boolean {
  if (!info.isResource) return false
  // Of cluster-scoped requests the namespace is an empty text.
  if (!isAny(namespaces) && !namespaces.includes(info.namespace)) return false
  return isAny(resources) || resources.some((one) => matchesGroup(one, info))
}

function matchesGroup({ group = '', resources, resourceNames }: GroupResources, info: Extract<RequestInfo, { isResource: true }>): boolean {
  if (group !== info.group) return false
  if (isAny(resources)) return true
  if (!isAny(resourceNames) && !resourceNames.includes(info.name)) return false
  const { resource, subresource } = info
  const full = subresource ? `${resource}/${subresource}` : resource
  return resources.some(
    (one) => one === '*' || one === full || (subresource !== '' && one === `*/${subresource}`) || one === `${resource}/*`,
  )
}

/** Why a policy cannot be used. Terminal. */
export class AuditPolicyError extends Error {
  readonly code = 'AUDIT_POLICY' as const

  constructor(file: string, why: string, options?: { cause?: unknown }) {
    super(`Cannot use the audit policy "${file}": ${why}`, options)
    this.name = 'AuditPolicyError'
  }
}

/** Reads a policy file (YAML or JSON). Throws an AuditPolicyError that names the field that is wrong. */
export function parseAuditPolicy(text: string, file: string): AuditPolicy {
  const refuse = (why: string): never => {
    throw new AuditPolicyError(file, why)
  }
  const policy = readYaml(text, file)
  if (policy['apiVersion'] !== 'audit.k8s.io/v1' || policy['kind'] !== 'Policy')
    refuse('it must have apiVersion audit.k8s.io/v1 and kind Policy')
  checkMembers(
    policy,
    '',
    { apiVersion: isText, kind: isText, metadata: isObject, rules: isList, omitStages: isStages, omitManagedFields: isFlag },
    refuse,
  )
  const rules = (policy['rules'] ?? []) as readonly unknown[]
  if (rules.length === 0) refuse('it has no rules')
  for (const [at, rule] of rules.entries()) checkRule(rule, `rules[${at}]`, refuse)
  return policy as unknown as AuditPolicy
}

type Refuse = (why: string) => never
type Check = (value: unknown) => string | undefined

const isText: Check = (value) => (typeof value === 'string' ? undefined : 'must be a string')
const isFlag: Check = (value) => (typeof value === 'boolean' ? undefined : 'must be true or false')
const isObject: Check = (value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : 'must be an object')
const isList: Check = (value) => (Array.isArray(value) ? undefined : 'must be a list')
const isTexts: Check = (value) =>
  Array.isArray(value) && value.every((one) => typeof one === 'string') ? undefined : 'must be a list of strings'
const isStages: Check = (value) =>
  Array.isArray(value) && value.every((one) => (STAGES as readonly unknown[]).includes(one))
    ? undefined
    : `must be a list of ${STAGES.join(', ')}`
const isLevel: Check = (value) => ((LEVELS as readonly unknown[]).includes(value) ? undefined : `must be one of ${LEVELS.join(', ')}`)

const RULE: Readonly<Record<string, Check>> = {
  level: isLevel,
  users: isTexts,
  userGroups: isTexts,
  verbs: isTexts,
  resources: isList,
  namespaces: isTexts,
  nonResourceURLs: isTexts,
  omitStages: isStages,
  omitManagedFields: isFlag,
}
const GROUP: Readonly<Record<string, Check>> = { group: isText, resources: isTexts, resourceNames: isTexts }

function checkRule(value: unknown, path: string, refuse: Refuse): void {
  const wrong = isObject(value)
  if (wrong !== undefined) refuse(`${path} ${wrong}`)
  const rule = value as Record<string, unknown>
  if (rule['level'] === undefined) refuse(`${path}.level ${isLevel(undefined)}`)
  checkMembers(rule, `${path}.`, RULE, refuse)
  const { resources, namespaces, nonResourceURLs } = rule as unknown as PolicyRule
  if (!isAny(nonResourceURLs) && !(isAny(resources) && isAny(namespaces)))
    refuse(`${path} cannot be about both resources and nonResourceURLs`)
  for (const [at, url] of (nonResourceURLs ?? []).entries()) {
    if (url !== '*' && !/^\/[^*]*\*?$/.test(url)) refuse(`${path}.nonResourceURLs[${at}] must begin with "/" and have "*" only at its end`)
  }
  for (const [at, group] of (resources ?? []).entries()) checkGroup(group, `${path}.resources[${at}]`, refuse)
}

function checkGroup(group: GroupResources, path: string, refuse: Refuse): void {
  const wrong = isObject(group)
  if (wrong !== undefined) refuse(`${path} ${wrong}`)
  checkMembers(group as Record<string, unknown>, `${path}.`, GROUP, refuse)
  if (!isAny(group.resourceNames) && isAny(group.resources)) refuse(`${path}.resourceNames needs resources beside it`)
  if (group.group?.includes('/')) refuse(`${path}.group must be a group without a version`)
}

/** A misspelt member would let through what it was meant to stop. */
function checkMembers(value: Record<string, unknown>, path: string, checks: Readonly<Record<string, Check>>, refuse: Refuse): void {
  for (const [name, member] of Object.entries(value)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined
    if (check === undefined) refuse(`it has no field ${path}${name}`)
    const wrong = member === null ? undefined : check(member)
    if (wrong !== undefined) refuse(`${path}${name} ${wrong}`)
  }
}

function readYaml(text: string, file: string): Record<string, unknown> {
  try {
    const value: unknown = yamlLibrary().parse(text)
    if (isObject(value) === undefined) return value as Record<string, unknown>
  } catch (error) {
    if (!(error instanceof yamlLibrary().YAMLParseError)) throw error
    throw new AuditPolicyError(file, error.message.split('\n')[0]!, { cause: error })
  }
  throw new AuditPolicyError(file, 'it is empty, or no object')
}
