import type { ClusterRole, PolicyRule } from '@kubetape/api/types/rbac/v1'
import { deepEqual, isStatusError, type LabelSelector, labelSelectorOf, type LabelSelectorObject } from '@kubetape/apimachinery'

/** The rules that one role is to have. */
export interface Aggregation {
  readonly role: ClusterRole
  readonly rules: readonly PolicyRule[]
}

/**
 * What each role with an aggregation rule gathers, where it has something else (kube-controller-manager's clusterrole-aggregation-controller): the rules
 * of all roles that one of its selectors selects, selector by selector, in the order of the roles' names, each rule once.
 */
export function plan(roles: readonly ClusterRole[]): Aggregation[] {
  const gathering = roles.filter(({ aggregationRule }) => aggregationRule !== undefined && aggregationRule !== null)
  if (gathering.length === 0) return []
  const ordered = [...roles].sort((one, other) => (one.metadata.name! < other.metadata.name! ? -1 : 1))
  return gathering.flatMap((role) => {
    const rules = gathered(role, ordered)
    return rules === undefined || deepEqual(rules, role.rules ?? []) ? [] : [{ role, rules }]
  })
}

/** Undefined where a selector cannot be read: then nothing is changed. */
function gathered(role: ClusterRole, ordered: readonly ClusterRole[]): PolicyRule[] | undefined {
  const rules: PolicyRule[] = []
  const known = new Set<string>()
  for (const selector of role.aggregationRule!.clusterRoleSelectors ?? []) {
    const selects = read(selector)
    if (selects === undefined) return undefined
    for (const other of ordered) {
      if (other.metadata.name === role.metadata.name || !selects.matches(other.metadata.labels ?? {})) continue
      for (const rule of other.rules ?? []) {
        const text = canonical(rule)
        if (known.has(text)) continue
        known.add(text)
        rules.push(rule)
      }
    }
  }
  return rules
}

function read(selector: LabelSelectorObject): LabelSelector | undefined {
  try {
    return labelSelectorOf(selector)
  } catch (error) {
    if (isStatusError(error)) return undefined
    throw error
  }
}

/** Equal rules have equal texts; an absent list and an empty one are the same. */
function canonical({ verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: PolicyRule): string {
  return JSON.stringify([verbs, apiGroups, resources, resourceNames, nonResourceURLs])
}
