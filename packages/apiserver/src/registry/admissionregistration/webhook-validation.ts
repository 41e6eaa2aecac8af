import type { MutatingWebhook, ValidatingWebhook } from '@kubetape/api/types/admissionregistration/v1'
import type { Gates } from '@kubetape/client-go-features'
import {
  deepEqual,
  dnsSubdomainErrors,
  duplicate,
  type FieldError,
  FieldPath,
  invalid,
  notSupported,
  required,
  validateLabelSelector,
} from '@kubetape/apimachinery'
import { validateWebhookAddress } from '../webhook-rules/client-validation.ts'
import { REVIEW_VERSIONS, type ReviewVersionWords, validateReviewVersions } from '../webhook-rules/review-versions-validation.ts'
import { validateMatchConditions } from './match-conditions-validation.ts'
import { validateRule } from './rule-validation.ts'

export type AnyWebhook = ValidatingWebhook & Pick<MutatingWebhook, 'reinvocationPolicy'>

const WEBHOOKS = FieldPath.of('webhooks')
const FAILURE_POLICIES = ['Fail', 'Ignore']
const MATCH_POLICIES = ['Equivalent', 'Exact']
const SIDE_EFFECTS = ['None', 'NoneOnDryRun']
const REINVOCATION_POLICIES = ['IfNeeded', 'Never']
const TIMEOUT_SECONDS_MAX = 30
const REVIEW_WORDS: ReviewVersionWords = {
  missing: `must specify one of ${REVIEW_VERSIONS.join(', ')}`,
  duplicate: (path, version) => invalid(path, version, 'duplicate version'),
}

/**
 * Validates the webhooks of a configuration (API reference, ValidatingWebhook and MutatingWebhook); `old` are those that they replace. Conditions that
 * stay as they are are not judged again, and those that were there may use whatever this release knows.
 */
export function validateWebhooks(
  webhooks: readonly Readonly<AnyWebhook>[],
  old: readonly Readonly<AnyWebhook>[] | undefined,
  gates: Gates,
): FieldError[] {
  const errors: FieldError[] = []
  const stored = new Set(old?.flatMap(({ matchConditions = [] }) => matchConditions.map(({ expression }) => expression.trim())))
  const untouched = old !== undefined && deepEqual(webhooks.map(conditionsOf), old.map(conditionsOf))
  const rules = { params: false, options: webhookExpressionOptions(gates), stored }
  const names = new Set<string>()
  for (const [at, webhook] of webhooks.entries()) {
    const path = WEBHOOKS.index(at)
    errors.push(...validateWebhook(webhook, path))
    if (!untouched) errors.push(...validateMatchConditions(conditionsOf(webhook), path.child('matchConditions'), rules))
    errors.push(...validateReviewVersions(webhook.admissionReviewVersions ?? [], path.child('admissionReviewVersions'), REVIEW_WORDS))
    if (!webhook.name) continue
    if (names.has(webhook.name)) errors.push(duplicate(path.child('name'), webhook.name))
    names.add(webhook.name)
  }
  return errors
}

const conditionsOf = ({ matchConditions }: Readonly<AnyWebhook>): NonNullable<AnyWebhook['matchConditions']> => matchConditions ?? []

/** How expressions of webhooks are compiled under these gates. */
export function webhookExpressionOptions(gates: Gates): { readonly strictCost: boolean; readonly authorizeWithSelectors: boolean } {
  return {
    strictCost: gates.enabled('StrictCostEnforcementForWebhooks'),
    authorizeWithSelectors: gates.enabled('AuthorizeWithSelectors'),
  }
}

function validateWebhook(webhook: Readonly<AnyWebhook>, path: FieldPath): FieldError[] {
  const { name, rules = [], failurePolicy, matchPolicy, sideEffects, timeoutSeconds, reinvocationPolicy } = webhook
  const errors = qualifiedNameErrors(name ?? '', path.child('name'))
  for (const [at, rule] of rules.entries()) errors.push(...validateRule(rule, path.child('rules').index(at)))
  errors.push(...oneOf(failurePolicy, FAILURE_POLICIES, path.child('failurePolicy')))
  errors.push(...oneOf(matchPolicy, MATCH_POLICIES, path.child('matchPolicy')))
  if (sideEffects === undefined) errors.push(required(path.child('sideEffects'), `must specify one of ${SIDE_EFFECTS.join(', ')}`))
  errors.push(...oneOf(sideEffects, SIDE_EFFECTS, path.child('sideEffects')))
  if (timeoutSeconds !== undefined && (timeoutSeconds > TIMEOUT_SECONDS_MAX || timeoutSeconds < 1))
    errors.push(invalid(path.child('timeoutSeconds'), timeoutSeconds, 'the timeout value must be between 1 and 30 seconds'))
  for (const member of ['namespaceSelector', 'objectSelector'] as const)
    if (webhook[member] !== undefined) errors.push(...validateLabelSelector(webhook[member], path.child(member)))
  errors.push(...oneOf(reinvocationPolicy, REINVOCATION_POLICIES, path.child('reinvocationPolicy')))
  errors.push(...validateWebhookAddress(webhook.clientConfig ?? {}, path.child('clientConfig')))
  return errors
}

const oneOf = (value: string | undefined, values: readonly string[], path: FieldPath): FieldError[] =>
  value === undefined || values.includes(value) ? [] : [notSupported(path, value, values)]

/** A domain of at least three segments. */
function qualifiedNameErrors(name: string, path: FieldPath): FieldError[] {
  if (name === '') return [required(path)]
  const wrong = dnsSubdomainErrors(name)
  if (wrong.length > 0) return [invalid(path, name, wrong.join(','))]
  return name.split('.').length < 3 ? [invalid(path, name, 'should be a domain with at least three segments separated by dots')] : []
}
