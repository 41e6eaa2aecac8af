import { isNotFound } from '@kubetape/apimachinery'
import type { ApiResult } from '../request/api-request.ts'
import { deleteObject, dryOf, withMembers } from './delete.ts'
import { deletionOptions } from './deletion-options.ts'
import type { RegistryEnvironment, RequestContext } from './environment.ts'
import { readList } from './object-store.ts'
import { checkListOptions } from './list-options.ts'
import { matcher } from './selectors.ts'
import type { ServedResource } from './served-resource.ts'

/** DELETE of a collection: each matching object by itself; the answer is the list of what was there. */
export async function deleteCollection(
  environment: RegistryEnvironment,
  resource: ServedResource,
  context: RequestContext,
): Promise<ApiResult> {
  const { request } = context
  checkListOptions(request.options, environment, false)
  const options = deletionOptions(context)
  const list = readList(environment, resource, { namespace: context.namespace, matches: matcher(resource, request) })
  const whole = dryOf(context, options)
  for (const { name, namespace } of list.items) {
    const one = withMembers(whole, { request: { ...request, name, namespace }, namespace })
    try {
      await deleteObject(environment, resource, one, name, options)
    } catch (error) {
      // Somebody else deleted it first: that is what was asked for.
      if (!isNotFound(error)) throw error
    }
  }
  return { type: 'list', code: 200, list }
}
