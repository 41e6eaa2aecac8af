import type { webcrypto } from 'node:crypto'
import type { Clock } from '@kubetape/determinism'
import type * as X509 from '@peculiar/x509'

type CryptoKeyPair = webcrypto.CryptoKeyPair

/** PEM texts of one certificate and its key. */
export interface KeyPair {
  readonly certificate: string
  readonly key: string
}

/** What a server needs to speak TLS and what its administrator needs to reach it. */
export interface ServingCertificates {
  readonly ca: string
  readonly server: KeyPair
  /** User kubernetes-admin in the group system:masters. */
  readonly admin: KeyPair
}

/** Certificates together with what more of them can be signed with. */
export interface IssuedCertificates extends ServingCertificates {
  readonly authority: KeyPair
}

const DAY_MS = 24 * 3600 * 1000
const LEAF_MS = 365 * DAY_MS
const AUTHORITY_MS = 10 * LEAF_MS
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

/**
 * Makes a serving certificate for `hosts` (names and IP addresses) and an administrator's client certificate, ECDSA P-256, valid for a year
 * from a day ago, but not longer than their CA. That is `authority`, or a new one, valid for ten years.
 */
export async function makeCertificates(options: {
  clock: Clock
  hosts: readonly string[]
  admin: { name: string; groups: readonly string[] }
  authority?: KeyPair
}): Promise<IssuedCertificates> {
  // Imported only when a tape gets its first certificates: it costs more start-up time than the rest of the TLS set-up.
  await import('reflect-metadata')
  const x509 = await import('@peculiar/x509')
  const { subtle } = globalThis.crypto
  const newKeys = (): Promise<CryptoKeyPair> => subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const [serverKeys, adminKeys] = await Promise.all([newKeys(), newKeys()])
  const now = options.clock.wallMs()
  const authority = options.authority ?? (await makeAuthority(x509, await newKeys(), now))
  const ca = new x509.X509Certificate(authority.certificate)
  const caKey = await subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(authority.key), ALGORITHM, false, ['sign'])
  const notAfter = new Date(Math.min(now + LEAF_MS, ca.notAfter.getTime()))
  const leaf = async (subject: string, keys: CryptoKeyPair, usage: string, names: readonly string[]): Promise<KeyPair> => {
    const certificate = await x509.X509CertificateGenerator.create({
      notBefore: new Date(now - DAY_MS),
      notAfter,
      signingAlgorithm: ALGORITHM,
      subject,
      issuer: ca.subject,
      publicKey: keys.publicKey,
      signingKey: caKey,
      extensions: [
        new x509.ExtendedKeyUsageExtension([usage]),
        ...(names.length > 0
          ? [
              new x509.SubjectAlternativeNameExtension(
                names.map((value) => ({ type: /^[\d.]+$|:/.test(value) ? ('ip' as const) : ('dns' as const), value })),
              ),
            ]
          : []),
      ],
    })
    return pairOf(x509, certificate, keys)
  }
  const organisations = options.admin.groups.map((group) => `, O=${group}`).join('')
  const [server, admin] = await Promise.all([
    leaf('CN=kube-apiserver', serverKeys, x509.ExtendedKeyUsage.serverAuth, options.hosts),
    leaf(`CN=${options.admin.name}${organisations}`, adminKeys, x509.ExtendedKeyUsage.clientAuth, []),
  ])
  return { ca: authority.certificate, authority, server, admin }
}

async function makeAuthority(x509: typeof X509, keys: CryptoKeyPair, now: number): Promise<KeyPair> {
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    notBefore: new Date(now - DAY_MS),
    notAfter: new Date(now + AUTHORITY_MS),
    signingAlgorithm: ALGORITHM,
    serialNumber: '01',
    name: 'CN=kubernetes',
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature, true),
    ],
  })
  return pairOf(x509, certificate, keys)
}

async function pairOf(x509: typeof X509, certificate: { toString(format: 'pem'): string }, keys: CryptoKeyPair): Promise<KeyPair> {
  const der = await globalThis.crypto.subtle.exportKey('pkcs8', keys.privateKey)
  return { certificate: certificate.toString('pem'), key: x509.PemConverter.encode(der, 'PRIVATE KEY') }
}
