import { X509Certificate } from 'node:crypto'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { sleep, systemClock } from '@kubetape/determinism'
import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import { type IssuedCertificates, makeCertificates } from '../http/certificates.ts'
import { CertificateIssuer } from './certificate-issuer.ts'
import { COMMON_NAME, ORGANIZATION, subjectValues } from './distinguished-name.ts'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const CLIENT = 'kubernetes.io/kube-apiserver-client'
const clock = systemClock()
let authority: IssuedCertificates
beforeAll(async () => void (authority = await makeCertificates({ clock, hosts: ['localhost'], admin: { name: 'a', groups: [] } })))

async function issued(
  name: string,
  order: { signerName?: string; usages?: string[]; expirationSeconds?: number } = {},
  names: x509.JsonGeneralNames = [],
): Promise<ReturnType<CertificateIssuer['issue']>> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify'])
  const extensions = names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]
  const request = await x509.Pkcs10CertificateRequestGenerator.create({ name, keys, signingAlgorithm: ALGORITHM, extensions })
  const issuer = new CertificateIssuer(authority.authority, clock)
  const asked = { uid: 'u', request: request.toString('pem'), signerName: CLIENT, usages: ['client auth'], ...order }
  for (let at = 0; at < 200; at++) {
    const answer = issuer.issue(asked)
    if (answer !== undefined) return answer
    await sleep(clock, 10)
  }
  throw new Error('not issued in time')
}

describe('CertificateIssuer', () => {
  test("signs what the request asks for with the cluster's CA, for as long as it may", async () => {
    const answer = await issued('CN=jane, O=dev', { usages: ['client auth', 'digital signature'], expirationSeconds: 3600 })
    const certificate = new X509Certificate((answer as { certificate: string }).certificate)
    const ca = new X509Certificate(authority.ca)
    expect(certificate.verify(ca.publicKey)).toBe(true)
    expect(certificate.subject).toBe('CN=jane\nO=dev')
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2'])
    const life = Date.parse(certificate.validTo) - clock.wallMs()
    expect(life).toBeGreaterThan(3500_000)
    expect(life).toBeLessThanOrEqual(3600_000)
  })

  test('signs the name as it was asked for, also one that would be another after it was printed and read', async () => {
    const keys = await crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify'])
    // The common name ends in a backslash, which would swallow the comma before the next attribute.
    const tail = '310c300a06035504030c036a6e5c310c300a060355040a0c03646576'
    const name = new x509.Name(Buffer.from(`301c${tail}`, 'hex'))
    const request = await x509.Pkcs10CertificateRequestGenerator.create({ name, keys, signingAlgorithm: ALGORITHM })
    const order = { uid: 'u', request: request.toString('pem'), signerName: CLIENT, usages: ['client auth'] }
    const issuer = new CertificateIssuer(authority.authority, clock)
    let answer = issuer.issue(order)
    for (let at = 0; at < 200 && answer === undefined; at++) {
      await sleep(clock, 10)
      answer = issuer.issue(order)
    }
    const certificate = new X509Certificate((answer as { certificate: string }).certificate)
    expect(subjectValues(certificate, COMMON_NAME)).toEqual(['jn\\'])
    expect(subjectValues(certificate, ORGANIZATION)).toEqual(['dev'])
  })

  test('keeps the names of a kubelet that serves', async () => {
    const names: x509.JsonGeneralNames = [
      { type: 'dns', value: 'n1' },
      { type: 'ip', value: '10.0.0.1' },
    ]
    const order = { signerName: 'kubernetes.io/kubelet-serving', usages: ['digital signature', 'server auth'] }
    const answer = await issued('CN=system:node:n1, O=system:nodes', order, names)
    expect(answer).toEqual({ certificate: expect.any(String) })
    expect(new X509Certificate((answer as { certificate: string }).certificate).subjectAltName).toBe('DNS:n1, IP Address:10.0.0.1')
  })

  test.each([
    ['CN=jane', { usages: ['client auth', 'server auth'] }, 'invalid usage for client certificate: server auth'],
    ['CN=jane', { usages: ['digital signature'] }, 'missing required usage for client certificate: client auth'],
    ['CN=jane', { signerName: 'kubernetes.io/kubelet-serving' }, 'subject organization is not system:nodes'],
    ['CN=jane, O=system:nodes', { signerName: 'kubernetes.io/kubelet-serving' }, 'subject common name does not begin with system:node: '],
    ['CN=system:node:n, O=system:nodes', { signerName: 'kubernetes.io/kubelet-serving' }, 'DNS or IP subjectAltName is required'],
    [
      'CN=system:node:n, O=system:nodes',
      { signerName: 'kubernetes.io/kube-apiserver-client-kubelet' },
      'usages did not match [client auth digital signature key encipherment]',
    ],
  ])('does not sign for %s as %j', async (name, order, failure) => {
    expect(await issued(name, order)).toEqual({ failure })
  })
})
