import { Quantity, quantityOf } from '@kubetape/apimachinery'

/** Amounts of resources by name. */
export type Amounts = ReadonlyMap<string, Quantity>

/** Reads a ResourceList. */
export function amountsOf(list: Readonly<Record<string, string>> | undefined): Map<string, Quantity> {
  return new Map(Object.entries(list ?? {}).map(([name, amount]) => [name, quantityOf(amount)]))
}

/** A ResourceList, its names in order. */
export function listOf(amounts: Amounts): Record<string, string> {
  return Object.fromEntries(sorted(amounts).map(([name, amount]) => [name, String(amount)]))
}

/** Adds `more` to `sum` in place. */
export function addAmounts(sum: Map<string, Quantity>, more: Amounts): Map<string, Quantity> {
  for (const [name, amount] of more) sum.set(name, sum.get(name)?.add(amount) ?? amount)
  return sum
}

/** What `amounts` have beyond `less`; what they have less of counts as nothing. */
export function excess(amounts: Amounts, less: Amounts): Map<string, Quantity> {
  const over = new Map<string, Quantity>()
  for (const [name, amount] of amounts) {
    const rest = less.has(name) ? amount.subtract(less.get(name)!) : amount
    over.set(name, rest.sign < 0 ? Quantity.of(0, rest.format) : rest)
  }
  return over
}

/** Those amounts whose names `keep` accepts. */
export function maskAmounts(amounts: Amounts, keep: (name: string) => boolean): Map<string, Quantity> {
  return new Map([...amounts].filter(([name]) => keep(name)))
}

/** Whether both have the same names with equal amounts, however they are written. */
export function sameAmounts(one: Amounts, other: Amounts): boolean {
  return one.size === other.size && [...one].every(([name, amount]) => other.get(name)?.equals(amount) ?? false)
}

/** `cpu=1,memory=1Gi`, names in order: as refusals show amounts. */
export const printAmounts = (amounts: Amounts): string =>
  sorted(amounts)
    .map(([name, amount]) => `${name}=${String(amount)}`)
    .join(',')

const sorted = (amounts: Amounts): [string, Quantity][] => [...amounts].sort(([a], [b]) => (a < b ? -1 : 1))
