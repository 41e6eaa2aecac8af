import { type Authorizer, NO_OPINION } from './authorizer.ts'
import { AUTHENTICATED } from './authenticator.ts'

/** Paths that everybody may read: ClusterRole system:public-info-viewer. */
const PUBLIC = /^\/(healthz|livez|readyz|version\/?)$/
/** Paths that authenticated users may read: ClusterRole system:discovery. */
const DISCOVERY = /^\/(api|api\/.*|apis|apis\/.*|healthz|livez|openapi|openapi\/.*|readyz|version|version\/)$/

/** Paths that service accounts may read: ClusterRole system:service-account-issuer-discovery. */
const ISSUER = /^\/(\.well-known\/openid-configuration|openid\/v1\/jwks)\/?$/

/** What v1.31's bootstrap roles let everybody read without any further binding. */
export const publicPaths: Authorizer = {
  authorize(attributes) {
    if (attributes.isResource || attributes.verb !== 'get') return NO_OPINION
    const { path, user } = attributes
    const may =
      PUBLIC.test(path) ||
      (user.groups.includes(AUTHENTICATED) && DISCOVERY.test(path)) ||
      (user.groups.includes('system:serviceaccounts') && ISSUER.test(path))
    return may ? { verdict: 'allow', reason: '' } : NO_OPINION
  },
}
