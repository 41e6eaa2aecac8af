import type { KubeObject } from '@kubetape/apimachinery'
import type { Draft, Strategy } from '../strategy.ts'
import { ageCell } from '../table-cells.ts'
import { type AnyWebhook, validateWebhooks } from './webhook-validation.ts'

const webhooksOf = (object: Readonly<KubeObject>): AnyWebhook[] => (object['webhooks'] as AnyWebhook[] | undefined) ?? []

function defaultWebhook(webhook: AnyWebhook, mutating: boolean): void {
  webhook.failurePolicy ??= 'Fail'
  webhook.matchPolicy ??= 'Equivalent'
  webhook.namespaceSelector ??= {}
  webhook.objectSelector ??= {}
  webhook.timeoutSeconds ??= 10
  if (mutating) webhook.reinvocationPolicy ??= 'Never'
  for (const rule of webhook.rules ?? []) rule.scope ??= '*'
  const service = webhook.clientConfig?.service
  if (service !== undefined) service.port ??= 443
}

/** Which webhooks are asked (API reference, admissionregistration.k8s.io/v1). */
function configurationStrategy(mutating: boolean): Strategy {
  return {
    generation: 'spec',
    unconditionalUpdate: false,
    default: (draft: Draft) => {
      for (const webhook of webhooksOf(draft)) defaultWebhook(webhook, mutating)
    },
    validate: (draft, { gates }) => validateWebhooks(webhooksOf(draft), undefined, gates),
    validateUpdate: (draft, old, { gates }) => validateWebhooks(webhooksOf(draft), webhooksOf(old), gates),
    metadataOnUpdate: 'whole',
    tableRow: (object, nowMs) => [
      object.metadata?.name ?? '',
      webhooksOf(object).length,
      ageCell(object.metadata?.creationTimestamp, nowMs),
    ],
  }
}

export const mutatingWebhookConfigurationStrategy = configurationStrategy(true)
export const validatingWebhookConfigurationStrategy = configurationStrategy(false)
