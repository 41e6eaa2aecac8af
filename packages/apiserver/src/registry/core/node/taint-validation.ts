import type { Taint } from '@kubetape/api/types/core/v1'
import {
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  labelValueErrors,
  notSupported,
  qualifiedNameErrors,
  required,
} from '@kubetape/apimachinery'

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

/** Taints of a node: well-formed, and each key and effect once. */
export function validateTaints(taints: readonly Taint[], path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  const seen = new Set<string>()
  for (const [i, taint] of taints.entries()) {
    const { key = '', value = '', effect = '' } = taint as { key?: string; value?: string; effect?: string }
    const place = path.index(i)
    for (const detail of qualifiedNameErrors(key)) errors.push(invalid(place.child('key'), key, detail))
    const valueErrors = labelValueErrors(value)
    if (valueErrors.length > 0) errors.push(invalid(place.child('value'), value, valueErrors.join(';')))
    if (effect === '') errors.push(required(place.child('effect')))
    else if (!EFFECTS.includes(effect)) errors.push(notSupported(place.child('effect'), effect, EFFECTS))
    const identity = `${effect} ${key}`
    if (seen.has(identity)) {
      const twice = duplicate(place, taint)
      errors.push({ ...twice, message: `${twice.message}: taints must be unique by key and effect pair` })
    }
    seen.add(identity)
  }
  return errors
}
