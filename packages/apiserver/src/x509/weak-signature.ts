import type { X509Certificate } from 'node:crypto'
import { elementsOf, identifierOf, readElement } from './der.ts'

/** Object identifiers of RSA and ECDSA signatures over SHA-1. */
const SHA1_SIGNATURES = new Set(['2a864886f70d010105', '2a8648ce3d0401'])

/** Whether a certificate is signed over its SHA-1 digest: the algorithm stands after the signed part (RFC 5280, section 4.1). */
export function signedWithSha1({ raw }: Pick<X509Certificate, 'raw'>): boolean {
  const [, algorithm] = elementsOf(raw, readElement(raw, 0))
  return algorithm !== undefined && SHA1_SIGNATURES.has(identifierOf(raw, elementsOf(raw, algorithm)[0]))
}
