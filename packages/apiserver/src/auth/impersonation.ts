import type { IncomingHttpHeaders } from 'node:http'
import { internalError } from '@kubetape/apimachinery'
import type { UserInfo } from '../registry/strategy.ts'
import { ANONYMOUS, AUTHENTICATED } from './authenticator.ts'
import { type AccessAttributes, type Authorizer, refusalOf } from './authorizer.ts'

const USER = 'impersonate-user'
const GROUP = 'impersonate-group'
const UID = 'impersonate-uid'
const EXTRA = 'impersonate-extra-'
const AUTHENTICATION = 'authentication.k8s.io'
const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/

/**
 * Who a request is to be judged as (Kubernetes documentation, "User impersonation"): `user`, or whom the Impersonate headers name. Each
 * of the user, the groups, the uid and the extra fields must be allowed by `authorizer`, or it is 403. Headers that name no user are refused.
 */
export async function impersonate(user: UserInfo, headers: IncomingHttpHeaders, authorizer: Authorizer): Promise<UserInfo> {
  const extras = Object.keys(headers).filter((name) => name.startsWith(EXTRA))
  const name = one(headers[USER])
  const groups = listed(headers[GROUP])
  const uid = one(headers[UID])
  if (name === '') {
    if (groups.length === 0 && uid === '' && extras.length === 0) return user
    throw internalError('Cannot impersonate groups, a uid or extra fields: the header Impersonate-User names no user')
  }
  const account = SERVICE_ACCOUNT.exec(name)
  await check(
    authorizer,
    user,
    account === null ? { resource: 'users', name } : { resource: 'serviceaccounts', namespace: account[1]!, name: account[2]! },
  )
  for (const group of groups) await check(authorizer, user, { resource: 'groups', name: group })
  if (uid) await check(authorizer, user, { group: AUTHENTICATION, resource: 'uids', name: uid })
  for (const header of extras) {
    const subresource = decodeURIComponent(header.slice(EXTRA.length))
    for (const value of listed(headers[header]))
      await check(authorizer, user, { group: AUTHENTICATION, resource: 'userextras', subresource, name: value })
  }
  const extra = Object.fromEntries(extras.map((header) => [decodeURIComponent(header.slice(EXTRA.length)), listed(headers[header])]))
  return { name, groups: groupsOf(name, groups), ...(uid ? { uid } : {}), ...(extras.length > 0 ? { extra } : {}) }
}

/** Throws 403 unless `user` may impersonate this. */
async function check(
  authorizer: Authorizer,
  user: UserInfo,
  {
    group = '',
    resource,
    subresource = '',
    namespace = '',
    name,
  }: { group?: string; resource: string; subresource?: string; namespace?: string; name: string },
): Promise<void> {
  const version = group === AUTHENTICATION ? 'v1' : ''
  const attributes: AccessAttributes = {
    user,
    verb: 'impersonate',
    isResource: true,
    group,
    version,
    resource,
    subresource,
    namespace,
    name,
  }
  const decision = await authorizer.authorize(attributes)
  if (decision.verdict !== 'allow') throw refusalOf(attributes, decision)
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
