import type { SubjectAccessReviewSpec } from '@kubetape/api/types/authorization/v1'
import type { AccessAttributes, SelectorRequirement } from '../../auth/authorizer.ts'
import { type ReadSelector, readFieldSelector, readLabelSelector } from '../../auth/selector-requirements.ts'
import type { UserInfo } from '../strategy.ts'

/** A selector as a review states it: as a text, or by its requirements. */
export interface SelectorAttributes {
  readonly rawSelector?: string
  readonly requirements?: readonly { readonly key?: string; readonly operator?: string; readonly values?: readonly string[] }[]
}

/** What a review asks, and what of it could not be read. */
export interface Question {
  readonly attributes: AccessAttributes
  /** Upstream's words for selectors that were left out. */
  readonly problems: readonly string[]
}

const NOTHING_READ: ReadSelector = { requirements: [], failed: false }
const LABEL_OPERATORS = new Set<string>(['In', 'NotIn', 'Exists', 'DoesNotExist'])

/** Whom a review is about. */
export function userOf({ user = '', uid, groups = [], extra }: SubjectAccessReviewSpec): UserInfo {
  return {
    name: user,
    groups,
    ...(uid ? { uid } : {}),
    ...(extra === undefined ? {} : { extra: extra }),
  }
}

/** The question of a review that was found valid. */
export function questionOf(spec: SubjectAccessReviewSpec, user: UserInfo): Question {
  const { resourceAttributes: wanted, nonResourceAttributes } = spec
  if (!wanted) {
    const { path = '', verb = '' } = nonResourceAttributes ?? {}
    return { attributes: { user, isResource: false, path, verb }, problems: [] }
  }
  const fields = fieldSelectorOf(wanted.fieldSelector)
  const labels = labelSelectorOf(wanted.labelSelector)
  return {
    attributes: {
      user,
      isResource: true,
      verb: wanted.verb ?? '',
      group: wanted.group ?? '',
      version: wanted.version ?? '',
      resource: wanted.resource ?? '',
      subresource: wanted.subresource ?? '',
      namespace: wanted.namespace ?? '',
      name: wanted.name ?? '',
      ...(fields.requirements.length === 0 ? {} : { fieldSelector: fields.requirements }),
      ...(labels.requirements.length === 0 ? {} : { labelSelector: labels.requirements }),
    },
    problems: [...problemOf('fieldSelector', fields), ...problemOf('labelSelector', labels)],
  }
}

function problemOf(which: string, { requirements, failed }: ReadSelector): string[] {
  const what = requirements.length > 0 ? 'partially ignored' : 'ignored'
  return failed ? [`spec.resourceAttributes.${which} ${what} due to parse error`] : []
}

/** Field selectors compare with one value; whatever else is asked for is left out, which only widens the question. */
function fieldSelectorOf(selector: SelectorAttributes | undefined): ReadSelector {
  if (selector === undefined) return NOTHING_READ
  if (selector.rawSelector) return readFieldSelector(selector.rawSelector)
  return readEach(selector, ({ operator, values }) => (operator === 'In' || operator === 'NotIn') && values.length === 1)
}

function labelSelectorOf(selector: SelectorAttributes | undefined): ReadSelector {
  if (selector === undefined) return NOTHING_READ
  if (selector.rawSelector) return readLabelSelector(selector.rawSelector)
  return readEach(selector, ({ operator }) => LABEL_OPERATORS.has(operator))
}

function readEach({ requirements = [] }: SelectorAttributes, isKnown: (one: SelectorRequirement) => boolean): ReadSelector {
  const all = requirements.map(({ key = '', operator = '', values = [] }) => ({ key, operator, values }) as SelectorRequirement)
  const known = all.filter(isKnown)
  return { requirements: known, failed: known.length < all.length }
}
