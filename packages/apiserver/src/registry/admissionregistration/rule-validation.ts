import type { RuleWithOperations } from '@kubetape/api/types/admissionregistration/v1'
import { type FieldError, type FieldPath, invalid, notSupported, printGoStrings, required } from '@kubetape/apimachinery'

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE']
const SCOPES = ['*', 'Cluster', 'Namespaced']

/** What is wrong with a rule of what a webhook is asked about (API reference, RuleWithOperations). */
export function validateRule(rule: Readonly<RuleWithOperations>, path: FieldPath): FieldError[] {
  const { operations = [], apiGroups = [], apiVersions = [], resources = [], scope } = rule
  const errors = validateOperations(operations, path.child('operations'))
  if (apiGroups.length === 0) errors.push(required(path.child('apiGroups')))
  errors.push(...aloneErrors(apiGroups, path.child('apiGroups'), 'API groups'))
  if (apiVersions.length === 0) errors.push(required(path.child('apiVersions')))
  errors.push(...aloneErrors(apiVersions, path.child('apiVersions'), 'API versions'))
  for (const [at, version] of apiVersions.entries()) if (version === '') errors.push(required(path.child('apiVersions').index(at)))
  errors.push(...validateResources(resources, path.child('resources')))
  if (scope !== undefined && !SCOPES.includes(scope)) errors.push(notSupported(path.child('scope'), scope, SCOPES))
  return errors
}

function validateOperations(operations: readonly string[], path: FieldPath): FieldError[] {
  if (operations.length === 0) return [required(path)]
  if (operations.length > 1 && operations.includes('*')) {
    const printed = `[]admissionregistration.OperationType{${operations.map((one) => JSON.stringify(one)).join(', ')}}`
    return [invalid(path, operations, "if '*' is present, must not specify other operations", printed)]
  }
  return [...operations.entries()]
    .filter(([, operation]) => !OPERATIONS.includes(operation))
    .map(([at, operation]) => notSupported(path.index(at), operation, OPERATIONS))
}

/** A wildcard stands by itself. */
function aloneErrors(values: readonly string[], path: FieldPath, what: string): FieldError[] {
  if (values.length < 2 || !values.includes('*')) return []
  return [invalid(path, values, `if '*' is present, must not specify other ${what}`, printGoStrings(values))]
}

function validateResources(resources: readonly string[], path: FieldPath): FieldError[] {
  const errors = resources.length === 0 ? [required(path)] : []
  const allSubresourcesOf = new Set<string>()
  const subresourceOfAll = new Set<string>()
  let lastIsPlain = false
  for (const [at, one] of resources.entries()) {
    if (one === '') {
      errors.push(required(path.index(at)))
      continue
    }
    const slash = one.indexOf('/')
    if (slash < 0) {
      lastIsPlain = one !== '*'
      continue
    }
    const [resource, subresource] = [one.slice(0, slash), one.slice(slash + 1)]
    const refuse = (why: string): FieldError => invalid(path.index(at), one, `if '${why}' is present, must not specify ${one}`)
    if (allSubresourcesOf.has(resource)) errors.push(refuse(`${resource}/*`))
    if (subresourceOfAll.has(subresource)) errors.push(refuse(`*/${subresource}`))
    if (subresource === '*') allSubresourcesOf.add(resource)
    if (resource === '*') subresourceOfAll.add(subresource)
  }
  const printed = printGoStrings(resources)
  if (resources.length > 1 && resources.includes('*/*'))
    errors.push(invalid(path, resources, "if '*/*' is present, must not specify other resources", printed))
  if (resources.includes('*') && lastIsPlain)
    errors.push(invalid(path, resources, "if '*' is present, must not specify other resources without subresources", printed))
  return errors
}
