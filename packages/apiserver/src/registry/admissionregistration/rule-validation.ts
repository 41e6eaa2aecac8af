import type { NamedRuleWithOperations, RuleWithOperations } from '@kubetape/api/types/admissionregistration/v1'
import {
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  notSupported,
  pathSegmentErrors,
  printGoStrings,
  required,
} from '@kubetape/apimachinery'

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE']
const SCOPES = ['*', 'Cluster', 'Namespaced']

const goStrings = (type: string, values: readonly string[]): string => `[]${type}{${values.map((one) => JSON.stringify(one)).join(', ')}}`

/** What policies and webhooks are about: operations and resources. */
export function validateRuleWithOperations({ operations = [], ...rule }: Partial<RuleWithOperations>, path: FieldPath): FieldError[] {
  const place = path.child('operations')
  const errors: FieldError[] = []
  if (operations.length === 0) errors.push(required(place))
  if (operations.length > 1 && operations.includes('*')) {
    const printed = goStrings('admissionregistration.OperationType', operations)
    errors.push(invalid(place, operations, "if '*' is present, must not specify other operations", printed))
  }
  for (const [index, operation] of operations.entries()) {
    if (!OPERATIONS.includes(operation)) errors.push(notSupported(place.index(index), operation, OPERATIONS))
  }
  return [...errors, ...validateRule(rule, path)]
}

/** As `validateRuleWithOperations`, with names of objects. */
export function validateNamedRule({ resourceNames = [], ...rule }: Partial<NamedRuleWithOperations>, path: FieldPath): FieldError[] {
  const seen = new Set<string>()
  const errors: FieldError[] = []
  for (const [index, name] of resourceNames.entries()) {
    const place = path.child('resourceNames').index(index)
    errors.push(...pathSegmentErrors(name).map((message) => invalid(place, name, message)))
    if (seen.has(name)) errors.push(duplicate(place, name))
    seen.add(name)
  }
  return [...errors, ...validateRuleWithOperations(rule, path)]
}

function validateRule(
  { apiGroups = [], apiVersions = [], resources = [], scope }: Partial<RuleWithOperations>,
  path: FieldPath,
): FieldError[] {
  const errors = [
    ...validateWildcards(apiGroups, path.child('apiGroups'), 'API groups'),
    ...validateWildcards(apiVersions, path.child('apiVersions'), 'API versions'),
  ]
  for (const [index, version] of apiVersions.entries()) if (version === '') errors.push(required(path.child('apiVersions').index(index)))
  errors.push(...validateResources(resources, path.child('resources')))
  if (scope !== undefined && !SCOPES.includes(scope)) errors.push(notSupported(path.child('scope'), scope, SCOPES))
  return errors
}

function validateWildcards(values: readonly string[], path: FieldPath, what: string): FieldError[] {
  if (values.length === 0) return [required(path)]
  if (values.length === 1 || !values.includes('*')) return []
  return [invalid(path, values, `if '*' is present, must not specify other ${what}`, printGoStrings(values))]
}

/** No entry may repeat what another with a wildcard says. */
function validateResources(resources: readonly string[], path: FieldPath): FieldError[] {
  const errors = resources.length === 0 ? [required(path)] : []
  const everySubresourceOf = new Set<string>()
  const everyResourceWith = new Set<string>()
  let plain = false
  for (const [index, entry] of resources.entries()) {
    if (entry === '') {
      errors.push(required(path.index(index)))
      continue
    }
    const slash = entry.indexOf('/')
    if (slash < 0) {
      plain = entry !== '*'
      continue
    }
    const [resource, subresource] = [entry.slice(0, slash), entry.slice(slash + 1)]
    if (everySubresourceOf.has(resource))
      errors.push(invalid(path.index(index), entry, `if '${resource}/*' is present, must not specify ${entry}`))
    if (everyResourceWith.has(subresource))
      errors.push(invalid(path.index(index), entry, `if '*/${subresource}' is present, must not specify ${entry}`))
    if (subresource === '*') everySubresourceOf.add(resource)
    if (resource === '*') everyResourceWith.add(subresource)
  }
  const printed = printGoStrings(resources)
  if (resources.length > 1 && resources.includes('*/*')) {
    errors.push(invalid(path, resources, "if '*/*' is present, must not specify other resources", printed))
  }
  if (resources.includes('*') && plain) {
    errors.push(invalid(path, resources, "if '*' is present, must not specify other resources without subresources", printed))
  }
  return errors
}
