import type { webcrypto } from 'node:crypto'
import type { Clock } from '@kubetape/determinism'

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

const YEAR_MS = 365 * 24 * 3600 * 1000
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

/**
 * Makes a CA of our own with a serving certificate for `hosts` (names and IP addresses) and an administrator's client certificate,
 * all ECDSA P-256, valid for a year from a day ago.
 */
export async function makeCertificates(options: {
  clock: Clock
  hosts: readonly string[]
  admin: { name: string; groups: readonly string[] }
}): Promise<ServingCertificates> {
  // Imported only when a tape gets its first certificates: it costs more start-up time than the rest of the TLS set-up.
  await import('reflect-metadata')
  const x509 = await import('@peculiar/x509')
  const { subtle } = globalThis.crypto
  const newKeys = (): Promise<CryptoKeyPair> => subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const [caKeys, serverKeys, adminKeys] = await Promise.all([newKeys(), newKeys(), newKeys()])
  const now = options.clock.wallMs()
  const validity = { notBefore: new Date(now - 24 * 3600 * 1000), notAfter: new Date(now + YEAR_MS), signingAlgorithm: ALGORITHM }
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    serialNumber: '01',
    name: 'CN=kubernetes',
    keys: caKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature, true),
    ],
  })
  const leaf = async (
    serialNumber: string,
    subject: string,
    keys: CryptoKeyPair,
    usage: string,
    names: readonly string[],
  ): Promise<KeyPair> => {
    const certificate = await x509.X509CertificateGenerator.create({
      ...validity,
      serialNumber,
      subject,
      issuer: ca.subject,
      publicKey: keys.publicKey,
      signingKey: caKeys.privateKey,
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
    const der = await subtle.exportKey('pkcs8', keys.privateKey)
    return { certificate: certificate.toString('pem'), key: x509.PemConverter.encode(der, 'PRIVATE KEY') }
  }
  const organisations = options.admin.groups.map((group) => `, O=${group}`).join('')
  const [server, admin] = await Promise.all([
    leaf('02', 'CN=kube-apiserver', serverKeys, x509.ExtendedKeyUsage.serverAuth, options.hosts),
    leaf('03', `CN=${options.admin.name}${organisations}`, adminKeys, x509.ExtendedKeyUsage.clientAuth, []),
  ])
  return { ca: ca.toString('pem'), server, admin }
}
