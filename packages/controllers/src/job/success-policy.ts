import type { SuccessPolicy } from '@kubetape/api/types/batch/v1'
import { IndexIntervals } from './index-intervals.ts'

/**
 * Whether the succeeded indexes of an Indexed Job meet its success policy (KEP-3998): the message that names the first rule met, or
 * undefined. A rule with `succeededIndexes` wants all of them, or as many of them as `succeededCount` says; a rule with the count alone
 * takes any indexes. Nothing is met before the first success.
 */
export function successPolicyMet(policy: SuccessPolicy | undefined, succeeded: IndexIntervals, completions: number): string | undefined {
  if (policy === undefined || succeeded.size === 0) return undefined
  const at = (policy.rules ?? []).findIndex(({ succeededIndexes, succeededCount }) => {
    if (succeededIndexes === undefined) return succeededCount !== undefined && succeeded.size >= succeededCount
    const wanted = IndexIntervals.parse(succeededIndexes, completions)
    if (wanted.size === 0) return false
    const reached = wanted.overlap(succeeded)
    return reached === wanted.size || (succeededCount !== undefined && reached >= succeededCount)
  })
  return at < 0 ? undefined : `Matched rules at index ${at}`
}
