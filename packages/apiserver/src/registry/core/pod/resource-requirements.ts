import {
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  qualifiedNameErrors,
  type Quantity,
  quantityOf,
  required,
} from '@kubetape/apimachinery'
import type { PodSpec, ResourceRequirements } from '@kubetape/api/types/core/v1'
import { allContainers } from './container-walk.ts'
import { checkDnsLabel } from './field-rule.ts'

const HUGE_PAGES = 'hugepages-'
const CONTAINER_RESOURCES = new Set(['cpu', 'memory', 'ephemeral-storage'])

/** What resource requirements are judged by. */
export interface ResourceScope {
  /** Names of the Pod's resource claims; undefined where there can be none. */
  readonly claimNames?: ReadonlySet<string> | undefined
  readonly allowIndivisibleHugePages: boolean
}

/** Validates what a container may use and asks for (API reference, ResourceRequirements). */
export function validateResourceRequirements(requirements: ResourceRequirements, path: FieldPath, scope: ResourceScope): FieldError[] {
  const limits = requirements.limits ?? {}
  const requests = requirements.requests ?? {}
  const errors: FieldError[] = []
  for (const [name, amount] of Object.entries(limits)) errors.push(...validateAmount(name, amount, path.child('limits').key(name), scope))
  for (const [name, amount] of Object.entries(requests)) {
    const place = path.child('requests').key(name)
    const quantity = quantityOf(amount)
    errors.push(...validateContainerResourceName(name, place), ...validateQuantity(name, quantity, place))
    errors.push(...validateAgainstLimit(name, quantity, limits[name], path))
    errors.push(...validateHugePages(name, quantity, place, scope))
  }
  const names = new Set([...Object.keys(limits), ...Object.keys(requests)])
  if (!names.has('cpu') && !names.has('memory') && [...names].some(isHugePages))
    errors.push(forbidden(path, 'HugePages require cpu or memory'))
  return [...errors, ...validateClaims(requirements.claims ?? [], scope.claimNames ?? new Set(), path.child('claims'))]
}

function validateAmount(name: string, amount: string, path: FieldPath, scope: ResourceScope): FieldError[] {
  const quantity = quantityOf(amount)
  return [
    ...validateContainerResourceName(name, path),
    ...validateQuantity(name, quantity, path),
    ...validateHugePages(name, quantity, path, scope),
  ]
}

/** Judges the name of a resource that a container may have. Names print without quotes, as upstream prints them. */
export function validateContainerResourceName(name: string, path: FieldPath): FieldError[] {
  const refuse = (message: string): FieldError => invalid(path, name, message, name)
  const malformed = qualifiedNameErrors(name)
  if (malformed.length > 0) return malformed.map(refuse)
  if (!name.includes('/')) {
    if (CONTAINER_RESOURCES.has(name) || isHugePages(name)) return []
    const standard = isStandardResource(name) ? [] : [refuse('must be a standard resource type or fully qualified')]
    return [...standard, refuse('must be a standard resource for containers')]
  }
  return isNative(name) || isExtended(name) ? [] : [refuse("doesn't follow extended resource name standard")]
}

const OTHER_STANDARD_RESOURCES = new Set(
  ['requests.', 'limits.']
    .flatMap((kind) => ['cpu', 'memory', 'ephemeral-storage'].map((name) => kind + name))
    .concat([
      'pods',
      'resourcequotas',
      'services',
      'replicationcontrollers',
      'secrets',
      'configmaps',
      'persistentvolumeclaims',
      'storage',
      'requests.storage',
      'services.nodeports',
      'services.loadbalancers',
    ]),
)
export const isStandardResource = (name: string): boolean => OTHER_STANDARD_RESOURCES.has(name) || name.startsWith('requests.hugepages-')
export const isHugePages = (name: string): boolean => name.startsWith(HUGE_PAGES)
/** Resources without a domain, and those of Kubernetes' own. */
const isNative = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/')
/** Resources that device plugins and other vendors add. */
export const isExtended = (name: string): boolean =>
  !isNative(name) && !name.startsWith('requests.') && qualifiedNameErrors(`requests.${name}`).length === 0
/** More of these than there is may be promised. */
export const mayOvercommit = (name: string): boolean => isNative(name) && !isHugePages(name)

function validateQuantity(name: string, quantity: Quantity, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  if (quantity.sign < 0) errors.push(invalid(path, String(quantity), 'must be greater than or equal to 0'))
  if (isExtended(name) && quantity.milliValue() % 1000n !== 0n)
    errors.push(invalid(path, String(quantity), 'must be an integer', `{${String(quantity)}}`))
  return errors
}

function validateAgainstLimit(name: string, request: Quantity, limitText: string | undefined, path: FieldPath): FieldError[] {
  if (limitText === undefined)
    return mayOvercommit(name) ? [] : [required(path.child('limits'), 'Limit must be set for non overcommitable resources')]
  const limit = quantityOf(limitText)
  const refuse = (relation: string): FieldError[] => [
    invalid(path.child('requests'), String(request), `must be ${relation} ${name} limit of ${String(limit)}`),
  ]
  if (!mayOvercommit(name)) return request.equals(limit) ? [] : refuse('equal to')
  return request.compare(limit) > 0 ? refuse('less than or equal to') : []
}

function validateHugePages(name: string, quantity: Quantity, path: FieldPath, scope: ResourceScope): FieldError[] {
  if (!isHugePages(name) || scope.allowIndivisibleHugePages || isWholePages(name, quantity)) return []
  return [invalid(path, String(quantity), `${String(quantity)} is not positive integer multiple of ${name}`)]
}

/** Whether the amount of `hugepages-<size>` is a multiple of the page size. */
function isWholePages(name: string, quantity: Quantity): boolean {
  let size: Quantity
  try {
    size = quantityOf(name.slice(HUGE_PAGES.length))
  } catch {
    return false
  }
  return size.sign > 0 && size.milliValue() % 1000n === 0n && quantity.value() % size.value() === 0n
}

/** Whether a stored Pod has huge pages that today's rule would refuse. */
export function usesIndivisibleHugePages(spec: Readonly<PodSpec>): boolean {
  for (const { resources } of allContainers(spec)) {
    for (const list of [resources?.limits, resources?.requests]) {
      for (const [name, amount] of Object.entries(list ?? {})) if (isHugePages(name) && !isWholePages(name, quantityOf(amount))) return true
    }
  }
  return false
}

/** The claims that a container uses are among the Pod's (KEP-4381). */
function validateClaims(
  claims: readonly { name: string; request?: string }[],
  podClaims: ReadonlySet<string>,
  path: FieldPath,
): FieldError[] {
  const errors: FieldError[] = []
  const seen = new Set<string>()
  for (const [at, { name, request }] of claims.entries()) {
    const place = path.index(at)
    if (!name) {
      errors.push(required(place))
      continue
    }
    if (request) errors.push(...checkDnsLabel(place.child('request'), request))
    const key = request ? `${name}/${request}` : name
    if (seen.has(key)) errors.push(duplicate(place, key))
    seen.add(key)
    if (!podClaims.has(name)) {
      const choice = podClaims.size === 0 ? ' which is empty' : `: ${[...podClaims].sort().join(', ')}`
      errors.push({
        type: 'FieldValueNotFound',
        field: String(place),
        message: `Not found: ${JSON.stringify(name)}: must be one of the names in pod.spec.resourceClaims${choice}`,
      })
    }
  }
  return errors
}
