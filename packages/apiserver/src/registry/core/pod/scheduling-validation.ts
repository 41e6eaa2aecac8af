import {
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  labelValueErrors,
  notSupported,
  qualifiedNameErrors,
  required,
  validateLabelSelector,
} from '@kubetape/apimachinery'
import type { PodSchedulingGate, Toleration, TopologySpreadConstraint } from '@kubetape/api/types/core/v1'
import { checkPositive, checkQualifiedName, checkRule } from './field-rule.ts'
import type { PodValidationOptions } from './validation-options.ts'

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']
const INCLUSION_POLICIES = ['Honor', 'Ignore']
const WHEN_UNSATISFIABLE = ['DoNotSchedule', 'ScheduleAnyway']

/** Validates which taints a Pod bears (API reference, Toleration). */
export function validateTolerations(tolerations: readonly Toleration[], path: FieldPath): FieldError[] {
  return tolerations.flatMap((toleration, at) => validateToleration(toleration, path.index(at)))
}

function validateToleration(toleration: Toleration, path: FieldPath): FieldError[] {
  const { key = '', operator = '', value = '', effect = '', tolerationSeconds } = toleration
  const errors = key === '' ? [] : checkQualifiedName(path.child('key'), key)
  const place = path.child('operator')
  if (key === '' && operator !== 'Exists')
    errors.push(invalid(place, operator, 'operator must be Exists when `key` is empty, which means "match all values and all keys"'))
  if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
    errors.push(invalid(path.child('effect'), effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"))
  }
  if (operator === 'Equal' || operator === '') {
    const wrong = labelValueErrors(value)
    if (wrong.length > 0) errors.push(invalid(place, value, wrong.join(';')))
  } else if (operator === 'Exists') {
    if (value !== '') errors.push(invalid(place, toleration, "value must be empty when `operator` is 'Exists'"))
  } else {
    errors.push(notSupported(place, operator, ['Equal', 'Exists']))
  }
  if (effect !== '' && !EFFECTS.includes(effect)) errors.push(notSupported(path.child('effect'), effect, EFFECTS))
  return errors
}

/** Validates how a Pod's like are spread over the nodes (API reference, TopologySpreadConstraint). */
export function validateSpreadConstraints(
  constraints: readonly TopologySpreadConstraint[],
  path: FieldPath,
  options: PodValidationOptions,
): FieldError[] {
  const errors: FieldError[] = []
  for (const [at, constraint] of constraints.entries()) {
    const place = path.index(at)
    const { maxSkew = 0, topologyKey = '', whenUnsatisfiable, minDomains } = constraint
    errors.push(...checkPositive(place.child('maxSkew'), maxSkew))
    if (topologyKey === '') errors.push(required(place.child('topologyKey'), 'can not be empty'))
    if (!WHEN_UNSATISFIABLE.includes(whenUnsatisfiable))
      errors.push(notSupported(place.child('whenUnsatisfiable'), whenUnsatisfiable ?? '', WHEN_UNSATISFIABLE))
    const again = constraints
      .slice(at + 1)
      .some((other) => other.topologyKey === constraint.topologyKey && other.whenUnsatisfiable === whenUnsatisfiable)
    if (again) errors.push(duplicate(place.child('{topologyKey, whenUnsatisfiable}'), `{${topologyKey}, ${whenUnsatisfiable}}`))
    if (minDomains !== undefined) {
      errors.push(...checkPositive(place.child('minDomains'), minDomains))
      if (whenUnsatisfiable !== 'DoNotSchedule') {
        errors.push(
          invalid(
            place.child('minDomains'),
            minDomains,
            `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`,
          ),
        )
      }
    }
    for (const field of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
      const policy = constraint[field]
      if (policy !== undefined && !INCLUSION_POLICIES.includes(policy))
        errors.push(notSupported(place.child(field), policy, INCLUSION_POLICIES))
    }
    errors.push(...validateLabelKeys(constraint, place.child('matchLabelKeys')))
    if (!options.allowBadSpreadSelector) errors.push(...validateLabelSelector(constraint.labelSelector, place.child('labelSelector')))
  }
  return errors
}

/** KEP-3243: keys of the Pod's own labels, beside those in the selector. */
function validateLabelKeys({ matchLabelKeys = [], labelSelector }: TopologySpreadConstraint, path: FieldPath): FieldError[] {
  if (matchLabelKeys.length === 0) return []
  const errors = labelSelector === undefined ? [forbidden(path, 'must not be specified when labelSelector is not set')] : []
  const selected = new Set([
    ...Object.keys(labelSelector?.matchLabels ?? {}),
    ...(labelSelector?.matchExpressions ?? []).map(({ key }) => key),
  ])
  for (const [at, key] of matchLabelKeys.entries()) {
    errors.push(...checkRule(path.index(at), key, qualifiedNameErrors))
    if (selected.has(key)) errors.push(invalid(path.index(at), key, 'exists in both matchLabelKeys and labelSelector'))
  }
  return errors
}

/** Validates what holds a Pod back from scheduling (KEP-3521); errors name the gate, not its name. */
export function validateSchedulingGates(gates: readonly PodSchedulingGate[], path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  const seen = new Set<string>()
  for (const [at, gate] of gates.entries()) {
    const name = gate.name ?? ''
    errors.push(...checkQualifiedName(path.index(at), name))
    if (seen.has(name)) errors.push(duplicate(path.index(at), name))
    seen.add(name)
  }
  return errors
}
