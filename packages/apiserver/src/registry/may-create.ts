import { refusalOf, type ResourceAttributes } from '../auth/authorizer.ts'
import type { RegistryEnvironment, RequestContext } from './environment.ts'

/** Throws 403 where somebody may update an object, or apply to it, but may not create the one that is not there. */
export async function checkMayCreate({ authorizer }: RegistryEnvironment, { request }: RequestContext): Promise<void> {
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
