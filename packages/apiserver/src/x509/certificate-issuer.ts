import type { Clock } from '@kubetape/determinism'
import type * as X509 from '@peculiar/x509'
import type { KeyPair } from '../http/certificates.ts'
import { pemBlocks } from './pem.ts'
import { type RequestedSubject, signerProblem } from './signer-rules.ts'

/** What a certificate is made of. */
interface CertificateOrder {
  readonly uid: string
  /** The request, in PEM. */
  readonly request: string
  readonly signerName: string
  readonly usages: readonly string[]
  readonly expirationSeconds?: number | undefined
}

/** PEM text, or why there will be none. */
type Issued = { readonly certificate: string } | { readonly failure: string }

const YEAR_MS = 365 * 24 * 3600 * 1000
/** Certificates are good from a little before now: clocks differ. */
const BACKDATE_MS = 5 * 60 * 1000
/** Orders at work or not yet fetched. */
const ORDERS_MAX = 1000
const CA_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

/** Signs certificates with the cluster's CA, beside the event loop: an order is asked for until it is answered. */
export class CertificateIssuer {
  readonly #authority: KeyPair
  readonly #clock: Clock
  readonly #orders = new Map<string, { issued: Issued | undefined }>()

  constructor(authority: KeyPair, clock: Clock) {
    this.#authority = authority
    this.#clock = clock
  }

  /** Undefined while it is at work. What was answered is forgotten. */
  issue(order: CertificateOrder): Issued | undefined {
    const known = this.#orders.get(order.uid)
    if (known?.issued !== undefined) {
      this.#orders.delete(order.uid)
      return known.issued
    }
    if (known === undefined && this.#hasRoom()) {
      const made: { issued: Issued | undefined } = { issued: undefined }
      this.#orders.set(order.uid, made)
      void this.#sign(order).then(
        (issued) => (made.issued = issued),
        (error: unknown) => (made.issued = { failure: (error as Error).message }),
      )
    }
    return undefined
  }

  /** Answers that nobody fetches, because their requests are gone, make room for new orders. */
  #hasRoom(): boolean {
    if (this.#orders.size < ORDERS_MAX) return true
    for (const [uid, { issued }] of this.#orders) {
      if (issued === undefined) continue
      this.#orders.delete(uid)
      return true
    }
    return false
  }

  async #sign(order: CertificateOrder): Promise<Issued> {
    // Imported when it is needed: it takes longer to load than the rest of a start.
    await import('reflect-metadata')
    const x509 = await import('@peculiar/x509')
    // The very block that was judged when the request was made; nothing of it goes through text, which need not come back as it was.
    const request = new x509.Pkcs10CertificateRequest(pemBlocks(order.request)[0]!.bytes)
    const problem = signerProblem(order.signerName, subjectOf(x509, request), order.usages)
    if (problem !== undefined) return { failure: problem }
    const ca = new x509.X509Certificate(this.#authority.certificate)
    const key = await globalThis.crypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(this.#authority.key), CA_ALGORITHM, false, [
      'sign',
    ])
    const now = this.#clock.wallMs()
    const lifeMs = Math.min((order.expirationSeconds ?? Number.POSITIVE_INFINITY) * 1000, YEAR_MS)
    const names = alternativeNames(x509, request)
    const made = await x509.X509CertificateGenerator.create({
      notBefore: new Date(now - BACKDATE_MS),
      notAfter: new Date(Math.min(now + lifeMs, ca.notAfter.getTime())),
      signingAlgorithm: CA_ALGORITHM,
      subject: request.subjectName,
      issuer: ca.subject,
      publicKey: request.publicKey,
      signingKey: key,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        ...usageExtensions(x509, order.usages),
        await x509.AuthorityKeyIdentifierExtension.create(ca),
        ...(names === undefined ? [] : [names]),
      ],
    })
    return { certificate: `${made.toString('pem')}\n` }
  }
}

function alternativeNames(x509: typeof X509, request: X509.Pkcs10CertificateRequest): X509.SubjectAlternativeNameExtension | undefined {
  return request.extensions.find((one) => one instanceof x509.SubjectAlternativeNameExtension)
}

function subjectOf(x509: typeof X509, request: X509.Pkcs10CertificateRequest): RequestedSubject {
  const { subjectName } = request
  const names = alternativeNames(x509, request)?.names.items ?? []
  const of = (type: string): string[] => names.filter((one) => one.type === type).map((one) => one.value)
  return {
    commonName: subjectName.getField('CN').at(-1) ?? '',
    organizations: subjectName.getField('O'),
    dnsNames: of('dns'),
    ips: of('ip'),
    emails: of('email'),
    uris: of('url'),
  }
}

/** Names of usages in certificates: of keys, and of what keys are for. */
function usageExtensions(x509: typeof X509, usages: readonly string[]): X509.Extension[] {
  const { KeyUsageFlags: flag, ExtendedKeyUsage: use } = x509
  const keyFlags: Readonly<Record<string, number>> = {
    signing: flag.digitalSignature,
    'digital signature': flag.digitalSignature,
    'content commitment': flag.nonRepudiation,
    'key encipherment': flag.keyEncipherment,
    'key agreement': flag.keyAgreement,
    'data encipherment': flag.dataEncipherment,
    'cert sign': flag.keyCertSign,
    'crl sign': flag.cRLSign,
    'encipher only': flag.encipherOnly,
    'decipher only': flag.decipherOnly,
  }
  const extended: Readonly<Record<string, string>> = {
    any: '2.5.29.37.0',
    'server auth': use.serverAuth,
    'client auth': use.clientAuth,
    'code signing': use.codeSigning,
    'email protection': use.emailProtection,
    's/mime': use.emailProtection,
    'ipsec end system': '1.3.6.1.5.5.7.3.5',
    'ipsec tunnel': '1.3.6.1.5.5.7.3.6',
    'ipsec user': '1.3.6.1.5.5.7.3.7',
    timestamping: use.timeStamping,
    'ocsp signing': use.ocspSigning,
    'microsoft sgc': '1.3.6.1.4.1.311.10.3.3',
    'netscape sgc': '2.16.840.1.113730.4.1',
  }
  const flags = usages.reduce((all, one) => all | (keyFlags[one] ?? 0), 0)
  const purposes = [...new Set(usages.flatMap((one) => extended[one] ?? []))]
  return [
    ...(flags === 0 ? [] : [new x509.KeyUsagesExtension(flags, true)]),
    ...(purposes.length === 0 ? [] : [new x509.ExtendedKeyUsageExtension(purposes)]),
  ]
}
