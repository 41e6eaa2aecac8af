import type { ResourceQuotaSpec, ScopedResourceSelectorRequirement } from '@kubetape/api/types/core/v1'
import { type FieldError, FieldPath, invalid, printGoStrings, required } from '@kubetape/apimachinery'
import { isStandardQuotaResource } from './quota-resource-name.ts'

const SCOPES = new Set(['Terminating', 'NotTerminating', 'BestEffort', 'NotBestEffort', 'PriorityClass', 'CrossNamespacePodAffinity'])
const ONLY_EXISTS = new Set(['Terminating', 'NotTerminating', 'BestEffort', 'NotBestEffort', 'CrossNamespacePodAffinity'])
const OPPOSITES = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const
const POD_COMPUTE = new Set(['cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'])
const SPEC = FieldPath.of('spec')

/** Whether a quota of this scope may count this resource. */
function mayCount(scope: string, resource: string): boolean {
  if (!SCOPES.has(scope)) return true
  return resource === 'pods' || (scope !== 'BestEffort' && POD_COMPUTE.has(resource))
}

/** `[]core.ResourceQuotaScope{"BestEffort"}`, as messages of v1.31 show scopes. */
export function printGoScopes(scopes: readonly string[] | undefined): string {
  if (scopes === undefined) return '[]core.ResourceQuotaScope(nil)'
  return `[]core.ResourceQuotaScope{${scopes.map((one) => JSON.stringify(one)).join(', ')}}`
}

function printGoSelector(requirements: readonly ScopedResourceSelectorRequirement[]): string {
  const each = requirements.map(
    ({ scopeName, operator, values }) =>
      `core.ScopedResourceSelectorRequirement{ScopeName:${JSON.stringify(scopeName)}, Operator:${JSON.stringify(operator)}, Values:${printGoStrings(values)}}`,
  )
  return `core.ScopeSelector{MatchExpressions:[]core.ScopedResourceSelectorRequirement{${each.join(', ')}}}`
}

/** What is wrong with the scopes that a quota is limited to (API reference, ResourceQuotaSpec). */
export function validateQuotaScopes({ hard = {}, scopes = [], scopeSelector }: Readonly<ResourceQuotaSpec>): FieldError[] {
  const path = SPEC.child('scopes')
  const refuse = (why: string): FieldError => invalid(path, scopes, why, printGoScopes(scopes))
  const counted = Object.keys(hard).filter(isStandardQuotaResource)
  const errors: FieldError[] = []
  for (const scope of scopes) {
    if (!SCOPES.has(scope)) errors.push(refuse('unsupported scope'))
    for (const resource of counted) if (!mayCount(scope, resource)) errors.push(refuse('unsupported scope applied to resource'))
  }
  for (const pair of OPPOSITES)
    if (pair.every((one) => (scopes as readonly string[]).includes(one))) errors.push(refuse('conflicting scopes'))
  if (scopeSelector !== undefined) errors.push(...validateSelector(scopeSelector.matchExpressions ?? [], counted, scopes))
  return errors
}

function validateSelector(
  requirements: readonly ScopedResourceSelectorRequirement[],
  counted: readonly string[],
  scopes: readonly string[],
): FieldError[] {
  const path = SPEC.child('scopeSelector', 'matchExpressions')
  const errors: FieldError[] = []
  for (const requirement of requirements) {
    const { scopeName } = requirement
    if (!SCOPES.has(scopeName)) errors.push(invalid(path.child('scopeName'), scopeName, 'unsupported scope'))
    for (const resource of counted)
      if (!mayCount(scopeName, resource))
        errors.push(invalid(path, requirements, 'unsupported scope applied to resource', printGoSelector(requirements)))
    errors.push(...validateRequirement(requirement, path))
  }
  const names = requirements.map((one) => one.scopeName as string)
  for (const pair of OPPOSITES)
    if (pair.every((one) => names.includes(one)))
      errors.push(invalid(path, scopes, 'conflicting scopes', printGoScopes(scopes.length > 0 ? scopes : undefined)))
  return errors
}

function validateRequirement({ scopeName, operator, values = [] }: ScopedResourceSelectorRequirement, path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  if (ONLY_EXISTS.has(scopeName) && operator !== 'Exists')
    errors.push(
      invalid(
        path.child('operator'),
        operator,
        "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
      ),
    )
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0)
        errors.push(required(path.child('values'), "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"))
      break
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0)
        errors.push(
          invalid(
            path.child('values'),
            values,
            "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
            printGoStrings(values),
          ),
        )
      break
    default:
      errors.push(invalid(path.child('operator'), operator, 'not a valid selector operator'))
  }
  return errors
}
