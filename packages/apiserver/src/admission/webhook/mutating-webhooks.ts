import { applyJsonPatch, cloneJson, deepEqual, internalError, type KubeObject, parseExactJson } from '@kubetape/apimachinery'
import type { Draft } from '../../registry/strategy.ts'
import type { AdmissionAttributes, AdmissionPlugin } from '../admission.ts'
import type { PluginEnvironment } from '../default-plugins.ts'
import { inVersion, onTheWire } from './versioned-object.ts'
import { WebhookCaller, WebhookCallError } from './webhook-caller.ts'
import { WebhookConfigurations } from './webhook-configurations.ts'
import { type Invocation, WebhookMatcher } from './webhook-match.ts'

/** What is remembered of one request between the first round of mutation and the second. */
interface Rounds {
  /** Webhooks that want to see an object again which others change after them. */
  readonly asked: Set<string>
  /** Those of them that are asked again. */
  readonly again: Set<string>
  /** What the object was when all had been asked. */
  last: KubeObject | undefined
}

/**
 * Asks every mutating webhook that the request concerns, one after the other, and applies what they change (plugin MutatingAdmissionWebhook). After a
 * change the other plugins run once more, and webhooks with reinvocationPolicy IfNeeded see what has changed after them.
 */
export function mutatingWebhooks(environment: PluginEnvironment): AdmissionPlugin {
  const { storage, gates } = environment
  const configurations = new WebhookConfigurations(storage, gates, 'mutatingwebhookconfigurations')
  const matcher = new WebhookMatcher(environment)
  const mutation = new WebhookMutation(environment)
  const rounds = new WeakMap<AdmissionAttributes, Rounds>()

  const run = async (attributes: AdmissionAttributes): Promise<void> => {
    const state = rounds.get(attributes) ?? { asked: new Set<string>(), again: new Set<string>(), last: undefined }
    rounds.set(attributes, state)
    const isSecond = attributes.reinvocation === 'running'
    const requireAgain = (): void => {
      for (const uid of state.asked) state.again.add(uid)
      state.asked.clear()
    }
    if (isSecond && !deepEqual(state.last, attributes.draft)) requireAgain()
    for (const [at, webhook] of configurations.webhooks.entries()) {
      if (isSecond && !state.again.has(webhook.uid)) continue
      const invocation = matcher.match(webhook, attributes)
      if (invocation === undefined || !(await matcher.meetsConditions(invocation, attributes))) continue
      if (await mutation.ask(invocation, attributes, `round_${isSecond ? 1 : 0}_index_${at}`)) {
        requireAgain()
        if (!isSecond) attributes.reinvocation = 'wanted'
      }
      if (webhook.spec.reinvocationPolicy === 'IfNeeded') state.asked.add(webhook.uid)
    }
    state.last = attributes.draft === undefined ? undefined : cloneJson(attributes.draft)
  }

  return {
    name: 'MutatingAdmissionWebhook',
    mutate(attributes) {
      if (configurations.webhooks.length === 0 || matcher.isExempt(attributes) || !environment.asksWebhooks()) return undefined
      const concerned = configurations.webhooks.some((webhook) => matcher.match(webhook, attributes) !== undefined)
      return concerned || rounds.has(attributes) ? run(attributes) : undefined
    },
  }
}

/** One webhook's change of a draft. */
class WebhookMutation {
  readonly #caller: WebhookCaller
  readonly #log: PluginEnvironment['log']

  constructor({ storage, clock, webhooks, log }: PluginEnvironment) {
    this.#caller = new WebhookCaller(storage, clock, webhooks)
    this.#log = log
  }

  /** Asks and applies; answers whether the object has changed. */
  async ask(invocation: Invocation, attributes: AdmissionAttributes, round: string): Promise<boolean> {
    const { spec, configuration } = invocation.webhook
    const { audit } = attributes.context.request
    try {
      const mutated = await this.#mutate(invocation, attributes)
      audit?.annotate(`mutation.webhook.admission.k8s.io/${round}`, JSON.stringify({ configuration, webhook: spec.name, mutated }))
      return mutated
    } catch (error) {
      if (!(error instanceof WebhookCallError)) throw error
      if (spec.failurePolicy !== 'Ignore') throw internalError(error.message, { cause: error })
      audit?.annotate(`failed-open.mutation.webhook.admission.k8s.io/${round}`, spec.name)
      this.#log('error', 'a webhook failed and its policy is to go on', { webhook: spec.name, error: error.message })
      return false
    }
  }

  async #mutate(invocation: Invocation, attributes: AdmissionAttributes): Promise<boolean> {
    const { draft, old, resource, kind } = attributes
    const isOwnKind = kind !== resource.gvk
    const shown = isOwnKind ? resource : invocation.resource
    const object = draft === undefined ? undefined : await inVersion(onTheWire(draft, resource, isOwnKind), resource, shown)
    const before = old === undefined ? undefined : await inVersion(old, resource, shown)
    const { patch } = await this.#caller.ask(invocation, attributes, { object, old: before }, true)
    const operations = patch === undefined ? [] : operationsOf(patch)
    if (operations.length === 0) return false
    if (object === undefined) {
      const name = JSON.stringify(invocation.webhook.spec.name)
      throw internalError(`admission webhook ${name} attempted to modify the object, which is not supported for this operation`)
    }
    const patched = orInternalError(() => applyJsonPatch(object, operations)) as KubeObject
    if (deepEqual(patched, object)) return false
    replace(draft!, isOwnKind ? patched : await this.#decoded(patched, invocation, attributes))
    return true
  }

  /** What came back, as a body of the version that was asked for: read by its schema and defaulted. */
  async #decoded(patched: KubeObject, invocation: Invocation, { resource, context }: AdmissionAttributes): Promise<KubeObject> {
    const read = orInternalError(() => invocation.resource.type.schema.decode(patched, 'Ignore').object)
    const converted = await inVersion(read, invocation.resource, resource)
    return orInternalError(() => {
      const own = invocation.resource === resource ? read : resource.type.schema.decode(converted, 'Ignore').object
      own.metadata ??= {}
      resource.strategy.default?.(own, context)
      return own
    })
  }
}

function operationsOf(patch: string): unknown[] {
  const operations = orInternalError(() => parseExactJson(patch))
  if (!Array.isArray(operations)) throw internalError('json: cannot unmarshal object into Go value of type jsonpatch.Patch')
  return operations
}

function orInternalError<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    const { cause, message } = error as Error
    throw internalError(cause instanceof Error ? cause.message : message, { cause: error })
  }
}

/** The draft becomes the other object: others hold on to it. */
function replace(draft: Draft, object: KubeObject): void {
  for (const field of Object.keys(draft)) delete draft[field]
  Object.assign(draft, object)
}
