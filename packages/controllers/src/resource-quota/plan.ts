import type { ResourceQuota } from '@kubetape/api/types/core/v1'
import { deepEqual, type KubeObject, Quantity } from '@kubetape/apimachinery'
import { addAmounts, type Amounts, amountsOf, type Evaluator, listOf, maskAmounts, matchesScopes, sameAmounts } from '@kubetape/quota'

/** The objects of one resource in the quota's namespace. */
export interface Counted {
  readonly evaluator: Evaluator
  readonly objects: readonly Readonly<KubeObject>[]
}

/**
 * What a quota's status should say: its limits as the spec has them, and how much of each is used. `counted` holds every resource that the quota's
 * names stand for, as far as it can be counted; a name that stands for nothing that is served keeps the use it had. Undefined when the status is right.
 */
export function plan(quota: Readonly<ResourceQuota>, counted: readonly Counted[], nowMs: number): ResourceQuota['status'] | undefined {
  const { spec = {}, status = {} } = quota
  const hard = spec.hard ?? {}
  const names = Object.keys(hard)
  const used = maskAmounts(amountsOf(status.used), (name) => name in hard)
  for (const { evaluator, objects } of counted) {
    const own = names.filter((name) => evaluator.counts(name))
    for (const [name, amount] of usageOf(quota, evaluator, objects, own, nowMs)) used.set(name, amount)
  }
  const isRight =
    status.hard !== undefined &&
    status.used !== undefined &&
    sameAmounts(amountsOf(status.hard), amountsOf(hard)) &&
    sameAmounts(amountsOf(status.used), used)
  if (isRight) return undefined
  const right = { ...(names.length > 0 ? { hard } : {}), ...(used.size > 0 ? { used: listOf(used) } : {}) }
  return deepEqual(right, status) ? undefined : right
}

/** What objects within the quota's scopes use of these names, at least nothing. */
function usageOf(
  { spec }: Readonly<ResourceQuota>,
  evaluator: Evaluator,
  objects: readonly Readonly<KubeObject>[],
  names: readonly string[],
  nowMs: number,
): Amounts {
  const sum = new Map(names.map((name) => [name, Quantity.of(0)]))
  for (const object of objects) {
    if (!matchesScopes(evaluator, spec, object)) continue
    addAmounts(
      sum,
      maskAmounts(evaluator.usage(object, nowMs), (name) => sum.has(name)),
    )
  }
  return sum
}
