import type { IncomingHttpHeaders } from 'node:http'
import { forbiddenError, internalError } from '@kubetape/apimachinery'
import type { UserInfo } from '../registry/strategy.ts'
import { ANONYMOUS, AUTHENTICATED } from './authenticator.ts'

const USER = 'impersonate-user'
const GROUP = 'impersonate-group'
const UID = 'impersonate-uid'
const EXTRA = 'impersonate-extra-'
const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):[^:]+$/

/**
 * Who a request is to be judged as (Kubernetes documentation, "User impersonation"): `user`, or whom the Impersonate headers name. Only system:masters may
 * impersonate until RBAC exists; others get 403. Headers that name no user are refused.
 */
export function impersonate(user: UserInfo, headers: IncomingHttpHeaders): UserInfo {
  const extras = Object.keys(headers).filter((name) => name.startsWith(EXTRA))
  const name = one(headers[USER])
  const groups = listed(headers[GROUP])
  const uid = one(headers[UID])
  if (name === '') {
    if (groups.length === 0 && uid === '' && extras.length === 0) return user
    throw internalError('Cannot impersonate groups, a uid or extra fields: the header Impersonate-User names no user')
  }
  if (!user.groups.includes('system:masters')) {
    throw forbiddenError(
      { group: '', resource: 'users' },
      name,
      `User ${JSON.stringify(user.name)} cannot impersonate resource "users" in API group "" at the cluster scope`,
    )
  }
  const extra = Object.fromEntries(extras.map((header) => [decodeURIComponent(header.slice(EXTRA.length)), listed(headers[header])]))
  return { name, groups: groupsOf(name, groups), ...(uid ? { uid } : {}), ...(extras.length > 0 ? { extra } : {}) }
}

/** A service account is in the groups of its kind unless groups are named; whoever is not anonymous is authenticated. */
function groupsOf(name: string, named: readonly string[]): string[] {
  const account = SERVICE_ACCOUNT.exec(name)
  const groups = named.length === 0 && account !== null ? ['system:serviceaccounts', `system:serviceaccounts:${account[1]}`] : [...named]
  const implied = name === ANONYMOUS.name ? ANONYMOUS.groups[0]! : AUTHENTICATED
  return groups.includes(implied) || groups.includes(ANONYMOUS.groups[0]!) ? groups : [...groups, implied]
}

const one = (header: string | string[] | undefined): string => listed(header)[0] ?? ''

/** Node joins repeated headers that it does not know with a comma. */
function listed(header: string | string[] | undefined): string[] {
  if (header === undefined) return []
  return (Array.isArray(header) ? header : header.split(',')).map((text) => text.trim()).filter((text) => text !== '')
}
