import { describe, expect, test } from '@jest/globals'
import { OldWidget, Widget } from '../testing/review-bench.ts'
import { mutatingWebhook, validatingWebhook } from './admission-webhook.ts'
import { conversionWebhook } from './conversion-webhook.ts'
import { webhookConfigurations } from './webhook-configurations.ts'

const guard = validatingWebhook(
  Widget,
  { create: () => undefined, delete: () => undefined },
  { failurePolicy: 'Ignore', subresources: ['status'] },
)
const defaulter = mutatingWebhook(Widget, () => undefined, { reinvocationPolicy: 'IfNeeded' })
const same = { toHub: (one: OldWidget) => one as unknown as Widget, fromHub: (one: Widget) => one as unknown as OldWidget }
const conversion = conversionWebhook({ hub: Widget, versions: [{ kind: OldWidget, ...same }] })

describe('webhookConfigurations()', () => {
  test('registers webhooks behind a Service', () => {
    const service = { namespace: 'ops', name: 'hooks', port: 9443 }
    const { validating, mutating, conversions } = webhookConfigurations([guard, defaulter, conversion], {
      name: 'ops',
      service,
      caBundle: 'PEM',
    })
    const at = (path: string) => ({ service: { ...service, path }, caBundle: 'UEVN' })
    const rule = { apiGroups: ['example.com'], apiVersions: ['v2'] }
    expect(validating).toEqual({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'ops' },
      webhooks: [
        {
          name: 'validate.v2.widgets.example.com',
          sideEffects: 'None',
          failurePolicy: 'Ignore',
          admissionReviewVersions: ['v1'],
          clientConfig: at('/validate-example-com-v2-widget'),
          rules: [{ ...rule, operations: ['CREATE', 'DELETE'], resources: ['widgets', 'widgets/status'] }],
        },
      ],
    })
    expect(mutating?.webhooks).toEqual([
      {
        name: 'mutate.v2.widgets.example.com',
        sideEffects: 'None',
        reinvocationPolicy: 'IfNeeded',
        admissionReviewVersions: ['v1'],
        clientConfig: at('/mutate-example-com-v2-widget'),
        rules: [{ ...rule, operations: ['CREATE', 'UPDATE'], resources: ['widgets'] }],
      },
    ])
    expect([...conversions]).toEqual([
      ['widgets.example.com', { strategy: 'Webhook', webhook: { clientConfig: at('/convert'), conversionReviewVersions: ['v1'] } }],
    ])
  })

  test('registers webhooks at an address, and nothing that is not there', () => {
    const { validating, mutating, conversions } = webhookConfigurations([guard], { name: 'ops', url: 'https://10.0.0.1:9443/' })
    expect(validating?.webhooks?.[0]?.clientConfig).toEqual({ url: 'https://10.0.0.1:9443/validate-example-com-v2-widget' })
    expect([mutating, conversions.size]).toEqual([undefined, 0])
    expect(() => webhookConfigurations([guard], { name: 'ops', url: 'http://x' })).toThrow('the API server asks over https only')
  })
})
