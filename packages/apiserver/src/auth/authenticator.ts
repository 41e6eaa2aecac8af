import type { TLSSocket } from 'node:tls'
import type { IncomingMessage } from 'node:http'
import { unauthorized } from '@kubetape/apimachinery'
import type { UserInfo } from '../registry/strategy.ts'

/** Finds out who asks. Undefined: this method has nothing to say. Throws 401 when credentials are there and wrong. */
export interface Authenticator {
  /** `warn` is for what the client should know although it is let in, or as nobody. Answers at once unless somebody else must be asked. */
  authenticate(request: IncomingMessage, warn: (text: string) => void): UserInfo | undefined | Promise<UserInfo | undefined>
}

export const AUTHENTICATED = 'system:authenticated'
export const ANONYMOUS: UserInfo = Object.freeze({ name: 'system:anonymous', groups: ['system:unauthenticated'] })

/** Bearer tokens that are known beforehand: the token file's, and the one of the kubeconfig that `up` writes. */
export function tokenAuthenticator(tokens: ReadonlyMap<string, UserInfo>): Authenticator {
  return {
    authenticate(request, warn) {
      const [scheme = '', token = '', ...rest] = (request.headers.authorization ?? '').trim().split(' ')
      if (scheme.toLowerCase() !== 'bearer') return undefined
      if (token === '') {
        if (rest.length > 0) warn('the provided Authorization header contains extra space before the bearer token, and is ignored')
        return undefined
      }
      const user = tokens.get(token)
      if (user === undefined) throw unauthorized()
      return user
    },
  }
}

/** Client certificates signed by our CA: the common name is the user, organisations are groups. */
export function certificateAuthenticator(): Authenticator {
  return {
    authenticate(request) {
      const socket = request.socket as TLSSocket
      if (typeof socket.getPeerCertificate !== 'function' || !socket.authorized) return undefined
      const { subject } = socket.getPeerCertificate()
      if (subject === undefined || !subject.CN) return undefined
      const organisations = subject.O === undefined ? [] : Array.isArray(subject.O) ? subject.O : [subject.O]
      return { name: String(subject.CN), groups: organisations }
    },
  }
}

/** The first method that knows the user decides; nobody is anonymous. Authenticated users are in system:authenticated. */
export async function authenticate(
  authenticators: readonly Authenticator[],
  request: IncomingMessage,
  warn: (text: string) => void = () => {},
): Promise<UserInfo> {
  for (const one of authenticators) {
    const answer = one.authenticate(request, warn)
    const user = answer instanceof Promise ? await answer : answer
    if (user !== undefined) return user.groups.includes(AUTHENTICATED) ? user : { ...user, groups: [...user.groups, AUTHENTICATED] }
  }
  return ANONYMOUS
}

/**
 * Reads kube-apiserver's token file: CSV lines `token,user,uid[,"group1,group2"]`. Throws on a line that is not of that form, naming it.
 */
export function parseTokenFile(text: string, file: string): Map<string, UserInfo> {
  const tokens = new Map<string, UserInfo>()
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const cells = [...line.matchAll(/\s*(?:"([^"]*)"|([^,]*))(?:,|$)/g)].map((match) => (match[1] ?? match[2] ?? '').trim())
    const [token, name, uid, groups = ''] = cells
    if (!token || !name || uid === undefined)
      throw new Error(`Cannot read token file "${file}": line ${at + 1} is not token,user,uid,"groups"`)
    tokens.set(token, { name, ...(uid ? { uid } : {}), groups: groups.split(',').filter(Boolean) })
  }
  return tokens
}
