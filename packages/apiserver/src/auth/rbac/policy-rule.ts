import type { PolicyRule } from '@kubetape/api/types/rbac/v1'
import type { AccessAttributes, ResourceAttributes } from '../authorizer.ts'

/** Everything: of verbs, groups, resources and paths. */
export const ALL = '*'

/** Whether a rule lets somebody do this (API reference, PolicyRule). */
export function ruleAllows(rule: PolicyRule, attributes: AccessAttributes): boolean {
  if (!has(rule.verbs, attributes.verb)) return false
  return attributes.isResource ? allowsResource(rule, attributes) : allowsPath(rule.nonResourceURLs, attributes.path)
}

function allowsResource(rule: PolicyRule, { group, resource, subresource, name }: ResourceAttributes): boolean {
  const { apiGroups, resources, resourceNames } = rule
  if (apiGroups === undefined || !has(apiGroups, group)) return false
  if (resources === undefined || !coversResource(resources, resource, subresource)) return false
  return resourceNames === undefined || resourceNames.length === 0 || resourceNames.includes(name)
}

// `pods`, `pods/log`, the subresource of any resource (`*/scale`), or everything. There is no `pods/*`.
function coversResource(resources: readonly string[], resource: string, subresource: string): boolean {
  if (subresource === '') return resources.includes(resource) || resources.includes(ALL)
  for (const one of resources) {
    if (one === ALL) return true
    const slash = one.indexOf('/')
    if (slash < 0 || one.slice(slash + 1) !== subresource) continue
    const parent = one.slice(0, slash)
    if (parent === ALL || parent === resource) return true
  }
  return false
}

function allowsPath(paths: readonly string[] | undefined, path: string): boolean {
  return paths?.some((one) => one === ALL || coversPath(one, path)) ?? false
}

/** Whether a path of a rule, which may end in a star, covers another path. */
export function coversPath(wide: string, path: string): boolean {
  return wide === path || (wide.endsWith(ALL) && path.startsWith(wide.replace(/\*+$/, '')))
}

const has = (list: readonly string[], word: string): boolean => list.includes(word) || list.includes(ALL)
