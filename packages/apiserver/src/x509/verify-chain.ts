import { X509Certificate } from 'node:crypto'
import { pemBlocks } from './pem.ts'
import { signedWithSha1 } from './weak-signature.ts'

/** The use that a client's certificate must be for (RFC 5280, id-kp-clientAuth), and the one that is for all. */
const CLIENT_USES = new Set(['1.3.6.1.5.5.7.3.2', '2.5.29.37.0'])
/** Certificates between a client's and its CA. */
const INTERMEDIATES_MAX = 8

/** The certificates of a PEM text. Throws where one is none. */
export function certificatesOf(pem: string): X509Certificate[] {
  return pemBlocks(pem)
    .filter(({ type }) => type === 'CERTIFICATE')
    .map(({ bytes }) => new X509Certificate(bytes))
}

/**
 * Why a client's certificate, with those that came with it, is of none of these CAs; undefined where it is. What TLS has verified is of some CA that
 * the server knows; this says of which.
 */
export function chainProblem(
  leaf: X509Certificate,
  sent: readonly X509Certificate[],
  cas: readonly X509Certificate[],
  nowMs: number,
): string | undefined {
  if (leaf.keyUsage !== undefined && !leaf.keyUsage.some((use) => CLIENT_USES.has(use)))
    return 'x509: certificate specifies an incompatible key usage'
  let current = leaf
  for (let depth = 0; depth <= INTERMEDIATES_MAX; depth++) {
    if (nowMs < Date.parse(current.validFrom) || nowMs > Date.parse(current.validTo))
      return 'x509: certificate has expired or is not yet valid'
    if (signedWithSha1(current)) return 'x509: cannot verify signature: insecure algorithm SHA1'
    if (cas.some((ca) => signs(ca, current) && nowMs <= Date.parse(ca.validTo))) return undefined
    const next = sent.find((one) => one.ca && signs(one, current) && one.fingerprint256 !== current.fingerprint256)
    if (next === undefined) break
    current = next
  }
  return 'x509: certificate signed by unknown authority'
}

const signs = (issuer: X509Certificate, subject: X509Certificate): boolean =>
  subject.checkIssued(issuer) && subject.verify(issuer.publicKey)
