import type { PodDisruptionBudget, PodDisruptionBudgetSpec } from '@kubetape/api/types/policy/v1'
import {
  cloneJson,
  conditionReasonErrors,
  type FieldError,
  FieldPath,
  invalid,
  notSupported,
  validateLabelSelector,
} from '@kubetape/apimachinery'
import { validateAtMostAll, validatePositiveIntOrPercent } from '../apps/int-or-percent.ts'
import { validateCounts } from '../apps/workload-validation.ts'
import { goStruct } from '../batch/field-rules.ts'
import type { Strategy, UpdateStrategy } from '../strategy.ts'
import { ageCell } from '../table-cells.ts'

const SPEC = FieldPath.of('spec')
const STATUS = FieldPath.of('status')
const EVICTION_POLICIES = ['AlwaysAllow', 'IfHealthyBudget']

function validate(spec: PodDisruptionBudgetSpec): FieldError[] {
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy: policy } = spec
  const errors: FieldError[] = []
  if (minAvailable !== undefined && maxUnavailable !== undefined)
    errors.push(invalid(SPEC, spec, 'minAvailable and maxUnavailable cannot be both set', goStruct('policy.PodDisruptionBudgetSpec')(spec)))
  for (const [name, value] of Object.entries({ minAvailable, maxUnavailable })) {
    if (value === undefined) continue
    errors.push(...validatePositiveIntOrPercent(value, SPEC.child(name)), ...validateAtMostAll(value, SPEC.child(name)))
  }
  if (selector !== undefined) errors.push(...validateLabelSelector(selector, SPEC.child('selector')))
  if (policy !== undefined && !EVICTION_POLICIES.includes(policy))
    errors.push(notSupported(SPEC.child('unhealthyPodEvictionPolicy'), policy, EVICTION_POLICIES))
  return errors
}

const status: UpdateStrategy = {
  prepareForUpdate: (draft, old) => {
    draft['spec'] = cloneJson(old['spec'])
  },
  validateUpdate: (draft) => {
    const now = (draft as PodDisruptionBudget).status
    const errors = (now?.conditions ?? []).flatMap(({ reason }, at) =>
      conditionReasonErrors(reason ?? '').map((message) => invalid(STATUS.child('conditions').index(at).child('reason'), reason, message)),
    )
    const counts = ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods']
    return [...errors, ...validateCounts(now as Record<string, unknown> | undefined, counts, [], STATUS)]
  },
}

/** PodDisruptionBudgets (API reference, policy/v1 PodDisruptionBudget). */
export const podDisruptionBudgetStrategy: Strategy = {
  generation: 'spec',
  prepareForCreate: (draft, { gates }) => {
    draft['status'] = {}
    draft['spec'] ??= {}
    if (!gates.enabled('PDBUnhealthyPodEvictionPolicy')) delete (draft as PodDisruptionBudget).spec?.unhealthyPodEvictionPolicy
  },
  prepareForUpdate: (draft, old) => {
    draft['status'] = cloneJson(old['status'])
  },
  validate: (draft) => validate((draft as PodDisruptionBudget).spec ?? {}),
  validateUpdate: (draft) => validate((draft as PodDisruptionBudget).spec ?? {}),
  subresources: { status },
  tableRow: (object, nowMs) => {
    const { metadata, spec, status: now } = object as Readonly<PodDisruptionBudget>
    const text = (value: number | string | undefined): string => (value === undefined ? 'N/A' : String(value))
    return [
      metadata.name ?? '',
      text(spec?.minAvailable),
      text(spec?.maxUnavailable),
      now?.disruptionsAllowed ?? 0,
      ageCell(metadata.creationTimestamp, nowMs),
    ]
  },
}
