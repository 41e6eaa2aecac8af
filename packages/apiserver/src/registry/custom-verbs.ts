import { methodNotSupported, notFound, StatusError } from '@kubetape/apimachinery'
import type { ApiRequest } from '../request/api-request.ts'
import type { ServedResource } from './served-resource.ts'

/** Verbs that a namespaced custom resource has outside of namespaces. */
const ACROSS_NAMESPACES: ReadonlySet<string> = new Set(['list', 'watch'])

/** Where a request goes. */
export interface Place {
  readonly verb: string
  readonly namespace: string
}

/** Whether a custom resource is served there: namespaced ones within namespaces, others without. Upstream answers its text page elsewhere. */
export function isServedAt({ info }: ServedResource, { verb, namespace }: Place): boolean {
  if (!info.namespaced) return namespace === ''
  return namespace !== '' || ACROSS_NAMESPACES.has(verb)
}

/** Throws what refuses a verb of a custom resource: 404 for a subresource that it does not have, 405 for what it, or its definition's end, does not allow. */
export function checkCustomVerb(resource: ServedResource, { verb, subresource, name }: ApiRequest): void {
  if (subresource !== '') {
    const found = resource.info.subresources.find((one) => one.name === subresource)
    if (found === undefined) throw notFound(resource.named, name)
    if (!found.verbs.includes(verb)) throw methodNotSupported(resource.named, verb)
  } else if (verb === 'create' && resource.terminating) {
    const { status } = methodNotSupported(resource.named, verb)
    throw new StatusError({ ...status, message: `${verb} not allowed while custom resource definition is terminating` })
  }
}
