import type {
  JobSpec,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyOnPodConditionsPattern,
  PodFailurePolicyRule,
} from '@kubetape/api/types/batch/v1'
import {
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  notSupported,
  qualifiedNameErrors,
  required,
  tooMany,
} from '@kubetape/apimachinery'
import { invalidAltogether, validValues } from './field-rules.ts'

const RULES_MAX = 20
const CONDITIONS_MAX = 20
const EXIT_CODES_MAX = 255
const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore']
const OPERATORS = ['In', 'NotIn']
const CONDITION_STATUSES = ['False', 'True', 'Unknown']

/** Rules of a Job's podFailurePolicy (KEP-3329, KEP-3850); `path` leads to the policy. */
export function validatePodFailurePolicy(spec: JobSpec, path: FieldPath): FieldError[] {
  const rules = spec.podFailurePolicy?.rules ?? []
  const rulesPath = path.child('rules')
  const errors = rules.length > RULES_MAX ? [tooMany(rulesPath, rules.length, RULES_MAX)] : []
  const podSpec = spec.template.spec
  const containers = new Set([...(podSpec?.containers ?? []), ...(podSpec?.initContainers ?? [])].map((container) => container.name))
  for (const [i, rule] of rules.entries()) errors.push(...validateRule(spec, rule, rulesPath.index(i), containers))
  return errors
}

function validateRule(spec: JobSpec, rule: PodFailurePolicyRule, path: FieldPath, containers: ReadonlySet<string>): FieldError[] {
  const errors = validateAction(spec, rule.action, path.child('action'))
  const { onExitCodes } = rule
  const onPodConditions = rule.onPodConditions ?? []
  if (onExitCodes !== undefined) errors.push(...validateExitCodes(onExitCodes, path.child('onExitCodes'), containers))
  if (onPodConditions.length > 0) errors.push(...validateConditions(onPodConditions, path.child('onPodConditions')))
  if (onExitCodes !== undefined && onPodConditions.length > 0) {
    errors.push(invalidAltogether(path, 'specifying both OnExitCodes and OnPodConditions is not supported'))
  }
  if (onExitCodes === undefined && onPodConditions.length === 0) {
    errors.push(invalidAltogether(path, 'specifying one of OnExitCodes and OnPodConditions is required'))
  }
  return errors
}

function validateAction(spec: JobSpec, action: string | undefined, path: FieldPath): FieldError[] {
  if (!action) return [required(path, validValues(ACTIONS))]
  if (!ACTIONS.includes(action)) return [notSupported(path, action, ACTIONS)]
  if (action === 'FailIndex' && spec.backoffLimitPerIndex === undefined)
    return [invalid(path, action, 'requires the backoffLimitPerIndex to be set')]
  return []
}

function validateConditions(patterns: readonly PodFailurePolicyOnPodConditionsPattern[], path: FieldPath): FieldError[] {
  const errors = patterns.length > CONDITIONS_MAX ? [tooMany(path, patterns.length, CONDITIONS_MAX)] : []
  for (const [i, pattern] of patterns.entries()) {
    const type = pattern.type ?? ''
    const typePath = path.index(i).child('type')
    const statusPath = path.index(i).child('status')
    for (const detail of qualifiedNameErrors(type)) errors.push(invalid(typePath, type, detail))
    if (!pattern.status) errors.push(required(statusPath, validValues(CONDITION_STATUSES)))
    else if (!CONDITION_STATUSES.includes(pattern.status)) errors.push(notSupported(statusPath, pattern.status, CONDITION_STATUSES))
  }
  return errors
}

function validateExitCodes(
  requirement: PodFailurePolicyOnExitCodesRequirement,
  path: FieldPath,
  containers: ReadonlySet<string>,
): FieldError[] {
  const errors: FieldError[] = []
  const { operator, containerName } = requirement
  if (!operator) errors.push(required(path.child('operator'), validValues(OPERATORS)))
  else if (!OPERATORS.includes(operator)) errors.push(notSupported(path.child('operator'), operator, OPERATORS))
  if (containerName !== undefined && !containers.has(containerName)) {
    errors.push(
      invalid(path.child('containerName'), containerName, 'must be one of the container or initContainer names in the pod template'),
    )
  }
  errors.push(...validateExitCodeValues(requirement, path.child('values')))
  return errors
}

function validateExitCodeValues(requirement: PodFailurePolicyOnExitCodesRequirement, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  const { operator } = requirement
  const values = requirement.values ?? []
  if (values.length === 0) errors.push(invalid(path, values, 'at least one value is required'))
  else if (values.length > EXIT_CODES_MAX) errors.push(tooMany(path, values.length, EXIT_CODES_MAX))
  const seen = new Set<number>()
  let ordered = true
  for (const [i, value] of values.entries()) {
    if (operator === 'In' && value === 0) errors.push(invalid(path.index(i), value, 'must not be 0 for the In operator'))
    if (seen.has(value)) errors.push(duplicate(path.index(i), value))
    seen.add(value)
    if (i > 0 && values[i - 1]! > value) ordered = false
  }
  if (!ordered) errors.push(invalid(path, values, 'must be ordered'))
  return errors
}
