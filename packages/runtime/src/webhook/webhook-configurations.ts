import { CustomResourceDefinition, MutatingWebhookConfiguration, ValidatingWebhookConfiguration } from '@kubetape/api/kinds'
import type {
  MutatingWebhookConfiguration as MutatingConfiguration,
  ServiceReference,
  ValidatingWebhook,
  ValidatingWebhookConfiguration as ValidatingConfiguration,
  WebhookClientConfig,
} from '@kubetape/api/types/admissionregistration/v1'
import type { CustomResourceConversion } from '@kubetape/api/types/apiextensions/v1'
import type { Client } from '@kubetape/client'
import type { AdmissionWebhook } from './admission-webhook.ts'
import { base64 } from './base64.ts'
import { CONVERSION_PATH, type Webhook } from './webhook-router.ts'

/** Where the API server reaches the webhooks: a Service in the cluster, or `https://host:port` outside of it. */
export type WebhookPlace =
  { readonly service: Omit<ServiceReference, 'path'>; readonly url?: never } | { readonly url: string; readonly service?: never }

export type WebhookConfigurationOptions = WebhookPlace & {
  /** The name of both configurations. */
  readonly name: string
  /** PEM of the certificates that the webhooks' is verified with. Default: those that the API server trusts. */
  readonly caBundle?: string
}

/** What registers webhooks with an API server. */
export interface WebhookConfigurations {
  /** Undefined without a validating webhook. */
  readonly validating?: ValidatingConfiguration
  /** Undefined without a mutating webhook. */
  readonly mutating?: MutatingConfiguration
  /** `spec.conversion` of definitions by their names (`widgets.example.com`). */
  readonly conversions: ReadonlyMap<string, CustomResourceConversion>
}

/** The objects that register webhooks, to be applied or written into a manifest. */
export function webhookConfigurations(webhooks: readonly Webhook[], options: WebhookConfigurationOptions): WebhookConfigurations {
  const of = (type: AdmissionWebhook['type']): ValidatingWebhook[] =>
    webhooks.filter((one): one is AdmissionWebhook => one.type === type).map((one) => registration(one, options))
  const [validating, mutating] = [of('validating'), of('mutating')]
  const head = { apiVersion: 'admissionregistration.k8s.io/v1', metadata: { name: options.name } }
  return {
    ...(validating.length === 0 ? {} : { validating: { ...head, kind: 'ValidatingWebhookConfiguration', webhooks: validating } }),
    ...(mutating.length === 0 ? {} : { mutating: { ...head, kind: 'MutatingWebhookConfiguration', webhooks: mutating } }),
    conversions: new Map(
      webhooks
        .filter((one) => one.type === 'conversion')
        .map(({ kind }) => [
          `${kind.resource}.${kind.group}`,
          {
            strategy: 'Webhook',
            webhook: { clientConfig: clientConfig(options, CONVERSION_PATH), conversionReviewVersions: ['v1'] },
          },
        ]),
    ),
  }
}

/**
 * Applies what registers webhooks (server-side apply, field manager `fieldManager`, taking over from others): both configurations, and the conversion
 * of definitions, which must exist. Conversions first: admission may need them.
 */
export async function registerWebhooks(
  client: Client,
  webhooks: readonly Webhook[],
  options: WebhookConfigurationOptions & { readonly fieldManager?: string },
): Promise<void> {
  const { validating, mutating, conversions } = webhookConfigurations(webhooks, options)
  const write = { fieldManager: options.fieldManager ?? 'kubetape-webhooks', force: true }
  for (const [name, conversion] of conversions) {
    // A merge patch and no apply: an apply of a part of a definition would be refused for what it leaves out.
    const body = { spec: { conversion: inPlaceOfAnother(conversion) } }
    await client.patch(CustomResourceDefinition, { name }, { type: 'merge', body }, { fieldManager: write.fieldManager })
  }
  const { name } = options
  if (mutating) await client.patch(MutatingWebhookConfiguration, { name }, { type: 'apply', body: mutating }, write)
  if (validating) await client.patch(ValidatingWebhookConfiguration, { name }, { type: 'apply', body: validating }, write)
}

/** The conversion as a merge patch that leaves nothing of the place that was there before. */
function inPlaceOfAnother({ webhook, ...conversion }: CustomResourceConversion): object {
  return { ...conversion, webhook: { ...webhook, clientConfig: { url: null, service: null, caBundle: null, ...webhook?.clientConfig } } }
}

function registration({ kind, name, path, operations, options }: AdmissionWebhook, place: WebhookConfigurationOptions): ValidatingWebhook {
  const { path: _path, name: _name, operations: _operations, subresources = [], ...settings } = options
  return {
    sideEffects: 'None',
    ...settings,
    name,
    admissionReviewVersions: ['v1'],
    clientConfig: clientConfig(place, path),
    rules: [
      {
        operations: [...operations],
        apiGroups: [kind.group],
        apiVersions: [kind.version],
        resources: [kind.resource, ...subresources.map((one) => `${kind.resource}/${one}`)],
      },
    ],
  }
}

function clientConfig({ url, service, caBundle }: WebhookConfigurationOptions, path: string): WebhookClientConfig {
  const ca = caBundle === undefined ? {} : { caBundle: base64(caBundle) }
  if (service !== undefined) return { service: { ...service, path }, ...ca }
  if (!url.startsWith('https://'))
    throw new Error(`Cannot register webhooks at ${JSON.stringify(url)}: the API server asks over https only`)
  return { url: url.replace(/\/$/, '') + path, ...ca }
}
