import { failure, type StatusError } from '@kubetape/apimachinery'
import type { ResourceInfo } from '@kubetape/api'
import type { Verb } from '../request/api-request.ts'

/**
 * Resources that would be accepted and then have no effect, which is worse than a refusal: what they ask for is not enforced by this release. Reading
 * them is answered (there are none).
 */
const WITHOUT_EFFECT: Readonly<Record<string, string>> = {
  'apiregistration.k8s.io/apiservices': 'requests are not passed on to other API servers',
}

/** Throws 501 for what this release does not do: kinds without effect, and kinds that are questions rather than objects (reviews). */
export function refuseNotServedYet(info: ResourceInfo, verb: Verb): void {
  const why = WITHOUT_EFFECT[`${info.group}/${info.resource}`]
  if (why !== undefined && (verb === 'create' || verb === 'update' || verb === 'patch')) throw refusal(info, verb, why)
  if (!info.verbs.includes('list')) throw refusal(info, verb, 'it is not answered')
}

function refusal({ group, resource }: ResourceInfo, verb: Verb, why: string): StatusError {
  return failure(501, undefined, `Cannot ${verb} ${resource}${group ? `.${group}` : ''}: ${why} by this release of Kubetape yet`)
}
