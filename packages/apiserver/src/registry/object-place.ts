import { badRequest } from '@kubetape/apimachinery'
import type { RequestContext } from './environment.ts'
import type { ServedResource } from './served-resource.ts'
import type { Draft } from './strategy.ts'

/** The draft's name and namespace are those of the URL; absent ones become them. */
export function checkPlace(resource: ServedResource, context: RequestContext, draft: Draft): void {
  draft.metadata ??= {}
  checkName(context, draft)
  placeInNamespace(resource, context, draft)
}

function checkName({ request }: RequestContext, draft: Draft): void {
  const name = draft.metadata?.name
  if (!name) {
    draft.metadata = { ...draft.metadata, name: request.name }
    return
  }
  if (name !== request.name) throw badRequest(`the name of the object (${name}) does not match the name on the URL (${request.name})`)
}

/** The namespace of the body must be that of the URL; an absent one becomes it. Objects of the cluster lose theirs, as upstream drops it. */
export function placeInNamespace(resource: ServedResource, context: RequestContext, draft: Draft): void {
  const metadata = draft.metadata!
  if (!resource.info.namespaced) {
    delete metadata.namespace
    return
  }
  if (metadata.namespace && metadata.namespace !== context.namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  metadata.namespace = context.namespace
}
