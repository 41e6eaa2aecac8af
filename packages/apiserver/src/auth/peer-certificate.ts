import type { X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'

const CHAIN_MAX = 10

/** The certificate that a client showed, then those that it sent with it; none without TLS, or where it showed none. */
export function peerCertificates({ socket }: IncomingMessage): X509Certificate[] {
  if (!('getPeerX509Certificate' in socket)) return []
  const chain: X509Certificate[] = []
  let next = (socket as TLSSocket).getPeerX509Certificate()
  while (next !== undefined && chain.length < CHAIN_MAX && !chain.includes(next)) {
    chain.push(next)
    next = next.issuerCertificate
  }
  return chain
}
