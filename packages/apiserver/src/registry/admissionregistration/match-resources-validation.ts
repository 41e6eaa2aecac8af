import type { MatchResources, NamedRuleWithOperations } from '@kubetape/api/types/admissionregistration/v1'
import {
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  notSupported,
  pathSegmentErrors,
  required,
  validateLabelSelector,
} from '@kubetape/apimachinery'
import { validateRule } from './rule-validation.ts'

const MATCH_POLICIES = ['Equivalent', 'Exact']

/** What a policy or a binding matches. */
export function validateMatchResources(constraints: MatchResources | undefined, path: FieldPath): FieldError[] {
  if (constraints === undefined) return []
  const { matchPolicy, namespaceSelector, objectSelector, resourceRules = [], excludeResourceRules = [] } = constraints
  const errors: FieldError[] = []
  if (matchPolicy === undefined) errors.push(required(path.child('matchPolicy')))
  else if (!MATCH_POLICIES.includes(matchPolicy)) errors.push(notSupported(path.child('matchPolicy'), matchPolicy, MATCH_POLICIES))
  for (const [name, selector] of Object.entries({ namespaceSelector, objectSelector })) {
    errors.push(...(selector === undefined ? [required(path.child(name))] : validateLabelSelector(selector, path.child(name))))
  }
  for (const [name, rules] of Object.entries({ resourceRules, excludeResourceRules })) {
    errors.push(...rules.flatMap((rule, index) => validateNamedRule(rule, path.child(name).index(index))))
  }
  return errors
}

function validateNamedRule(rule: NamedRuleWithOperations, path: FieldPath): FieldError[] {
  const seen = new Set<string>()
  const errors: FieldError[] = []
  for (const [index, name] of (rule.resourceNames ?? []).entries()) {
    const place = path.child('resourceNames').index(index)
    errors.push(...pathSegmentErrors(name).map((message) => invalid(place, name, message)))
    if (seen.has(name)) errors.push(duplicate(place, name))
    seen.add(name)
  }
  return [...errors, ...validateRule(rule, path)]
}

/** Matches everything that its rules say, in every namespace, whatever the version. */
export function defaultMatchResources(constraints: MatchResources | undefined): void {
  if (constraints === undefined) return
  constraints.matchPolicy ??= 'Equivalent'
  constraints.namespaceSelector ??= {}
  constraints.objectSelector ??= {}
  for (const rule of [...(constraints.resourceRules ?? []), ...(constraints.excludeResourceRules ?? [])]) rule.scope ??= '*'
}
