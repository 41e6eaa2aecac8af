import { EVERYTHING, internalError, type KubeObject, labelSelectorOf, type LabelSelectorObject } from '@kubetape/apimachinery'
import type { Storage } from '@kubetape/storage'
import type { Gates } from '@kubetape/client-go-features'
import { type AnyWebhook, webhookExpressionOptions } from '../../registry/admissionregistration/webhook-validation.ts'
import { MatchConditions } from '../cel/match-conditions.ts'
import type { Selector, Webhook } from './webhook.ts'

/** All webhooks of one kind of configuration, in the order in which they are asked; kept current with storage. */
export class WebhookConfigurations {
  readonly #byConfiguration = new Map<string, readonly Webhook[]>()
  #all: readonly Webhook[] = []

  constructor(storage: Storage, gates: Gates, resource: 'mutatingwebhookconfigurations' | 'validatingwebhookconfigurations') {
    storage.watch({ group: 'admissionregistration.k8s.io', resource }, { since: undefined }, ({ type, object }) => {
      if (type === 'DELETED') this.#byConfiguration.delete(object.name)
      else this.#byConfiguration.set(object.name, webhooksOf(object.name, object.object, gates))
      const byName = [...this.#byConfiguration].sort(([a], [b]) => (a < b ? -1 : 1))
      this.#all = byName.flatMap(([, webhooks]) => webhooks)
    })
  }

  /** By the name of their configuration, then as they stand there. */
  get webhooks(): readonly Webhook[] {
    return this.#all
  }
}

function webhooksOf(configuration: string, object: Readonly<KubeObject>, gates: Gates): Webhook[] {
  const counts = new Map<string, number>()
  return ((object['webhooks'] as AnyWebhook[] | undefined) ?? []).map((spec) => {
    const count = counts.get(spec.name) ?? 0
    counts.set(spec.name, count + 1)
    return {
      configuration,
      uid: `${configuration}/${spec.name}/${count}`,
      spec,
      namespaceSelector: selectorOf(spec.namespaceSelector),
      objectSelector: selectorOf(spec.objectSelector),
      conditions: conditionsOf(spec, gates),
    }
  })
}

function conditionsOf({ matchConditions = [], failurePolicy }: AnyWebhook, gates: Gates): Webhook['conditions'] {
  if (matchConditions.length === 0) return undefined
  let compiled: MatchConditions | undefined
  return () => (compiled ??= new MatchConditions(matchConditions, { failurePolicy, ...webhookExpressionOptions(gates) }))
}

/**
 * A selector that cannot be read, which only earlier releases let in, fails the requests that it would choose from, and neither this server's start nor
 * those that it does not concern.
 */
function selectorOf(selector: LabelSelectorObject | undefined): Selector {
  if (selector === undefined) return EVERYTHING
  try {
    return labelSelectorOf(selector)
  } catch (error) {
    const why = (error as Error).message
    return {
      empty: false,
      matches: () => {
        throw internalError(why)
      },
    }
  }
}
