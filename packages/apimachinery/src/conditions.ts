import { deepEqual } from './json-value.ts'
import { formatTime } from './time.ts'

/** What the conditions of all kinds have in common (API conventions, "Typical status properties"); kinds may add members. */
export interface ConditionLike {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
  readonly observedGeneration?: number
  readonly lastTransitionTime?: string | null
}

/** The condition of this type; undefined when there is none. */
export function findCondition<C extends ConditionLike>(conditions: readonly C[] | undefined, type: string): C | undefined {
  return conditions?.find((condition) => condition.type === type)
}

/** Whether the condition of this type is there and has this status. */
export function hasCondition(
  conditions: readonly ConditionLike[] | undefined,
  type: string,
  status: 'True' | 'False' | 'Unknown' = 'True',
): boolean {
  return findCondition(conditions, type)?.status === status
}

/**
 * The conditions with `condition` set; the very same list when that changes nothing. A new condition is appended; one that is there keeps its
 * place, the members that `condition` leaves out and, while its status stays, its lastTransitionTime. On a change of status that time becomes
 * the one in `condition`, or now.
 */
export function setCondition<C extends ConditionLike>(conditions: readonly C[] | undefined, condition: C, nowMs: number): readonly C[] {
  const list = conditions ?? []
  const at = list.findIndex((one) => one.type === condition.type)
  const before = list[at]
  const transition = condition.lastTransitionTime ?? formatTime(nowMs)
  if (before === undefined) return [...list, { ...condition, lastTransitionTime: transition }]
  const kept = before.status === condition.status ? before.lastTransitionTime : undefined
  const after: C = { ...before, ...condition, lastTransitionTime: kept ?? transition }
  return deepEqual(before, after) ? list : list.with(at, after)
}

/** The conditions without the one of this type; the very same list when there is none. */
export function removeCondition<C extends ConditionLike>(conditions: readonly C[] | undefined, type: string): readonly C[] {
  const list = conditions ?? []
  return list.some((condition) => condition.type === type) ? list.filter((condition) => condition.type !== type) : list
}
