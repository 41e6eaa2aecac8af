import { type FieldError, type FieldPath, invalid, quantityOf } from '@kubetape/apimachinery'
import { invalidQuantity } from '../go-quantity.ts'
import { isExtended } from '../pod/resource-requirements.ts'
import { validateResourceName } from '../resource-name.ts'

/** Counts of objects that have plain names. */
const COUNTS = ['pods', 'resourcequotas', 'services', 'replicationcontrollers', 'secrets', 'configmaps', 'persistentvolumeclaims']
const PORTS_AND_BALANCERS = ['services.nodeports', 'services.loadbalancers']
const AMOUNTS = ['cpu', 'memory', 'ephemeral-storage']
const STANDARD = new Set([
  ...AMOUNTS,
  ...AMOUNTS.flatMap((name) => [`requests.${name}`, `limits.${name}`]),
  'requests.storage',
  ...COUNTS,
  ...PORTS_AND_BALANCERS,
])
const WHOLE = new Set([...COUNTS, ...PORTS_AND_BALANCERS])

/** Whether a quota knows this name without a domain. */
export const isStandardQuotaResource = (name: string): boolean =>
  STANDARD.has(name) || name.startsWith('hugepages-') || name.startsWith('requests.hugepages-')

/** What is wrong with the names and amounts of a quota. `path` is that of the list. */
export function validateQuotaAmounts(list: Readonly<Record<string, string>> | undefined, path: FieldPath): FieldError[] {
  return Object.entries(list ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, amount]) => validateAmount(name, amount, path.key(name)))
}

function validateAmount(name: string, amount: string, path: FieldPath): FieldError[] {
  const errors = validateResourceName(name, path)
  if (!name.includes('/') && !isStandardQuotaResource(name)) errors.push(invalid(path, name, 'must be a standard resource for quota', name))
  const quantity = quantityOf(amount)
  if (quantity.sign < 0) errors.push(invalid(path, String(quantity), 'must be greater than or equal to 0'))
  if ((WHOLE.has(name) || isExtended(name)) && quantity.milliValue() % 1000n !== 0n)
    errors.push(invalidQuantity(path, quantity, 'must be an integer'))
  return errors
}
