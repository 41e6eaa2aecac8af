import type { Container, Pod } from '@kubetape/api/types/core/v1'
import { parseQuantity } from '@kubetape/apimachinery'

/** Amounts by resource name: CPU in thousandths, everything else in whole units. */
export type Amounts = Readonly<Record<string, number>>

/** Quantities recur: a cluster has few different ones. */
const parsed = new Map<string, number>()
const PARSED_MAX = 10_000

function amount(resource: string, text: string): number {
  const id = `${resource === 'cpu' ? 'm' : ''}${text}`
  let value = parsed.get(id)
  if (value === undefined) {
    const quantity = parseQuantity(text)
    value = Number(resource === 'cpu' ? quantity.milliValue() : quantity.value())
    if (parsed.size >= PARSED_MAX) parsed.clear()
    parsed.set(id, value)
  }
  return value
}

/** A ResourceList as amounts. Throws for what is no quantity. */
export function amountsOf(list: Readonly<Record<string, string>> | undefined): Amounts {
  const amounts: Record<string, number> = {}
  for (const [resource, text] of Object.entries(list ?? {})) amounts[resource] = amount(resource, text)
  return amounts
}

/**
 * What a Pod asks a node for (KEP-753): containers and sidecars together, or an init container with the sidecars before it if that is more;
 * overhead on top.
 */
export function requestsOf({ spec }: Pod): Amounts {
  let running: Amounts = {}
  let peak: Amounts = {}
  for (const container of spec.initContainers ?? []) {
    const own = requests(container)
    if (container.restartPolicy === 'Always') running = sum(running, own)
    else peak = most(peak, sum(running, own))
  }
  for (const container of spec.containers) running = sum(running, requests(container))
  return sum(most(running, peak), amountsOf(spec.overhead))
}

/** One amount added to another, resource by resource. */
export function sum(a: Amounts, b: Amounts): Amounts {
  return merge(a, b, (x, y) => x + y)
}

const requests = ({ resources }: Container): Amounts => amountsOf(resources?.requests)
const most = (a: Amounts, b: Amounts): Amounts => merge(a, b, Math.max)

function merge(a: Amounts, b: Amounts, combine: (x: number, y: number) => number): Amounts {
  const out: Record<string, number> = { ...a }
  for (const [resource, value] of Object.entries(b)) out[resource] = combine(out[resource] ?? 0, value)
  return out
}
