import { failure } from '@kubetape/apimachinery'
import type { ResourceInfo } from '@kubetape/api'
import type { Verb } from '../request/api-request.ts'

/** Throws 501 for kinds that are questions rather than objects (reviews) and that this release does not answer. */
export function refuseNotServedYet({ group, resource, verbs }: ResourceInfo, verb: Verb): void {
  if (verbs.includes('list')) return
  throw failure(501, undefined, `Cannot ${verb} ${resource}${group ? `.${group}` : ''}: it is not answered by this release of Kubetape yet`)
}
