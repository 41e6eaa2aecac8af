import type { CustomResourceConversion } from '@kubetape/api/types/apiextensions/v1'
import {
  dns1035LabelErrors,
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notSupported,
  printGoStrings,
  required,
} from '@kubetape/apimachinery'
import { validateWebhookClient } from './webhook-client-validation.ts'

/** Versions of ConversionReview that upstream knows. */
const REVIEW_VERSIONS = ['v1', 'v1beta1']

/** What is wrong with how objects are converted between versions. Paths are those of the internal type, as upstream prints them. */
export function validateConversion(conversion: Readonly<CustomResourceConversion>, path: FieldPath): FieldError[] {
  const { strategy, webhook } = conversion
  const errors: FieldError[] = []
  const strategyPath = path.child('strategy')
  if (!strategy) errors.push(required(strategyPath))
  else if (strategy !== 'None' && strategy !== 'Webhook') errors.push(notSupported(strategyPath, strategy, ['None', 'Webhook']))
  const clientPath = path.child('webhookClientConfig')
  const versionsPath = path.child('conversionReviewVersions')
  const versions = webhook?.conversionReviewVersions ?? []
  if (strategy !== 'Webhook') {
    if (webhook?.clientConfig !== undefined) errors.push(forbidden(clientPath, 'should not be set when strategy is not set to Webhook'))
    if (versions.length > 0) errors.push(forbidden(versionsPath, 'should not be set when strategy is not set to Webhook'))
    return errors
  }
  if (webhook?.clientConfig === undefined) errors.push(required(clientPath, 'required when strategy is set to Webhook'))
  else errors.push(...validateWebhookClient(webhook.clientConfig, clientPath))
  return [...errors, ...validateReviewVersions(versions, versionsPath)]
}

function validateReviewVersions(versions: readonly string[], path: FieldPath): FieldError[] {
  if (versions.length === 0) return [required(path)]
  const errors: FieldError[] = []
  const seen = new Set<string>()
  for (const [at, version] of versions.entries()) {
    if (seen.has(version)) {
      errors.push(duplicate(path.index(at), version))
      continue
    }
    seen.add(version)
    for (const wrong of dns1035LabelErrors(version)) errors.push(invalid(path.index(at), version, wrong))
  }
  if (!versions.some((one) => REVIEW_VERSIONS.includes(one)))
    errors.push(invalid(path, versions, `must include at least one of ${REVIEW_VERSIONS.join(', ')}`, printGoStrings(versions)))
  return errors
}
