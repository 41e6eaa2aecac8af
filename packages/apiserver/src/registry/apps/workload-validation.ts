import type { PodTemplateSpec } from '@kubetape/api/types/core/v1'
import {
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  isStatusError,
  labelSelectorOf,
  type LabelSelectorObject,
  notSupported,
  printGoLabelSelector,
  printGoStringMap,
  required,
  validateLabelSelector,
} from '@kubetape/apimachinery'
import { validatePodTemplateSpec } from '../core/pod/pod-validation.ts'
import type { StrategyContext } from '../strategy.ts'

/** How one kind's rules about its selector and its template differ from another's. */
export interface WorkloadRules {
  /** Whom messages name: `empty selector is invalid for deployment`. */
  readonly named: string
  /** Whom the refusal of a deadline names. */
  readonly owner: string
  /** Whether an absent selector is an error of its own. */
  readonly selectorRequired: boolean
  /** What is said of a selector that cannot be read, beyond what its parts are refused with; absent: nothing, and the template is checked all the same. */
  readonly badSelector?: string
}

/** What a selector and a template of Pods must be to each other (API reference, apps/v1): the template's labels match, its Pods run for ever. */
export function validateWorkload(
  spec: { readonly selector?: LabelSelectorObject | undefined; readonly template: PodTemplateSpec },
  oldTemplate: Readonly<PodTemplateSpec> | undefined,
  path: FieldPath,
  rules: WorkloadRules,
  context: StrategyContext,
): FieldError[] {
  const { selector, template } = spec
  const place = path.child('selector')
  const errors: FieldError[] = []
  if (selector === undefined) {
    if (rules.selectorRequired) errors.push(required(place))
  } else {
    errors.push(...validateLabelSelector(selector, place))
    if (isEmptySelector(selector))
      errors.push(invalid(place, selector, `empty selector is invalid for ${rules.named}`, printGoLabelSelector(selector)))
  }
  if (selector !== undefined && !isReadable(selector)) {
    if (rules.badSelector === undefined) return [...errors, ...validateTemplate(template, oldTemplate, path, rules, context)]
    return [...errors, invalid(place, selector, rules.badSelector, printGoLabelSelector(selector))]
  }
  return [...errors, ...labelsMatch(selector, template, path), ...validateTemplate(template, oldTemplate, path, rules, context)]
}

const isEmptySelector = ({ matchLabels, matchExpressions }: LabelSelectorObject): boolean =>
  Object.keys(matchLabels ?? {}).length === 0 && (matchExpressions ?? []).length === 0

function isReadable(selector: LabelSelectorObject): boolean {
  try {
    labelSelectorOf(selector)
    return true
  } catch (error) {
    if (isStatusError(error)) return false
    throw error
  }
}

/** An absent selector selects nothing, an empty one everything. */
function labelsMatch(selector: LabelSelectorObject | undefined, { metadata }: PodTemplateSpec, path: FieldPath): FieldError[] {
  if (selector !== undefined && (isEmptySelector(selector) || labelSelectorOf(selector).matches(metadata?.labels ?? {}))) return []
  const labels = metadata?.labels
  const place = path.child('template', 'metadata', 'labels')
  return [invalid(place, labels, '`selector` does not match template `labels`', printGoStringMap(labels))]
}

function validateTemplate(
  template: PodTemplateSpec,
  old: Readonly<PodTemplateSpec> | undefined,
  path: FieldPath,
  { owner, named }: WorkloadRules,
  context: StrategyContext,
): FieldError[] {
  const place = path.child('template')
  // Of a StatefulSet's template, its claims are not known yet: upstream looks only at what follows.
  const errors = named === 'statefulset' ? [] : validatePodTemplateSpec(template, place, old, context)
  const { restartPolicy, activeDeadlineSeconds } = template.spec ?? {}
  if (restartPolicy !== 'Always') errors.push(notSupported(place.child('spec', 'restartPolicy'), restartPolicy ?? '', ['Always']))
  if (activeDeadlineSeconds !== undefined)
    errors.push(forbidden(place.child('spec', 'activeDeadlineSeconds'), `activeDeadlineSeconds in ${owner} is not Supported`))
  return errors
}

/** Counts of a status: not negative, and the later ones at most the earlier. */
export function validateCounts(
  status: Readonly<Record<string, unknown>> | undefined,
  names: readonly string[],
  limits: readonly (readonly [count: string, limit: string, detail: string])[],
  path: FieldPath,
): FieldError[] {
  const count = (name: string): number => (status?.[name] as number | undefined) ?? 0
  return [
    ...names.flatMap((name) => (count(name) < 0 ? [invalid(path.child(name), count(name), 'must be greater than or equal to 0')] : [])),
    ...limits.flatMap(([name, limit, detail]) => (count(name) > count(limit) ? [invalid(path.child(name), count(name), detail)] : [])),
  ]
}
