import { type webcrypto, X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { VirtualClock } from '@kubetape/determinism/testing'
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import { NO_REMARKS } from './authenticator.ts'
import { clientCertificates } from './client-certificate.ts'
import { frontProxy } from './front-proxy.ts'

const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 2048 }
const clock = new VirtualClock()
const DAY_MS = 24 * 3600 * 1000

interface IssueOptions {
  readonly usage?: string
  readonly days?: number
  readonly ca?: boolean
}

interface Authority {
  readonly pem: string
  issue(subject: string, options?: IssueOptions): Promise<Authority & { readonly certificate: X509Certificate }>
}

interface Issuing extends IssueOptions {
  readonly issuer: string
  readonly key: webcrypto.CryptoKey
}

async function authority(name: string, hash = 'SHA-256', over?: Issuing): Promise<Authority & { certificate: X509Certificate }> {
  const { issuer = name, usage, days = 1, ca = true } = over ?? {}
  const keys = await crypto.subtle.generateKey({ ...RSA, hash }, true, ['sign', 'verify'])
  const made = await x509.X509CertificateGenerator.create({
    subject: name,
    issuer,
    publicKey: keys.publicKey,
    signingKey: over?.key ?? keys.privateKey,
    signingAlgorithm: { ...RSA, hash },
    notBefore: new Date(clock.wallMs() - DAY_MS),
    notAfter: new Date(clock.wallMs() + days * DAY_MS),
    extensions: [new x509.BasicConstraintsExtension(ca), ...(usage === undefined ? [] : [new x509.ExtendedKeyUsageExtension([usage])])],
  })
  return {
    pem: made.toString('pem'),
    certificate: new X509Certificate(Buffer.from(made.rawData)),
    issue: (subject, options = {}) => authority(subject, hash, { ca: false, ...options, issuer: name, key: keys.privateKey }),
  }
}

let ours: Authority
let other: Authority
beforeAll(async () => void ([ours, other] = await Promise.all([authority('CN=ours'), authority('CN=other')])))

/** A request over a connection on which these certificates were shown. */
function request(certificates: readonly X509Certificate[], headers: readonly string[] = []): IncomingMessage {
  const chain = certificates.reduceRight<object | undefined>(
    (issuerCertificate, one) =>
      new Proxy(one, { get: (target, key) => (key === 'issuerCertificate' ? issuerCertificate : bound(target, key)) }),
    undefined,
  )
  return { headers: {}, rawHeaders: [...headers], socket: { getPeerX509Certificate: () => chain } } as unknown as IncomingMessage
}

function bound(target: X509Certificate, key: string | symbol): unknown {
  const value: unknown = Reflect.get(target, key, target)
  return typeof value === 'function' ? (value as () => unknown).bind(target) : value
}

const ask = (certificates: readonly X509Certificate[]): unknown =>
  clientCertificates(ours.pem, clock).authenticate(request(certificates), NO_REMARKS)

describe('clientCertificates()', () => {
  test('takes the common name for the user and organisations for groups', async () => {
    const { certificate } = await ours.issue('CN=jane, O=dev, O=ops', { usage: x509.ExtendedKeyUsage.clientAuth })
    expect(ask([certificate])).toEqual({ name: 'jane', groups: ['dev', 'ops'] })
  })

  test('follows certificates that were sent along', async () => {
    const between = await ours.issue('CN=between', { ca: true })
    const { certificate } = await between.issue('CN=jane')
    expect(ask([certificate, between.certificate])).toMatchObject({ name: 'jane' })
    expect(() => ask([certificate])).toThrow('x509: certificate signed by unknown authority')
  })

  test('says nothing when there is no certificate, or no TLS', () => {
    expect(ask([])).toBeUndefined()
    expect(clientCertificates(ours.pem, clock).authenticate({ socket: {} } as IncomingMessage, NO_REMARKS)).toBeUndefined()
  })

  test('refuses certificates of another CA, past their time, or for another use', async () => {
    const why = async (from: Authority, options: IssueOptions): Promise<() => unknown> => {
      const { certificate } = await from.issue('CN=jane', options)
      return () => ask([certificate])
    }
    expect(await why(other, {})).toThrow('x509: certificate signed by unknown authority')
    expect(await why(ours, { days: -0.5 })).toThrow('x509: certificate has expired or is not yet valid')
    expect(await why(ours, { usage: x509.ExtendedKeyUsage.serverAuth })).toThrow('x509: certificate specifies an incompatible key usage')
  })

  test('refuses one that is signed over SHA-1, whoever signed it', async () => {
    const old = await authority('CN=old', 'SHA-1')
    const { certificate } = await old.issue('CN=jane')
    expect(() => clientCertificates(old.pem, clock).authenticate(request([certificate]), NO_REMARKS)).toThrow('insecure algorithm SHA1')
  })
})

describe('frontProxy()', () => {
  const headers = ['X-Remote-User', 'jane', 'X-Remote-Group', 'dev', 'x-remote-group', 'ops', 'X-Remote-Extra-Scopes%2Fa', 'one']
  const proxy = (allowedNames: string[]): ReturnType<typeof frontProxy> =>
    frontProxy(
      {
        ca: other.pem,
        allowedNames,
        usernameHeaders: ['X-Remote-User'],
        groupHeaders: ['X-Remote-Group'],
        extraHeaderPrefixes: ['X-Remote-Extra-'],
      },
      clock,
    )

  test('believes the headers of a proxy of its CA, under an allowed name', async () => {
    const { certificate } = await other.issue('CN=front')
    expect(proxy(['front']).authenticate(request([certificate], headers), NO_REMARKS)).toEqual({
      name: 'jane',
      groups: ['dev', 'ops'],
      extra: { 'scopes/a': ['one'] },
    })
    expect(proxy([]).authenticate(request([certificate]), NO_REMARKS)).toBeUndefined()
    expect(() => proxy(['back']).authenticate(request([certificate], headers), NO_REMARKS)).toThrow(
      'subject with cn=front is not in the allowed list',
    )
  })

  test('believes nobody else', async () => {
    const { certificate } = await ours.issue('CN=front')
    expect(() => proxy([]).authenticate(request([certificate], headers), NO_REMARKS)).toThrow('signed by unknown authority')
    expect(proxy([]).authenticate(request([], headers), NO_REMARKS)).toBeUndefined()
  })
})
