import { type Quantity, quantityOf } from '@kubetape/apimachinery'
import type { Pod, PodSpec } from '@kubetape/api/types/core/v1'

export type QosClass = 'BestEffort' | 'Burstable' | 'Guaranteed'

/** The resources that a class of service is made of. */
const COMPUTE = ['cpu', 'memory'] as const

/** A Pod's class of service: the one in its status, or the one that its resources make. */
export const qosClassOf = (pod: Readonly<Pod>): QosClass => pod.status?.qosClass ?? computeQosClass(pod.spec)

/**
 * Guaranteed: every container limits cpu and memory and asks for no less. BestEffort: none limits or asks for either. Burstable: all else
 * (Pod Quality of Service Classes). Amounts of zero do not count; ephemeral containers do not either.
 */
export function computeQosClass(spec: Readonly<PodSpec>): QosClass {
  const sums = { requests: new Map<string, Quantity>(), limits: new Map<string, Quantity>() }
  let everyLimit = true
  for (const { resources } of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
    for (const kind of ['requests', 'limits'] as const) {
      let found = 0
      for (const name of COMPUTE) {
        const quantity = quantityOf(resources?.[kind]?.[name])
        if (quantity.sign <= 0) continue
        found++
        sums[kind].set(name, sums[kind].get(name)?.add(quantity) ?? quantity)
      }
      if (kind === 'limits' && found < COMPUTE.length) everyLimit = false
    }
  }
  if (sums.requests.size === 0 && sums.limits.size === 0) return 'BestEffort'
  const equal = [...sums.requests].every(([name, request]) => sums.limits.get(name)?.equals(request) ?? false)
  return everyLimit && equal && sums.requests.size === sums.limits.size ? 'Guaranteed' : 'Burstable'
}
