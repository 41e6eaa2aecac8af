import type { Pod, PodAffinityTerm, PodSpec, ResourceQuotaSpec } from '@kubetape/api/types/core/v1'
import { type KubeObject, labelSelectorOf, type LabelSelectorObject, quantityOf } from '@kubetape/apimachinery'
import type { Evaluator, ScopeRequirement } from './evaluator.ts'

/** The scopes that a quota is limited to, both ways of saying it. */
export function scopesOf({ scopes = [], scopeSelector }: Readonly<ResourceQuotaSpec>): ScopeRequirement[] {
  return [...scopes.map((scopeName) => ({ scopeName, operator: 'Exists' })), ...(scopeSelector?.matchExpressions ?? [])]
}

/** Whether the object is within all scopes of the quota. */
export function matchesScopes(evaluator: Evaluator, spec: Readonly<ResourceQuotaSpec> | undefined, object: Readonly<KubeObject>): boolean {
  return scopesOf(spec ?? {}).every((requirement) => evaluator.matchesScope(requirement, object))
}

/** Whether a Pod is within a scope (API reference, ResourceQuotaScope). */
export function podMatchesScope(requirement: ScopeRequirement, pod: Readonly<Pod>): boolean {
  const { spec } = pod
  switch (requirement.scopeName) {
    case 'Terminating':
      return isTerminating(spec)
    case 'NotTerminating':
      return !isTerminating(spec)
    case 'BestEffort':
      return isBestEffort(pod)
    case 'NotBestEffort':
      return !isBestEffort(pod)
    case 'PriorityClass':
      return hasPriorityClass(requirement, spec.priorityClassName ?? '')
    case 'CrossNamespacePodAffinity':
      return affinityTerms(spec).some((term) => (term.namespaces ?? []).length > 0 || term.namespaceSelector !== undefined)
    default:
      return false
  }
}

const isTerminating = ({ activeDeadlineSeconds }: Readonly<PodSpec>): boolean => (activeDeadlineSeconds ?? -1) >= 0

function isBestEffort({ spec, status }: Readonly<Pod>): boolean {
  if (status?.qosClass !== undefined) return status.qosClass === 'BestEffort'
  return ![...(spec.containers ?? []), ...(spec.initContainers ?? [])].some(({ resources }) =>
    [resources?.requests, resources?.limits].some((list) => ['cpu', 'memory'].some((name) => quantityOf(list?.[name]).sign > 0)),
  )
}

function hasPriorityClass({ operator, values = [] }: ScopeRequirement, name: string): boolean {
  if (operator === 'Exists') return name !== ''
  const requirement = { key: 'PriorityClass', operator, ...(values.length > 0 ? { values } : {}) }
  const selector = { matchExpressions: [requirement] } as LabelSelectorObject
  return labelSelectorOf(selector).matches(name === '' ? {} : { PriorityClass: name })
}

function affinityTerms({ affinity }: Readonly<PodSpec>): PodAffinityTerm[] {
  return [affinity?.podAffinity, affinity?.podAntiAffinity].flatMap((one) => [
    ...(one?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(one?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((weighted) => weighted.podAffinityTerm),
  ])
}
