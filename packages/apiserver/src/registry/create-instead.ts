import { isAlreadyExists, notFound } from '@kubetape/apimachinery'
import { refusalOf, type ResourceAttributes } from '../auth/authorizer.ts'
import type { ApiResult } from '../request/api-request.ts'
import { applyDraft } from './apply.ts'
import { createObject } from './create.ts'
import type { RegistryEnvironment, RequestContext } from './environment.ts'
import { checkPlace } from './object-place.ts'
import type { ServedResource } from './served-resource.ts'
import type { Draft } from './strategy.ts'

/** A PUT of some kinds, and every apply, makes an object that is not there; undefined when somebody else was faster. */
export async function createInstead(
  environment: RegistryEnvironment,
  resource: ServedResource,
  context: RequestContext,
  fromBody: Draft | undefined,
): Promise<ApiResult | undefined> {
  const { request } = context
  const isApply = request.patchType === 'apply'
  if (request.subresource !== '' || !(isApply || (fromBody !== undefined && resource.strategy.createOnUpdate)))
    throw notFound(resource.named, request.name)
  const draft = fromBody ?? applyDraft(resource, context, undefined)
  if (isApply) checkPlace(resource, context, draft)
  // Upstream takes no notice of the version of what is not there.
  delete draft.metadata?.resourceVersion
  await checkMayCreate(environment, context)
  try {
    return await createObject(environment, resource, context, draft)
  } catch (error) {
    if (isAlreadyExists(error)) return undefined
    throw error
  }
}

/** Throws 403 where somebody may update an object, or apply to it, but may not create the one that is not there. */
async function checkMayCreate({ authorizer }: RegistryEnvironment, { request }: RequestContext): Promise<void> {
  const { user, group, version, resource, namespace, name } = request
  const attributes: ResourceAttributes = {
    user,
    verb: 'create',
    isResource: true,
    group,
    version,
    resource,
    subresource: '',
    namespace,
    name,
  }
  const decision = await authorizer.authorize(attributes)
  if (decision.verdict !== 'allow') throw refusalOf(attributes, decision)
}
