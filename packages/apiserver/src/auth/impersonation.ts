import type { UserInfo } from '../registry/strategy.ts'
import { ANONYMOUS, AUTHENTICATED } from './authenticator.ts'
import { type AccessAttributes, type Authorizer, CannotJudge, refusalOf } from './authorizer.ts'

const PREFIX = 'impersonate-'
const USER = 'impersonate-user'
const GROUP = 'impersonate-group'
const UID = 'impersonate-uid'
const EXTRA = 'impersonate-extra-'
const AUTHENTICATION = 'authentication.k8s.io'
const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/

/** What the Impersonate headers name. */
interface Wanted {
  readonly name: string
  readonly groups: readonly string[]
  readonly uid: string
  /** In the order of the headers. */
  readonly extra: Readonly<Record<string, readonly string[]>>
}

/**
 * Who a request is to be judged as (Kubernetes documentation, "User impersonation"): `user`, or whom the Impersonate headers name. Each
 * of the user, the groups, the uid and the extra fields must be allowed by `authorizer`, or it is 403. `rawHeaders` are names and values in turn:
 * a header may come several times, and its values may hold commas. Throws a CannotJudge where they name no user. A promise only
 * where there are such headers.
 */
export function impersonate(user: UserInfo, rawHeaders: readonly string[], authorizer: Authorizer): UserInfo | Promise<UserInfo> {
  const wanted = wantedBy(rawHeaders)
  return wanted === undefined ? user : impersonated(user, wanted, authorizer)
}

async function impersonated(user: UserInfo, wanted: Wanted, authorizer: Authorizer): Promise<UserInfo> {
  const { name, groups, uid, extra } = wanted
  if (name === '') throw new CannotJudge(`requested ${printWanted(wanted)} without impersonating a user`)
  const account = SERVICE_ACCOUNT.exec(name)
  await check(
    authorizer,
    user,
    account === null ? { resource: 'users', name } : { resource: 'serviceaccounts', namespace: account[1]!, name: account[2]! },
  )
  for (const group of groups) await check(authorizer, user, { resource: 'groups', name: group })
  if (uid) await check(authorizer, user, { group: AUTHENTICATION, resource: 'uids', name: uid })
  for (const [subresource, values] of Object.entries(extra)) {
    for (const value of values) await check(authorizer, user, { group: AUTHENTICATION, resource: 'userextras', subresource, name: value })
  }
  const hasExtra = Object.keys(extra).length > 0
  return { name, groups: groupsOf(name, groups), ...(uid ? { uid } : {}), ...(hasExtra ? { extra } : {}) }
}

/** Undefined without any such header. */
function wantedBy(rawHeaders: readonly string[]): Wanted | undefined {
  let isAny = false
  let [name, uid] = ['', '']
  const groups: string[] = []
  // Keys are the client's: none may mean anything else.
  const extra = Object.create(null) as Record<string, string[]>
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const header = rawHeaders[at]!.toLowerCase()
    if (!header.startsWith(PREFIX)) continue
    const value = rawHeaders[at + 1]!
    if (header === USER) name ||= value
    else if (header === UID) uid ||= value
    else if (header === GROUP) groups.push(value)
    else if (header.startsWith(EXTRA)) (extra[extraKey(header.slice(EXTRA.length))] ??= []).push(value)
    else continue
    isAny ||= value !== '' || header.startsWith(EXTRA) || header === GROUP
  }
  return isAny ? { name, groups, uid, extra } : undefined
}

/** Keys are percent-encoded where headers may not hold them; what is none stays as it is. */
function extraKey(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** What is wanted as Go prints a list of object references. */
function printWanted({ groups, uid, extra }: Wanted): string {
  const version = `${AUTHENTICATION}/v1`
  const all = [
    ...groups.map((group) => `{Group  ${group}    }`),
    ...Object.entries(extra).flatMap(([key, values]) => values.map((value) => `{UserExtra  ${value}  ${version}  ${key}}`)),
    ...(uid === '' ? [] : [`{UID  ${uid}  ${version}  }`]),
  ]
  return `[${all.join(' ')}]`
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
