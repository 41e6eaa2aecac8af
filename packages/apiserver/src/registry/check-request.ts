import { failure, type GroupResource, type StatusError } from '@kubetape/apimachinery'
import type { ResourceInfo } from '@kubetape/api'
import type { ApiRequest } from '../request/api-request.ts'
import { checkWriteOptions } from '../request/write-options.ts'

/** The refusal of a path that a known group does not have. */
export const pathNotFound = (): StatusError => failure(404, 'NotFound', 'the server could not find the requested resource', {})

/** The refusal of a method that the resource does not have. */
export const methodNotAllowed = (): StatusError =>
  failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {})

/** What no request may ask for, however it came: throws 404 or 405 for where it goes, and 422 for options that only other writes have. */
export function checkRequest({ info, custom }: { info: Pick<ResourceInfo, 'namespaced'>; custom: boolean }, request: ApiRequest): void {
  // Where custom resources are is decided before, and what is posted to one of them is a new one all the same.
  if (!custom) checkPath(info.namespaced, request)
  checkWriteOptions(request.options, request.verb, request.patchType === 'apply')
}

/**
 * Throws 404 for a path that goes through a namespace to an object of the cluster. NOTE: authorization has been for that namespace, so whoever may do
 * everything there would reach the whole cluster.
 */
export function checkNotInNamespace(
  { info, named }: { info: Pick<ResourceInfo, 'namespaced'>; named: GroupResource },
  { namespace, name }: Pick<ApiRequest, 'namespace' | 'name'>,
): void {
  if (info.namespaced || namespace === '') return
  // Requests for a namespace itself are judged as requests within it.
  const isItself = named.group === '' && named.resource === 'namespaces' && namespace === name
  if (!isItself) throw pathNotFound()
}

/** Collections and objects have paths, and methods, of their own; those of namespaced kinds are within a namespace, except to list and to watch. */
function checkPath(namespaced: boolean, { verb, name, namespace, subresource }: ApiRequest): void {
  const nowhere = namespaced && namespace === ''
  if (nowhere && name !== '' && verb !== 'watch') throw pathNotFound()
  if ((verb === 'update' || verb === 'patch') && name === '') throw methodNotAllowed()
  if (verb === 'create' && (nowhere || (name !== '' && subresource === ''))) throw methodNotAllowed()
  if (verb === 'deletecollection' && nowhere) throw methodNotAllowed()
}
