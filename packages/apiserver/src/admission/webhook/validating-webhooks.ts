import { internalError, isStatusError } from '@kubetape/apimachinery'
import type { AdmissionAttributes, AdmissionPlugin } from '../admission.ts'
import type { PluginEnvironment } from '../default-plugins.ts'
import { inVersion, onTheWire } from './versioned-object.ts'
import { WebhookCaller, WebhookCallError } from './webhook-caller.ts'
import { WebhookConfigurations } from './webhook-configurations.ts'
import { type Invocation, WebhookMatcher } from './webhook-match.ts'

/** Asks every validating webhook that the request concerns, all at once; the first of them that refuses is heard (plugin ValidatingAdmissionWebhook). */
export function validatingWebhooks(environment: PluginEnvironment): AdmissionPlugin {
  const { storage, clock, gates, webhooks, log } = environment
  const configurations = new WebhookConfigurations(storage, gates, 'validatingwebhookconfigurations')
  const matcher = new WebhookMatcher(environment)
  const caller = new WebhookCaller(storage, clock, webhooks)

  const ask = async (invocation: Invocation, attributes: AdmissionAttributes, at: number): Promise<unknown> => {
    const { draft, old, resource, kind } = attributes
    const seen = draft === undefined ? undefined : onTheWire(draft, resource, kind !== resource.gvk)
    const inIts = async (object: typeof seen): Promise<typeof seen> =>
      object === undefined || kind !== resource.gvk ? object : inVersion(object, resource, invocation.resource)
    try {
      await caller.ask(invocation, attributes, { object: await inIts(seen), old: await inIts(old) }, false)
      return undefined
    } catch (error) {
      if (!(error instanceof WebhookCallError)) return error
      const { spec } = invocation.webhook
      if (spec.failurePolicy !== 'Ignore') return internalError(error.message, { cause: error })
      attributes.context.request.audit?.annotate(`failed-open.validating.webhook.admission.k8s.io/round_0_index_${at}`, spec.name)
      log('error', 'a webhook failed and its policy is to go on', { webhook: spec.name, error: error.message })
      return undefined
    }
  }

  const askAll = async (concerned: readonly Invocation[], attributes: AdmissionAttributes): Promise<void> => {
    const met: Invocation[] = []
    for (const invocation of concerned) if (await matcher.meetsConditions(invocation, attributes)) met.push(invocation)
    const said = await Promise.all(met.map((invocation, at) => ask(invocation, attributes, at)))
    const refusal = said.find((one) => one !== undefined)
    if (refusal !== undefined) throw isStatusError(refusal) ? refusal : (refusal as Error)
  }

  return {
    name: 'ValidatingAdmissionWebhook',
    validate(attributes) {
      if (configurations.webhooks.length === 0 || matcher.isExempt(attributes) || !environment.asksWebhooks()) return undefined
      const concerned = configurations.webhooks.flatMap((webhook) => matcher.match(webhook, attributes) ?? [])
      if (concerned.length === 0) return undefined
      return askAll(concerned, attributes)
    },
  }
}
