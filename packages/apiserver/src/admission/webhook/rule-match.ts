import type { RuleWithOperations } from '@kubetape/api/types/admissionregistration/v1'
import type { GroupVersionResource } from '@kubetape/apimachinery'
import type { AdmissionAttributes } from '../admission.ts'

/** What rules look at. */
export interface RuleSubject extends GroupVersionResource {
  readonly operation: AdmissionAttributes['operation']
  readonly subresource: string
  /** Of a Namespace its own name. */
  readonly namespace: string
}

/** Whether a rule of webhooks and policies is about this request (API reference, RuleWithOperations). */
export function ruleMatches(rule: Readonly<RuleWithOperations>, subject: RuleSubject): boolean {
  return (
    inScope(rule.scope, subject) &&
    names(rule.operations, subject.operation) &&
    names(rule.apiGroups, subject.group) &&
    names(rule.apiVersions, subject.version) &&
    (rule.resources ?? []).some((pattern) => resourceMatches(pattern, subject))
  )
}

const names = (values: readonly string[] | undefined, value: string): boolean =>
  values?.some((one) => one === '*' || one === value) ?? false

/** Namespaces are at the cluster scope, although a request about one has a namespace: itself. */
function inScope(scope: string | undefined, { group, resource, namespace }: RuleSubject): boolean {
  if (scope === undefined || scope === '*') return true
  const clustered = namespace === '' || (group === '' && resource === 'namespaces')
  return clustered === (scope === 'Cluster')
}

function resourceMatches(pattern: string, { resource, subresource }: RuleSubject): boolean {
  const slash = pattern.indexOf('/')
  const [main, sub] = slash < 0 ? [pattern, ''] : [pattern.slice(0, slash), pattern.slice(slash + 1)]
  return (main === '*' || main === resource) && (sub === '*' || sub === subresource)
}
