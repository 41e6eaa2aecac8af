import { type FieldError, type FieldPath, invalid, notSupported, quantityOf, required } from '@kubetape/apimachinery'
import type { ResourceFieldSelector } from '@kubetape/api/types/core/v1'

/** Amounts of a container that it may be shown, in the order in which they are offered. */
const AMOUNTS = ['limits.cpu', 'limits.ephemeral-storage', 'limits.memory', 'requests.cpu', 'requests.ephemeral-storage', 'requests.memory']
const BYTE_DIVISORS = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei']

/** Validates a reference to an amount of a container; files say whose, variables are about their own container (API reference, ResourceFieldSelector). */
export function validateResourceFieldRef(reference: ResourceFieldSelector, path: FieldPath, inFile: boolean): FieldError[] {
  const errors: FieldError[] = []
  const resource = reference.resource ?? ''
  if (inFile && !reference.containerName) errors.push(required(path.child('containerName')))
  else if (resource === '') errors.push(required(path.child('resource')))
  else if (!AMOUNTS.includes(resource) && !isHugePages(resource)) errors.push(notSupported(path.child('resource'), resource, AMOUNTS))
  return [...errors, ...validateDivisor(resource, reference.divisor, path.child('divisor'))]
}

const isHugePages = (resource: string): boolean => resource.startsWith('limits.hugepages-') || resource.startsWith('requests.hugepages-')

/** Zero stands for one; upstream prints the resource as the invalid value. */
function validateDivisor(resource: string, divisor: string | undefined, path: FieldPath): FieldError[] {
  const quantity = quantityOf(divisor)
  if (quantity.isZero) return []
  const kind = isHugePages(resource) ? 'hugepages' : resource.replace(/^(limits|requests)\./, '')
  if (kind === 'cpu')
    return ['1m', '1'].includes(String(quantity))
      ? []
      : [invalid(path, resource, "only divisor's values 1m and 1 are supported with the cpu resource")]
  const name = { memory: 'memory', hugepages: 'hugepages', 'ephemeral-storage': 'local ephemeral storage' }[kind]
  if (name === undefined || BYTE_DIVISORS.includes(String(quantity))) return []
  return [invalid(path, resource, `only divisor's values ${BYTE_DIVISORS.join(', ')} are supported with the ${name} resource`)]
}
