import { pathSegmentErrors } from '@kubetape/apimachinery'
import type { Gates } from '@kubetape/client-go-features'
import type { UserInfo } from '../registry/strategy.ts'
import type { RequestInfo } from '../request/request-info.ts'
import type { AccessAttributes, SelectorRequirement } from './authorizer.ts'
import { type ReadSelector, readFieldSelector, readLabelSelector } from './selector-requirements.ts'

const SELECTING = new Set(['list', 'watch', 'deletecollection'])
const NAME = 'metadata.name'

/**
 * What a request asks for. A list or a watch of one name is for that name, so that rules with names let it through; under the gate
 * AuthorizeWithSelectors authorizers also see what selectors limit it to (KEP-4601).
 */
export function accessAttributes(
  { info, query }: { readonly info: RequestInfo; readonly query: URLSearchParams },
  user: UserInfo,
  gates: Gates,
): AccessAttributes {
  if (!info.isResource) return { isResource: false, user, verb: info.verb, path: info.path }
  const { verb, group, version, resource, subresource, namespace } = info
  const plain = { isResource: true, user, verb, group, version, resource, subresource, namespace, name: info.name } as const
  if (query.size === 0 || !SELECTING.has(verb)) return plain
  const fields = selected(query, 'fieldSelector', readFieldSelector)
  const name = plain.name || (verb === 'deletecollection' ? '' : nameOf(fields?.requirements ?? []))
  if (!gates.enabled('AuthorizeWithSelectors')) return { ...plain, name }
  const labels = selected(query, 'labelSelector', readLabelSelector)
  return {
    ...plain,
    name,
    ...(fields === undefined || fields.requirements.length === 0 ? {} : { fieldSelector: fields.requirements }),
    ...(labels === undefined || labels.requirements.length === 0 ? {} : { labelSelector: labels.requirements }),
  }
}

function selected(query: URLSearchParams, name: string, read: (text: string) => ReadSelector): ReadSelector | undefined {
  const text = query.get(name)
  return text === null || text === '' ? undefined : read(text)
}

/** The one name that a field selector lets through, where it can be a name. */
function nameOf(requirements: readonly SelectorRequirement[]): string {
  const name = requirements.find(({ key, operator }) => key === NAME && operator === 'In')?.values[0] ?? ''
  return pathSegmentErrors(name).length === 0 ? name : ''
}
