import type { Container, PodSpec } from '@kubetape/api/types/core/v1'
import type { Quantity } from '@kubetape/apimachinery'
import { addAmounts, amountsOf } from './amounts.ts'

/** Whether a Pod's overhead counts: always of requests, of limits where something is limited at all. */
export interface PodAmountsOptions {
  readonly overhead: boolean
}

/**
 * What a Pod asks for or is limited to as a whole (KEP-753): its containers and sidecars together, or more where an init container, beside the
 * sidecars that were started before it, needs more.
 */
export function podAmounts(spec: Readonly<PodSpec>, kind: 'requests' | 'limits', { overhead }: PodAmountsOptions): Map<string, Quantity> {
  const sum = new Map<string, Quantity>()
  for (const container of spec.containers ?? []) addAmounts(sum, amountsIn(container, kind))
  const sidecars = new Map<string, Quantity>()
  const starting = new Map<string, Quantity>()
  for (const container of spec.initContainers ?? []) {
    const own = amountsIn(container, kind)
    if (container.restartPolicy === 'Always') {
      addAmounts(sum, own)
      addAmounts(sidecars, own)
      raise(starting, sidecars)
    } else raise(starting, addAmounts(own, sidecars))
  }
  raise(sum, starting)
  if (!overhead) return sum
  for (const [name, amount] of amountsOf(spec.overhead)) {
    const before = sum.get(name)
    if (kind === 'requests' || before !== undefined) sum.set(name, before?.add(amount) ?? amount)
  }
  return sum
}

const amountsIn = ({ resources }: Container, kind: 'requests' | 'limits'): Map<string, Quantity> => amountsOf(resources?.[kind])

function raise(highest: Map<string, Quantity>, amounts: ReadonlyMap<string, Quantity>): void {
  for (const [name, amount] of amounts) {
    const before = highest.get(name)
    if (before === undefined || before.compare(amount) < 0) highest.set(name, amount)
  }
}
