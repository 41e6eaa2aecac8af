import type { X509Certificate } from 'node:crypto'

/** Object identifiers, in DER, of RSA and ECDSA signatures over SHA-1. */
const SHA1_SIGNATURES = ['2a864886f70d010105', '2a8648ce3d0401'].map((hex) => Buffer.from(hex, 'hex'))
const SEQUENCE = 0x30
const OBJECT_IDENTIFIER = 0x06

/** Whether a certificate is signed over its SHA-1 digest: the algorithm stands after the signed part (RFC 5280, section 4.1). */
export function signedWithSha1(certificate: Pick<X509Certificate, 'raw'>): boolean {
  const der = certificate.raw
  const outer = contentOf(der, 0)
  const signed = contentOf(der, outer.from)
  const algorithm = contentOf(der, signed.to)
  if (der[signed.to] !== SEQUENCE || der[algorithm.from] !== OBJECT_IDENTIFIER) return false
  const { from, to } = contentOf(der, algorithm.from)
  return SHA1_SIGNATURES.some((one) => one.equals(der.subarray(from, to)))
}

/** Where the content of the DER element at `at` begins and ends. */
function contentOf(der: Uint8Array, at: number): { from: number; to: number } {
  const length = der[at + 1] ?? 0
  if (length < 0x80) return { from: at + 2, to: at + 2 + length }
  let size = 0
  for (let byte = 0; byte < (length & 0x7f); byte++) size = size * 256 + (der[at + 2 + byte] ?? 0)
  const from = at + 2 + (length & 0x7f)
  return { from, to: from + size }
}
