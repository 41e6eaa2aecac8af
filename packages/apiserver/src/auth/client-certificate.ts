import type { TLSSocket } from 'node:tls'
import { X509Certificate } from 'node:crypto'
import { type Authenticator, AuthenticationError } from './authenticator.ts'
import { signedWithSha1 } from '../x509/weak-signature.ts'

/**
 * Client certificates that our CA signed: the common name is the user, organisations are groups. One of another CA, or past its time, is a wrong
 * credential; so is one that was signed with SHA-1, which is no longer believed in v1.31.
 */
export function clientCertificates(): Authenticator {
  return {
    authenticate(request) {
      const socket = request.socket as TLSSocket
      if (typeof socket.getPeerCertificate !== 'function') return undefined
      const { subject, raw } = socket.getPeerCertificate()
      if (subject === undefined) return undefined
      if (!socket.authorized) throw new AuthenticationError(`x509: ${String(socket.authorizationError ?? 'certificate not valid')}`)
      if (raw !== undefined && signedWithSha1(new X509Certificate(raw)))
        throw new AuthenticationError('x509: cannot verify signature: insecure algorithm SHA1')
      if (!subject.CN) return undefined
      const organisations = subject.O === undefined ? [] : Array.isArray(subject.O) ? subject.O : [subject.O]
      return { name: String(subject.CN), groups: organisations }
    },
  }
}
