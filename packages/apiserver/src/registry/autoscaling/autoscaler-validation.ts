import type { HorizontalPodAutoscaler, HPAScalingRules } from '@kubetape/api/types/autoscaling/v2'
import { type FieldError, FieldPath, invalid, notSupported, required } from '@kubetape/apimachinery'
import { validateMetrics, validateReference } from './metric-validation.ts'

const SPEC = FieldPath.of('spec')
const STATUS = FieldPath.of('status')
const WINDOW_MAX_SECONDS = 3600
const PERIOD_MAX_SECONDS = 1800

/** What is wrong with an autoscaler of autoscaling/v2. `lowest`: the fewest replicas that it may ask for. */
export function validateAutoscaler({ spec }: Readonly<HorizontalPodAutoscaler>, lowest: number): FieldError[] {
  const { minReplicas, maxReplicas = 0, scaleTargetRef, metrics, behavior } = spec ?? ({} as Partial<typeof spec>)
  const errors: FieldError[] = []
  if (minReplicas !== undefined && minReplicas < lowest)
    errors.push(invalid(SPEC.child('minReplicas'), minReplicas, `must be greater than or equal to ${lowest}`))
  if (maxReplicas < 1) errors.push(invalid(SPEC.child('maxReplicas'), maxReplicas, 'must be greater than 0'))
  if (minReplicas !== undefined && maxReplicas < minReplicas)
    errors.push(invalid(SPEC.child('maxReplicas'), maxReplicas, 'must be greater than or equal to `minReplicas`'))
  return [
    ...errors,
    ...validateReference(scaleTargetRef, SPEC.child('scaleTargetRef')),
    ...validateMetrics(metrics, SPEC.child('metrics'), minReplicas),
    ...validateRules(behavior?.scaleUp, SPEC.child('behavior', 'scaleUp')),
    ...validateRules(behavior?.scaleDown, SPEC.child('behavior', 'scaleDown')),
  ]
}

/** What is wrong with the counts of a status. */
export function validateAutoscalerStatus({ status }: Readonly<HorizontalPodAutoscaler>): FieldError[] {
  return (['currentReplicas', 'desiredReplicas'] as const).flatMap((field) => {
    const count = status?.[field] ?? 0
    return count < 0 ? [invalid(STATUS.child(field), count, 'must be greater than or equal to 0')] : []
  })
}

function validateRules(rules: Readonly<HPAScalingRules> | undefined, path: FieldPath): FieldError[] {
  if (rules === undefined) return []
  const { stabilizationWindowSeconds: window, selectPolicy, policies = [] } = rules
  const errors: FieldError[] = []
  const at = path.child('stabilizationWindowSeconds')
  if (window !== undefined && window < 0) errors.push(invalid(at, window, 'must be greater than or equal to zero'))
  if (window !== undefined && window > WINDOW_MAX_SECONDS)
    errors.push(invalid(at, window, `must be less than or equal to ${WINDOW_MAX_SECONDS}`))
  if (selectPolicy !== undefined && !['Disabled', 'Max', 'Min'].includes(selectPolicy))
    errors.push(notSupported(path.child('selectPolicy'), selectPolicy, ['Disabled', 'Max', 'Min']))
  const list = path.child('policies')
  if (policies.length === 0) errors.push(required(list, 'must specify at least one Policy'))
  for (const [index, { type, value, periodSeconds }] of policies.entries()) {
    const one = list.index(index)
    if (type !== 'Percent' && type !== 'Pods') errors.push(notSupported(one.child('type'), type, ['Percent', 'Pods']))
    if (value <= 0) errors.push(invalid(one.child('value'), value, 'must be greater than zero'))
    if (periodSeconds <= 0) errors.push(invalid(one.child('periodSeconds'), periodSeconds, 'must be greater than zero'))
    if (periodSeconds > PERIOD_MAX_SECONDS)
      errors.push(invalid(one.child('periodSeconds'), periodSeconds, `must be less than or equal to ${PERIOD_MAX_SECONDS}`))
  }
  return errors
}
