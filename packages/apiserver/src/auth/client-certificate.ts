import type { Clock } from '@kubetape/determinism'
import type { UserInfo } from '../registry/strategy.ts'
import { COMMON_NAME, ORGANIZATION, subjectValues } from '../x509/distinguished-name.ts'
import { certificatesOf, chainProblem } from '../x509/verify-chain.ts'
import { AuthenticationError, type Authenticator } from './authenticator.ts'
import { peerCertificates } from './peer-certificate.ts'

/**
 * Client certificates of these CAs (PEM): the common name is the user, organisations are groups. One of another CA, or past its time, is a wrong
 * credential; so is one that was signed with SHA-1, which is no longer believed in v1.31.
 */
export function clientCertificates(ca: string, clock: Clock): Authenticator {
  const cas = certificatesOf(ca)
  /** Who is on a connection does not change while it lasts: its certificate is judged once, and again when its time is over. */
  const known = new WeakMap<object, { readonly user: UserInfo; readonly untilMs: number }>()
  return {
    authenticate(request) {
      const before = known.get(request.socket)
      if (before !== undefined && clock.wallMs() <= before.untilMs) return before.user
      const [leaf, ...sent] = peerCertificates(request)
      if (leaf === undefined) return undefined
      const problem = chainProblem(leaf, sent, cas, clock.wallMs())
      if (problem !== undefined) throw new AuthenticationError(problem)
      const name = subjectValues(leaf, COMMON_NAME).at(-1)
      if (name === undefined || name === '') return undefined
      const user = { name, groups: subjectValues(leaf, ORGANIZATION) }
      known.set(request.socket, { user, untilMs: Date.parse(leaf.validTo) })
      return user
    },
  }
}
