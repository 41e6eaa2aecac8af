import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { elementsOf, identifierOf, readElement, SEQUENCE } from './der.ts'
import { COMMON_NAME, namesOf, ORGANIZATION } from './distinguished-name.ts'
import { pemBlocks } from './pem.ts'
import { requestedNames } from './requested-names.ts'
import type { RequestedSubject } from './signer-rules.ts'

const BLOCK_TYPE = 'CERTIFICATE REQUEST'
/** Digests of signature algorithms by their object identifiers; Ed25519 digests for itself. */
const DIGESTS: Readonly<Record<string, string | null>> = {
  '2a864886f70d010105': 'sha1',
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a8648ce3d0401': 'sha1',
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
  '2b6570': null,
}

/**
 * Reads the first block of a PEM text, and checks that who asks has the key. Throws an Error with the words of Go's crypto/x509.
 *
 * NOTE: read by hand, and at once: validation does not wait, and the library that signs certificates takes longer to load than a server to start.
 */
export function parseCertificateRequest(pem: string): RequestedSubject {
  const [block] = pemBlocks(pem)
  if (block?.type !== BLOCK_TYPE) throw new Error('PEM block type must be CERTIFICATE REQUEST')
  const der = block.bytes
  const outer = readElement(der, 0)
  const [info, algorithm, signature] = elementsOf(der, outer)
  if (outer.tag !== SEQUENCE || info?.tag !== SEQUENCE || algorithm === undefined || signature === undefined)
    throw new Error('asn1: structure error: tags do not match')
  if (outer.to !== der.length) throw new Error('asn1: syntax error: trailing data')
  const [, subject, publicKey, attributes] = elementsOf(der, info)
  if (subject === undefined || publicKey === undefined) throw new Error('asn1: syntax error: sequence truncated')
  const digest = DIGESTS[identifierOf(der, elementsOf(der, algorithm)[0])]
  if (digest === undefined) throw new Error('x509: cannot verify signature: algorithm unimplemented')
  const key = keyOf(der.subarray(publicKey.start, publicKey.to))
  // The first octet of the bit string says how many bits of the last are not used.
  if (!verify(digest, der.subarray(info.start, info.to), key, der.subarray(signature.from + 1, signature.to)))
    throw new Error(key.asymmetricKeyType === 'rsa' ? 'crypto/rsa: verification error' : 'x509: ECDSA verification failure')
  const names = [...namesOf(der, subject)]
  const valuesOf = (type: string): string[] => names.filter(([name]) => name === type).map(([, value]) => value)
  return {
    commonName: valuesOf(COMMON_NAME).at(-1) ?? '',
    organizations: valuesOf(ORGANIZATION),
    ...requestedNames(der, attributes),
  }
}

function keyOf(spki: Buffer): KeyObject {
  try {
    return createPublicKey({ key: spki, format: 'der', type: 'spki' })
  } catch (error) {
    throw new Error('x509: unknown public key algorithm', { cause: error })
  }
}
