import { type GroupVersionKind, type KubeObject, forbiddenError, notFound } from '@kubetape/apimachinery'
import type { Storage } from '@kubetape/storage'
import type { ServedResource } from '../../registry/served-resource.ts'
import type { Authorizer } from '../../auth/authorizer.ts'
import type { AdmissionAttributes } from '../admission.ts'
import { admissionVariables } from '../cel/admission-variables.ts'
import type { PluginEnvironment } from '../default-plugins.ts'
import { EquivalentResources } from '../policy/equivalent-resources.ts'
import { inFormOf } from '../policy/request-forms.ts'
import { NAMESPACES } from '../namespace-lifecycle.ts'
import { requestNamespace } from '../request-namespace.ts'
import { ruleMatches, type RuleSubject } from './rule-match.ts'
import type { Webhook } from './webhook.ts'

/** A request as a webhook wants to see it: in the version of the resource that its rules name. */
export interface Invocation {
  readonly webhook: Webhook
  readonly resource: ServedResource
  readonly kind: GroupVersionKind
}

const CONFIGURATION_GROUP = 'admissionregistration.k8s.io'

/** Finds out which webhooks a request concerns. */
export class WebhookMatcher {
  readonly #storage: Storage
  readonly #authorizer: Authorizer
  readonly #equivalents: EquivalentResources

  constructor({ storage, registry, authorizer }: Pick<PluginEnvironment, 'storage' | 'registry' | 'authorizer'>) {
    this.#storage = storage
    this.#equivalents = new EquivalentResources(registry)
    this.#authorizer = authorizer
  }

  /** Whoever decides who decides is not asked about it: a bad configuration could not be taken away any more. */
  isExempt({ resource }: AdmissionAttributes): boolean {
    return resource.info.group === CONFIGURATION_GROUP
  }

  /** The invocation of a webhook; undefined when the request does not concern it. Throws 404 for a namespace that is not there. */
  match(webhook: Webhook, attributes: AdmissionAttributes): Invocation | undefined {
    const invocation = this.#byRules(webhook, attributes)
    if (invocation === undefined || !this.#objectMatches(webhook, attributes)) return undefined
    return this.#namespaceMatches(webhook, attributes) ? invocation : undefined
  }

  /** Whether the match conditions of an invocation are true too. Throws 403 where they cannot be told and failures count. */
  async meetsConditions({ webhook, resource }: Invocation, attributes: AdmissionAttributes): Promise<boolean> {
    if (webhook.conditions === undefined) return true
    const form = await inFormOf(resource, attributes)
    const sources = { storage: this.#storage, authorizer: this.#authorizer }
    const result = await webhook.conditions().match(admissionVariables(attributes, form, sources))
    if (result.error === undefined) return result.matches
    const { group, resource: name } = attributes.resource.info
    throw forbiddenError({ group, resource: name }, attributes.name, result.error)
  }

  #objectMatches({ objectSelector }: Webhook, { draft, old }: AdmissionAttributes): boolean {
    if (objectSelector.empty) return true
    return [draft, old].some((object) => object !== undefined && objectSelector.matches(labelsOf(object)))
  }

  /** Cluster-scoped objects are never exempted by a namespace selector; Namespaces are selected by their own labels. */
  #namespaceMatches({ namespaceSelector }: Webhook, attributes: AdmissionAttributes): boolean {
    if (namespaceSelector.empty) return true
    const { resource, subresource, draft, namespace, name } = attributes
    const isNamespace = isNamespaces(resource)
    if (namespace === '' && !isNamespace) return true
    if (isNamespace && subresource === '' && draft !== undefined) return namespaceSelector.matches(labelsOf(draft))
    const where = isNamespace ? name : namespace
    const stored = this.#storage.get(NAMESPACES, '', where)
    if (stored === undefined) throw notFound(NAMESPACES, where)
    return namespaceSelector.matches(labelsOf(stored.object))
  }

  /** The first rule that names the resource as it was asked for, or else one that names another version of it. */
  #byRules(webhook: Webhook, attributes: AdmissionAttributes): Invocation | undefined {
    const { resource, kind } = attributes
    const { rules = [], matchPolicy } = webhook.spec
    const subject = subjectOf(attributes, resource)
    if (rules.some((rule) => ruleMatches(rule, subject))) return { webhook, resource, kind }
    if (matchPolicy === 'Exact') return undefined
    const others = this.#equivalents.of(resource)
    for (const rule of rules) {
      const other = others.find((one) => ruleMatches(rule, subjectOf(attributes, one)))
      if (other !== undefined) return { webhook, resource: other, kind: kind === resource.gvk ? other.gvk : kind }
    }
    return undefined
  }
}

const isNamespaces = ({ info }: ServedResource): boolean => info.group === '' && info.resource === 'namespaces'

function subjectOf(attributes: AdmissionAttributes, { info }: ServedResource): RuleSubject {
  const { operation, subresource } = attributes
  const { group, version, resource } = info
  return { operation, subresource, group, version, resource, namespace: requestNamespace(attributes) }
}

const labelsOf = (object: Readonly<KubeObject>): Readonly<Record<string, string>> => object.metadata?.labels ?? {}
