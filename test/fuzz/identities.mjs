// Who sends a request: mostly the administrator, sometimes somebody who may do nothing, with and without credentials that are any good.

/** What nobody may be let in with. */
const BAD_CREDENTIALS = [
  'Bearer x',
  'Bearer ..',
  'Bearer a.b.c',
  `Bearer ${encoded({ alg: 'none' })}.${encoded({ iss: 'https://kubernetes.default.svc.cluster.local', sub: 'system:serviceaccount:default:default' })}.`,
  `Bearer ${encoded({ alg: 'HS256' })}.${encoded({ iss: 'kubernetes/serviceaccount' })}.eA`,
  `Bearer ${encoded(null)}.${encoded(null)}.${encoded(null)}`,
  `Bearer ${'a'.repeat(20_000)}`,
  'bearer usertokenx',
]
const NO_CREDENTIALS = [undefined, 'Basic amFuZTpqYW5l', 'Bearer ', 'Bearer  usertoken', 'Negotiate x', '', ',']
/** Headers that only who may impersonate has any right to. */
const IMPERSONATIONS = [
  ['Impersonate-User', 'admin'],
  ['Impersonate-User', 'system:serviceaccount:kube-system:default'],
  ['impersonate-user', ''],
  ['Impersonate-User', 'jane, admin'],
  ['Impersonate-Group', 'system:masters'],
  ['IMPERSONATE-GROUP', 'dev,system:masters'],
  ['Impersonate-Uid', '1'],
  ['Impersonate-Extra-a%2Fb', 'c'],
  ['Impersonate-Extra-%zz', 'c'],
  ['Impersonate-Extra-__proto__', 'c'],
]

function encoded(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** Who asks: `{ who, headers }`. `who` is `admin`, `jane` (known, without rights), `account` (a service account), `nobody` (without credentials) or `refused`. */
export function identityOf(random, { admin, account }) {
  const drawn = random.below(100)
  if (drawn < 80) return { who: 'admin', headers: { authorization: `Bearer ${admin}` } }
  const more = random.chance(0.2) ? Object.fromEntries([random.pick(IMPERSONATIONS), random.pick(IMPERSONATIONS)]) : {}
  const cause = random.chance(0.1) ? { 'kubetape-cause': 'run:a/1' } : {}
  const as = (who, authorization) => ({ who, headers: { ...more, ...cause, ...(authorization === undefined ? {} : { authorization }) } })
  if (drawn < 88) return as('jane', 'Bearer usertoken')
  if (drawn < 92) return as('account', `Bearer ${account}`)
  return drawn < 96 ? as('nobody', random.pick(NO_CREDENTIALS)) : as('refused', random.pick(BAD_CREDENTIALS))
}

/** Kinds that whoever is known may ask about themselves. */
const ABOUT_SELF = /\/(selfsubjectaccessreviews|selfsubjectrulesreviews|selfsubjectreviews)([/?]|$)/
/** Refused before anything is looked at: nobody, not allowed, too many, and what is no HTTP. */
const REFUSALS = new Set([0, 400, 401, 403, 408, 413, 429, 431])

/** What is wrong with an answer to somebody who may do nothing; undefined where nothing is. */
export function accessProblem(who, { path, headers }, code) {
  if (who === 'admin') return undefined
  // A path with letters that no path has is refused before anybody looks at who asks.
  const isHttp = !/[^\x21-\x7e]/.test(path)
  if (who === 'refused' && code !== 401 && isHttp && code !== 0) return `${code} for credentials that are no good`
  const parts = path
    .split('?')[0]
    .split('/')
    .filter((part) => part !== '')
  const isResource = (parts[0] === 'api' && parts.length >= 3) || (parts[0] === 'apis' && parts.length >= 4)
  if (!isResource || (ABOUT_SELF.test(path) && who !== 'nobody')) return undefined
  if (REFUSALS.has(code)) return undefined
  // Upstream answers so to who impersonates without naming a user.
  const impersonates = Object.keys(headers).some((name) => name.toLowerCase().startsWith('impersonate-'))
  return code === 500 && impersonates ? undefined : `${code} for somebody who may do nothing (${who})`
}
