import type { ResourceQuota } from '@kubetape/api/types/core/v1'
import type { KubeObject } from '@kubetape/apimachinery'
import { addAmounts, type Amounts, amountsOf, excess, maskAmounts, printAmounts } from './amounts.ts'
import type { Evaluator } from './evaluator.ts'
import { matchesScopes } from './quota-scopes.ts'

/** What is to be charged: an object that comes in, over the one that it replaces if any. */
export interface Charge {
  readonly object: Readonly<KubeObject>
  readonly old: Readonly<KubeObject> | undefined
  /** Unix milliseconds. */
  readonly nowMs: number
}

/** What a charge does to the quotas of its namespace: why it is refused, or how much more of each quota (by name) it uses. */
export type ChargeOutcome = { readonly refusal: string } | { readonly added: ReadonlyMap<string, Amounts> }

/**
 * Measures an object against quotas. All of them are those of its namespace; the first that has no room refuses, with upstream's words. Of an update
 * only what it uses more is charged; what it uses less, the controller gives back.
 */
export function charge(quotas: readonly Readonly<ResourceQuota>[], evaluator: Evaluator, { object, old, nowMs }: Charge): ChargeOutcome {
  const concerned: Readonly<ResourceQuota>[] = []
  for (const quota of quotas) {
    const counted = Object.keys(quota.status?.hard ?? {}).filter((name) => evaluator.counts(name))
    if (counted.length === 0 || !matchesScopes(evaluator, quota.spec, object)) continue
    const lacking = evaluator.constraint?.(counted, object)
    const { name } = quota.metadata
    if (lacking !== undefined) return { refusal: `failed quota: ${name}: ${lacking}` }
    if (counted.some((one) => quota.status?.used?.[one] === undefined))
      return { refusal: `status unknown for quota: ${name}, resources: ${counted.sort().join(',')}` }
    concerned.push(quota)
  }
  if (concerned.length === 0) return { added: new Map() }
  const usage = evaluator.usage(object, nowMs)
  const negative = [...usage].filter(([, amount]) => amount.sign < 0).map(([name]) => name)
  if (negative.length > 0) return { refusal: `quota usage is negative for resource(s): ${negative.sort().join(',')}` }
  const more = old === undefined ? usage : excess(usage, evaluator.usage(old, nowMs))
  return chargeEach(
    concerned,
    maskAmounts(more, (name) => !more.get(name)!.isZero),
  )
}

function chargeEach(quotas: readonly Readonly<ResourceQuota>[], usage: Amounts): ChargeOutcome {
  const added = new Map<string, Amounts>()
  if (usage.size === 0) return { added }
  for (const { metadata, status } of quotas) {
    const hard = amountsOf(status?.hard)
    const used = amountsOf(status?.used)
    const requested = maskAmounts(usage, (name) => hard.has(name))
    if (requested.size === 0) continue
    const total = addAmounts(new Map(used), requested)
    const exceeded = [...requested.keys()].filter((name) => total.get(name)!.compare(hard.get(name)!) > 0)
    if (exceeded.length > 0) {
      const shown = (amounts: Amounts): string => printAmounts(maskAmounts(amounts, (name) => exceeded.includes(name)))
      return {
        refusal: `exceeded quota: ${metadata.name}, requested: ${shown(requested)}, used: ${shown(used)}, limited: ${shown(hard)}`,
      }
    }
    added.set(metadata.name!, requested)
  }
  return { added }
}
