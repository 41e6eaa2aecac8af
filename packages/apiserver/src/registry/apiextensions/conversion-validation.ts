import type { CustomResourceConversion } from '@kubetape/api/types/apiextensions/v1'
import { type FieldError, type FieldPath, forbidden, notSupported, required } from '@kubetape/apimachinery'
import { validateWebhookClient } from '../webhook-rules/client-validation.ts'
import { validateReviewVersions } from '../webhook-rules/review-versions-validation.ts'

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
