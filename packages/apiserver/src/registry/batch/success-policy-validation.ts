import type { JobSpec, SuccessPolicyRule } from '@kubetape/api/types/batch/v1'
import { type FieldError, type FieldPath, invalid, required, tooMany, tooLong, utf8Length } from '@kubetape/apimachinery'
import { goStruct, nonNegative } from './field-rules.ts'
import { countIndexes, IndexIntervalsError } from './index-intervals.ts'

const RULES_MAX = 20
const INDEXES_MAX_BYTES = 64 * 1024

/** Rules of a Job's successPolicy (KEP-3998); `path` leads to the policy. */
export function validateSuccessPolicy(spec: JobSpec, path: FieldPath): FieldError[] {
  if (spec.completionMode !== 'Indexed') {
    const printed = goStruct('batch.SuccessPolicy')(spec.successPolicy)
    return [invalid(path, spec.successPolicy, 'requires indexed completion mode', printed)]
  }
  const rules = spec.successPolicy?.rules ?? []
  const rulesPath = path.child('rules')
  const errors: FieldError[] = []
  if (rules.length === 0) errors.push(required(rulesPath, 'at least one rules must be specified when the successPolicy is specified'))
  if (rules.length > RULES_MAX) errors.push(tooMany(rulesPath, rules.length, RULES_MAX))
  // Without completions the Job is refused already, for that.
  const completions = spec.completions ?? 0
  for (const [i, rule] of rules.entries()) errors.push(...validateRule(rule, rulesPath.index(i), completions))
  return errors
}

function validateRule({ succeededCount, succeededIndexes }: SuccessPolicyRule, path: FieldPath, completions: number): FieldError[] {
  const errors: FieldError[] = []
  if (succeededCount === undefined && succeededIndexes === undefined) {
    errors.push(required(path, 'at least one of succeededCount or succeededIndexes must be specified'))
  }
  let named = 0
  if (succeededIndexes !== undefined) {
    const indexesPath = path.child('succeededIndexes')
    if (utf8Length(succeededIndexes) > INDEXES_MAX_BYTES) errors.push(tooLong(indexesPath, INDEXES_MAX_BYTES))
    try {
      named = countIndexes(succeededIndexes, completions)
    } catch (error) {
      if (!(error instanceof IndexIntervalsError)) throw error
      errors.push(invalid(indexesPath, succeededIndexes, `error parsing succeededIndexes: ${error.message}`))
    }
  }
  if (succeededCount === undefined) return errors
  const countPath = path.child('succeededCount')
  errors.push(...nonNegative(countPath, succeededCount))
  if (succeededCount > completions) {
    errors.push(invalid(countPath, succeededCount, `must be less than or equal to ${completions} (the number of specified completions)`))
  }
  if (succeededIndexes !== undefined && succeededCount > named) {
    errors.push(
      invalid(
        countPath,
        succeededCount,
        `must be less than or equal to ${named} (the number of indexes in the specified succeededIndexes field)`,
      ),
    )
  }
  return errors
}
