import type { PolicyRule } from '@kubetape/api/types/rbac/v1'
import { type FieldError, type FieldPath, invalid, printGoStrings, required } from '@kubetape/apimachinery'

/** The rules of a role, each for resources or for paths (API reference, PolicyRule); paths belong to no namespace. */
export function validateRules(rules: readonly PolicyRule[] | undefined, path: FieldPath, namespaced: boolean): FieldError[] {
  return (rules ?? []).flatMap((rule, at) => validateRule(rule, path.index(at), namespaced))
}

function validateRule(rule: PolicyRule, path: FieldPath, namespaced: boolean): FieldError[] {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule
  const errors = (verbs ?? []).length === 0 ? [required(path.child('verbs'), 'verbs must contain at least one value')] : []
  if (nonResourceURLs.length > 0) {
    const refuse = (why: string): FieldError =>
      invalid(path.child('nonResourceURLs'), nonResourceURLs, why, printGoStrings(nonResourceURLs))
    if (namespaced) errors.push(refuse('namespaced rules cannot apply to non-resource URLs'))
    if (apiGroups.length > 0 || resources.length > 0 || resourceNames.length > 0)
      errors.push(refuse('rules cannot apply to both regular resources and non-resource URLs'))
    return errors
  }
  if (apiGroups.length === 0) errors.push(required(path.child('apiGroups'), 'resource rules must supply at least one api group'))
  if (resources.length === 0) errors.push(required(path.child('resources'), 'resource rules must supply at least one resource'))
  return errors
}
