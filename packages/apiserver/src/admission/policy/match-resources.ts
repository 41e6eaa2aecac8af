import type { MatchResources, NamedRuleWithOperations } from '@kubetape/api/types/admissionregistration/v1'
import { type KubeObject, type LabelSelector, labelSelectorOf } from '@kubetape/apimachinery'
import type { Storage } from '@kubetape/storage'
import type { Registry } from '../../registry/registry.ts'
import type { ServedResource } from '../../registry/served-resource.ts'
import type { AdmissionAttributes } from '../admission.ts'
import { ruleMatches } from '../webhook/rule-match.ts'
import type { EquivalentResources } from './equivalent-resources.ts'

/** What of the server matching looks at. */
export interface MatchSources {
  readonly storage: Storage
  readonly registry: () => Registry
  readonly equivalents: EquivalentResources
}

type Rule = NamedRuleWithOperations

/** Which requests a policy or a binding is about; compiled once. */
export class ResourceMatcher {
  readonly #namespaces: LabelSelector
  readonly #objects: LabelSelector
  readonly #rules: readonly Rule[]
  readonly #excluded: readonly Rule[]
  readonly #equivalent: boolean

  constructor({ namespaceSelector, objectSelector, resourceRules, excludeResourceRules, matchPolicy }: MatchResources) {
    this.#namespaces = labelSelectorOf(namespaceSelector ?? {})
    this.#objects = labelSelectorOf(objectSelector ?? {})
    this.#rules = resourceRules ?? []
    this.#excluded = excludeResourceRules ?? []
    this.#equivalent = matchPolicy !== 'Exact'
  }

  /** The version of the resource in which the request is matched; undefined when it is not. Without rules everything is matched. */
  match(attributes: AdmissionAttributes, sources: MatchSources): ServedResource | undefined {
    // Rules first: they are cheap, and nearly always say no.
    const resource = this.#rules.length === 0 ? attributes.resource : this.#matching(this.#rules, attributes, sources)
    if (resource === undefined) return undefined
    if (this.#excluded.length > 0 && this.#matching(this.#excluded, attributes, sources) !== undefined) return undefined
    if (!this.#objects.empty && !selectsObject(this.#objects, attributes)) return undefined
    if (!this.#namespaces.empty && !selectsNamespace(this.#namespaces, attributes, sources.storage)) return undefined
    return resource
  }

  /** The resource that a rule is about: the one that was asked for, or another of the same objects. */
  #matching(rules: readonly Rule[], attributes: AdmissionAttributes, { equivalents }: MatchSources): ServedResource | undefined {
    if (rules.some((rule) => isAbout(rule, attributes.resource, attributes))) return attributes.resource
    if (!this.#equivalent) return undefined
    if (!rules.some(({ operations }) => operations?.some((one) => one === '*' || one === attributes.operation))) return undefined
    return equivalents.of(attributes.resource).find((other) => rules.some((rule) => isAbout(rule, other, attributes)))
  }
}

function isAbout(rule: Rule, { info }: ServedResource, { operation, subresource, namespace, name }: AdmissionAttributes): boolean {
  const { resourceNames = [] } = rule
  if (resourceNames.length > 0 && !resourceNames.includes(name)) return false
  const { group, version, resource } = info
  return ruleMatches(rule, { operation, subresource, namespace, group, version, resource })
}

function selectsObject(selector: LabelSelector, { draft, old }: AdmissionAttributes): boolean {
  const selects = (object: Readonly<KubeObject> | undefined): boolean =>
    object?.metadata !== undefined && selector.matches(object.metadata.labels)
  return selects(draft) || selects(old)
}

/** Objects outside of namespaces are always selected; a namespace by its own labels, as they will be. */
function selectsNamespace(selector: LabelSelector, attributes: AdmissionAttributes, storage: Storage): boolean {
  const { info } = attributes.resource
  const ofNamespace = info.group === '' && info.resource === 'namespaces'
  if (ofNamespace && attributes.subresource === '' && attributes.draft !== undefined)
    return selector.matches(attributes.draft.metadata?.labels)
  const name = ofNamespace ? attributes.name : attributes.namespace
  if (name === '') return true
  return selector.matches(storage.get({ group: '', resource: 'namespaces' }, '', name)?.object.metadata?.labels)
}
