import type { ClusterRole } from '@kubetape/api/types/rbac/v1'
import {
  type FieldError,
  FieldPath,
  invalid,
  isStatusError,
  type KubeObject,
  labelSelectorOf,
  type LabelSelectorObject,
  printGoLabelSelector,
  required,
  validateLabelSelector,
  validateObjectMeta,
  validateObjectMetaUpdate,
} from '@kubetape/apimachinery'
import type { Draft, Strategy } from '../strategy.ts'
import { validateRules } from './policy-rule-validation.ts'

const RULES = FieldPath.of('rules')
const AGGREGATION_RULE = FieldPath.of('aggregationRule')

function validateRole(draft: Draft): FieldError[] {
  return validateRules((draft as ClusterRole).rules, RULES, true)
}

function validateClusterRole(draft: Draft): FieldError[] {
  const { rules, aggregationRule } = draft as ClusterRole
  return [...validateRules(rules, RULES, false), ...(aggregationRule ? validateSelectors(aggregationRule.clusterRoleSelectors ?? []) : [])]
}

function validateSelectors(selectors: readonly LabelSelectorObject[]): FieldError[] {
  const path = AGGREGATION_RULE.child('clusterRoleSelectors')
  if (selectors.length === 0) return [required(path, 'at least one clusterRoleSelector required if aggregationRule is non-nil')]
  return selectors.flatMap((selector, at) => [
    ...validateLabelSelector(selector, path.index(at)),
    ...(isReadable(selector) ? [] : [invalid(path.index(at), selector, 'invalid label selector.', printGoLabelSelector(selector))]),
  ])
}

function isReadable(selector: LabelSelectorObject): boolean {
  try {
    labelSelectorOf(selector)
    return true
  } catch (error) {
    if (isStatusError(error)) return false
    throw error
  }
}

/** Upstream judges a changed access rule as a new one, and then again together with the change: causes are repeated, messages are not. */
export function twiceAsNew(
  validate: (draft: Draft) => FieldError[],
  namespaced: boolean,
): (draft: Draft, old: Readonly<KubeObject>) => FieldError[] {
  return (draft, old) => {
    const asNew = [
      ...validateObjectMeta(draft.metadata!, { namespaced, nameRule: 'path-segment', qualifiedFinalizers: false }),
      ...validate(draft),
    ]
    return [...asNew, ...asNew, ...validateObjectMetaUpdate(draft.metadata!, old.metadata!)]
  }
}

/** The table prints when a role was made, not how long ago. */
const tableRow = ({ metadata }: Readonly<KubeObject>): unknown[] => [metadata?.name ?? '', metadata?.creationTimestamp ?? '<unknown>']

/** Names of access rules are free: they appear in paths, not in DNS. */
export const ACCESS_RULE = { nameRule: 'path-segment', createOnUpdate: true, metadataOnUpdate: 'own', generation: 'none' } as const

/** Roles (API reference, rbac.authorization.k8s.io/v1 Role). Who may grant what is asked while the request is admitted. */
export const roleStrategy: Strategy = {
  ...ACCESS_RULE,
  validate: validateRole,
  validateUpdate: twiceAsNew(validateRole, true),
  tableRow,
}

/** Cluster roles, also such as gather the rules of others (API reference, rbac.authorization.k8s.io/v1 ClusterRole). */
export const clusterRoleStrategy: Strategy = {
  ...ACCESS_RULE,
  validate: validateClusterRole,
  validateUpdate: twiceAsNew(validateClusterRole, false),
  tableRow,
}
