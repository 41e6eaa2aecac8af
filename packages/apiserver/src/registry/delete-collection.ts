import { isNotFound } from '@kubetape/apimachinery'
import type { StoredObject } from '@kubetape/storage'
import type { ApiResult } from '../request/api-request.ts'
import { deleteObject, dryOf, withMembers } from './delete.ts'
import { deletionOptions } from './deletion-options.ts'
import type { RegistryEnvironment, RequestContext } from './environment.ts'
import { checkListOptions } from './list-options.ts'
import { requestedList } from './read.ts'
import type { ServedResource } from './served-resource.ts'

/** So many objects are deleted at once: they share commits, and a large collection does not keep everybody else waiting. */
const AT_ONCE_MAX = 100

/**
 * DELETE of a collection: each matching object by itself; the answer is the list of what was there. A limit makes it one page of the collection, whose
 * answer says where to go on. The first refusal ends it.
 */
export async function deleteCollection(
  environment: RegistryEnvironment,
  resource: ServedResource,
  context: RequestContext,
): Promise<ApiResult> {
  const { request } = context
  checkListOptions(request.options, environment, false)
  const options = deletionOptions(context)
  const list = await requestedList(environment, resource, request)
  const whole = dryOf(context, options)
  const deleteOne = async ({ name, namespace }: StoredObject): Promise<void> => {
    const one = withMembers(whole, { request: { ...request, name, namespace }, namespace })
    try {
      await deleteObject(environment, resource, one, name, options)
    } catch (error) {
      // Somebody else deleted it first: that is what was asked for.
      if (!isNotFound(error)) throw error
    }
  }
  for (let at = 0; at < list.items.length; at += AT_ONCE_MAX) await Promise.all(list.items.slice(at, at + AT_ONCE_MAX).map(deleteOne))
  return { type: 'list', code: 200, list }
}
