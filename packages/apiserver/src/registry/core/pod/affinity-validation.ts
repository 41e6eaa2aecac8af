import {
  dnsLabelErrors,
  dnsSubdomainErrors,
  type FieldError,
  FieldPath,
  forbidden,
  invalid,
  qualifiedNameErrors,
  required,
  validateLabelSelector,
} from '@kubetape/apimachinery'
import type {
  Affinity,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinityTerm,
  PodSpec,
} from '@kubetape/api/types/core/v1'
import type { LabelSelector } from '@kubetape/api/types/meta/v1'
import { checkQualifiedName, checkRule } from './field-rule.ts'
import { affinityTerms } from './pod-defaults.ts'
import type { PodValidationOptions } from './validation-options.ts'

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution'
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution'

/** Validates which nodes a Pod wants and beside which Pods (API reference, Affinity). */
export function validateAffinity(affinity: Affinity, path: FieldPath, options: PodValidationOptions): FieldError[] {
  const errors: FieldError[] = []
  const node = affinity.nodeAffinity
  if (node) {
    const place = path.child('nodeAffinity')
    if (node[REQUIRED]) errors.push(...validateNodeSelector(node[REQUIRED], place.child(REQUIRED)))
    for (const [at, { weight, preference }] of (node[PREFERRED] ?? []).entries()) {
      const term = place.child(PREFERRED).index(at)
      errors.push(...validateWeight(weight, term), ...validateNodeSelectorTerm(preference ?? {}, term.child('preference')))
    }
  }
  for (const kind of ['podAffinity', 'podAntiAffinity'] as const) {
    const place = path.child(kind)
    for (const [at, term] of (affinity[kind]?.[REQUIRED] ?? []).entries())
      errors.push(...validatePodTerm(term, place.child(REQUIRED).index(at), options))
    for (const [at, { weight, podAffinityTerm }] of (affinity[kind]?.[PREFERRED] ?? []).entries()) {
      const term = place.child(PREFERRED).index(at)
      errors.push(
        ...validateWeight(weight, term),
        ...validatePodTerm(podAffinityTerm ?? { topologyKey: '' }, term.child('podAffinityTerm'), options),
      )
    }
  }
  return errors
}

function validateWeight(weight: number | undefined, path: FieldPath): FieldError[] {
  const value = weight ?? 0
  return value > 0 && value <= 100 ? [] : [invalid(path.child('weight'), value, 'must be in the range 1-100')]
}

/** Validates a selector of nodes; at least one term is needed, an empty term selects nothing (API reference, NodeSelector). */
export function validateNodeSelector(selector: NodeSelector, path: FieldPath): FieldError[] {
  const terms = selector.nodeSelectorTerms ?? []
  const place = path.child('nodeSelectorTerms')
  if (terms.length === 0) return [required(place, 'must have at least one node selector term')]
  return terms.flatMap((term, at) => validateNodeSelectorTerm(term, place.index(at)))
}

function validateNodeSelectorTerm(term: NodeSelectorTerm, path: FieldPath): FieldError[] {
  return [
    ...(term.matchExpressions ?? []).flatMap((one, at) => validateLabelRequirement(one, path.child('matchExpressions').index(at))),
    ...(term.matchFields ?? []).flatMap((one, at) => validateFieldRequirement(one, path.child('matchFields').index(at))),
  ]
}

function validateLabelRequirement({ key, operator, values = [] }: NodeSelectorRequirement, path: FieldPath): FieldError[] {
  const place = path.child('values')
  const errors: FieldError[] = []
  switch (operator as string) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) errors.push(required(place, "must be specified when `operator` is 'In' or 'NotIn'"))
      break
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) errors.push(forbidden(place, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
      break
    case 'Gt':
    case 'Lt':
      if (values.length !== 1) errors.push(required(place, "must be specified single value when `operator` is 'Lt' or 'Gt'"))
      break
    default:
      errors.push(invalid(path.child('operator'), operator ?? '', 'not a valid selector operator'))
  }
  return [...errors, ...checkQualifiedName(path.child('key'), key ?? '')]
}

/** The only field of a node that can be selected by is its name. */
function validateFieldRequirement({ key, operator, values = [] }: NodeSelectorRequirement, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  if (operator !== 'In' && operator !== 'NotIn')
    errors.push(invalid(path.child('operator'), operator ?? '', 'not a valid selector operator'))
  else if (values.length !== 1)
    errors.push(required(path.child('values'), "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"))
  if (key !== 'metadata.name') return [...errors, invalid(path.child('key'), key ?? '', 'not a valid field selector key')]
  return [...errors, ...values.flatMap((value, at) => checkRule(path.child('values').index(at), value, dnsSubdomainErrors))]
}

function validatePodTerm(term: PodAffinityTerm, path: FieldPath, options: PodValidationOptions): FieldError[] {
  const key = term.topologyKey ?? ''
  return [
    ...validateTermSelectors(term, path, options.allowBadSelectorValues),
    ...(term.namespaces ?? []).flatMap((name) => checkRule(path.child('namespace'), name, dnsLabelErrors)),
    ...validateLabelKeys(term, path),
    ...(key === '' ? [required(path.child('topologyKey'), 'can not be empty')] : []),
    ...checkQualifiedName(path.child('topologyKey'), key),
  ]
}

function validateTermSelectors(term: PodAffinityTerm, path: FieldPath, anyValues: boolean): FieldError[] {
  return [
    ...validateLabelSelector(term.labelSelector, path.child('labelSelector'), { anyValues }),
    ...validateLabelSelector(term.namespaceSelector, path.child('namespaceSelector'), { anyValues }),
  ]
}

/**
 * KEP-3633: keys of the Pod's own labels. When this runs on a Pod, the values of matchLabelKeys are in the selector already, so a key that is
 * there twice was there before.
 */
function validateLabelKeys(term: PodAffinityTerm, path: FieldPath): FieldError[] {
  const { matchLabelKeys = [], mismatchLabelKeys = [], labelSelector } = term
  const errors = [
    ...validateKeyNames(matchLabelKeys, labelSelector, path.child('matchLabelKeys')),
    ...validateKeyNames(mismatchLabelKeys, labelSelector, path.child('mismatchLabelKeys')),
  ]
  if (labelSelector) {
    const seen = new Set(Object.keys(labelSelector.matchLabels ?? {}))
    for (const { key } of labelSelector.matchExpressions ?? []) {
      const at = matchLabelKeys.lastIndexOf(key)
      if (at >= 0 && seen.has(key)) errors.push(invalid(path.index(at), key, 'exists in both matchLabelKeys and labelSelector'))
      seen.add(key)
    }
  }
  for (const [at, key] of matchLabelKeys.entries()) {
    if (mismatchLabelKeys.includes(key))
      errors.push(invalid(path.child('matchLabelKeys').index(at), key, 'exists in both matchLabelKeys and mismatchLabelKeys'))
  }
  return errors
}

function validateKeyNames(keys: readonly string[], selector: LabelSelector | undefined, path: FieldPath): FieldError[] {
  if (keys.length === 0) return []
  if (selector === undefined) return [forbidden(path, 'must not be specified when labelSelector is not set')]
  return keys.flatMap((key, at) => checkRule(path.index(at), key, qualifiedNameErrors))
}

const ANYWHERE = FieldPath.of('')

/** Whether a stored Pod has an affinity selector that today's rules would refuse. */
export function hasBadSelectorValue(spec: Readonly<PodSpec>): boolean {
  for (const term of affinityTerms(spec)) if (validateTermSelectors(term, ANYWHERE, false).length > 0) return true
  return false
}

/** Whether a stored Pod has a spread selector that today's rules would refuse. */
export function hasBadSpreadSelector(spec: Readonly<PodSpec>): boolean {
  return spec.topologySpreadConstraints?.some((constraint) => validateLabelSelector(constraint.labelSelector, ANYWHERE).length > 0) ?? false
}
