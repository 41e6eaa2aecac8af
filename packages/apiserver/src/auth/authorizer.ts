import { failure } from '@kubetape/apimachinery'
import { formatGroupResource } from '@kubetape/apimachinery'
import type { UserInfo } from '../registry/strategy.ts'
import { AUTHENTICATED } from './authenticator.ts'

/** What somebody wants to do: to a resource, or to another path. */
export type AccessAttributes =
  | { readonly user: UserInfo; readonly verb: string; readonly path: string; readonly isResource: false }
  | {
      readonly user: UserInfo
      readonly verb: string
      readonly isResource: true
      readonly group: string
      readonly version: string
      readonly resource: string
      readonly subresource: string
      readonly namespace: string
      readonly name: string
    }

/** Paths that everybody may read: ClusterRole system:public-info-viewer. */
const PUBLIC = /^\/(healthz|livez|readyz|version\/?)$/
/** Paths that authenticated users may read: ClusterRole system:discovery. */
const DISCOVERY = /^\/(api|api\/.*|apis|apis\/.*|healthz|livez|openapi|openapi\/.*|readyz|version|version\/)$/

/**
 * Who may do what until RBAC exists (issue 'The API server'): system:masters everything, everybody what v1.31's bootstrap roles give without
 * any further binding. Throws 403 with upstream's words.
 */
export function authorize(attributes: AccessAttributes): void {
  const { user } = attributes
  if (user.groups.includes('system:masters')) return
  if (!attributes.isResource) {
    const { path, verb } = attributes
    if (verb === 'get' && (PUBLIC.test(path) || (user.groups.includes(AUTHENTICATED) && DISCOVERY.test(path)))) return
    throw failure(403, 'Forbidden', `forbidden: User ${JSON.stringify(user.name)} cannot ${verb} path ${JSON.stringify(path)}`, {})
  }
  throw forbiddenResource(attributes)
}

function forbiddenResource(attributes: Extract<AccessAttributes, { isResource: true }>): Error {
  const { user, verb, group, resource, subresource, namespace, name } = attributes
  const full = subresource ? `${resource}/${subresource}` : resource
  const where = namespace ? ` in the namespace ${JSON.stringify(namespace)}` : ' at the cluster scope'
  const what = `${formatGroupResource({ group, resource })}${name ? ` ${JSON.stringify(name)}` : ''}`
  return failure(
    403,
    'Forbidden',
    `${what} is forbidden: User ${JSON.stringify(user.name)} cannot ${verb} resource ${JSON.stringify(full)} in API group ${JSON.stringify(group)}${where}`,
    { ...(name ? { name } : {}), ...(group ? { group } : {}), kind: resource },
  )
}
